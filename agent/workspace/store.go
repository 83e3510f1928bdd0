package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/attini-go/runner/agent/internal/fstree"
	"github.com/attini-go/runner/agent/protocol"
)

// maxUnused is how many distributions that no job uses stay: the current one, and
// the one before, to which a deployment may go back.
const maxUnused = 2

// Store gives jobs private copies of distributions. Each is downloaded and
// unpacked once, however many jobs want it at the same time, into a tree that
// nobody writes to.
type Store struct {
	objects   Objects
	directory string
	limits    Limits

	fetches sync.WaitGroup

	mu sync.Mutex
	// trees are by distribution; recent has their names, the latest last.
	trees  map[string]*tree
	recent []string
}

// tree is a distribution that is being fetched, or there.
type tree struct {
	// users are the jobs that wait for it or copy it.
	users int
	// ready is closed when it is there, in path, or err says why not.
	ready chan struct{}
	path  string
	err   error
	// cancel ends the fetch.
	cancel context.CancelCauseFunc
}

// NewStore keeps distributions in the directory, which must exist.
func NewStore(objects Objects, directory string, limits Limits) *Store {
	return &Store{objects: objects, directory: directory, limits: limits, trees: map[string]*tree{}}
}

// errUnwanted ends a download for which no job waits any more.
var errUnwanted = errors.New("no job waits for the distribution any more")

// Fill copies the distribution into the existing directory of a job. A stack that
// deploys none has no archive, and its jobs begin with an empty directory.
func (s *Store) Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) error {
	if origin.ObjectIdentifier == "" {
		return nil
	}
	name := distribution(origin)
	wanted := s.acquire(name, origin)
	defer s.release(name, wanted)
	select {
	case <-wanted.ready:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if wanted.err != nil {
		return wanted.err
	}
	all := func(string, fs.DirEntry) bool { return false }
	return CopyTree(ctx, wanted.path, directory, CopyOptions{Exclude: all})
}

// distribution names one content of one distribution.
func distribution(origin protocol.DeploymentOrigin) string {
	sum := sha256.New()
	for _, part := range []string{origin.ObjectIdentifier, origin.Source.Bucket, archiveKey(origin)} {
		fmt.Fprintf(sum, "%d %s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// archiveKey is where the archive of a distribution stands in its bucket.
func archiveKey(origin protocol.DeploymentOrigin) string {
	return origin.Source.Prefix + "/" + origin.DistributionName + ".zip"
}

// acquire returns the tree, which is begun if it is not there.
func (s *Store) acquire(name string, origin protocol.DeploymentOrigin) *tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trees[name]
	if t == nil {
		// No single job's context: the fetch ends with the last that waits.
		ctx, unwanted := context.WithCancelCause(context.Background())
		t = &tree{ready: make(chan struct{}), cancel: unwanted}
		s.trees[name] = t
		s.fetches.Go(func() {
			defer unwanted(nil)
			t.path, t.err = s.fetch(ctx, origin)
			close(t.ready)
			s.removeLate(name, t)
		})
	}
	t.users++
	s.markUsed(name)
	return t
}

// release gives a tree back. What failed, and what nobody waits for, is
// forgotten, so that the next job tries anew.
func (s *Store) release(name string, t *tree) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.users--
	if t.users > 0 {
		return
	}
	select {
	case <-t.ready:
		if t.err != nil {
			s.delete(name, t)
		}
	default:
		t.cancel(errUnwanted)
		s.delete(name, t)
	}
	s.evict()
}

func (s *Store) markUsed(name string) {
	for i, other := range s.recent {
		if other == name {
			s.recent = append(s.recent[:i], s.recent[i+1:]...)
			break
		}
	}
	s.recent = append(s.recent, name)
}

// delete takes a tree out of the books.
func (s *Store) delete(name string, t *tree) {
	if s.trees[name] != t {
		return
	}
	delete(s.trees, name)
	s.markUsed(name)
	s.recent = s.recent[:len(s.recent)-1]
}

// removeLate removes a tree that came after nobody waited for it any more.
func (s *Store) removeLate(name string, t *tree) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trees[name] != t && t.err == nil {
		_ = fstree.RemoveAll(filepath.Dir(t.path)) // what stays takes only space
	}
}

// evict removes what has not been used for longest.
func (s *Store) evict() {
	for i := 0; i < len(s.recent)-maxUnused; {
		name := s.recent[i]
		t := s.trees[name]
		if t.users > 0 {
			i++
			continue
		}
		s.delete(name, t)
		_ = fstree.RemoveAll(filepath.Dir(t.path)) // what stays takes only space
	}
}

// Close ends what is being fetched, and waits for that. The trees stay: the
// directory is its owner's.
func (s *Store) Close() {
	s.mu.Lock()
	for _, t := range s.trees {
		t.cancel(errUnwanted)
	}
	s.mu.Unlock()
	s.fetches.Wait()
}

// fetch downloads and unpacks a distribution, and returns where it is.
func (s *Store) fetch(ctx context.Context, origin protocol.DeploymentOrigin) (path string, err error) {
	work, err := os.MkdirTemp(s.directory, "distribution-")
	if err != nil {
		return "", fmt.Errorf("make room for the distribution: %w", err)
	}
	defer func() {
		if err != nil {
			_ = fstree.RemoveAll(work)
		}
	}()
	archive, unpacked := filepath.Join(work, "archive.zip"), filepath.Join(work, "tree")
	if err := download(ctx, s.objects, origin.Source.Bucket, archiveKey(origin), archive); err != nil {
		return "", err
	}
	if err := os.Mkdir(unpacked, 0o700); err != nil {
		return "", fmt.Errorf("make room for the distribution: %w", err)
	}
	// Jobs run their copies, never these files.
	if err := unpackFile(ctx, archive, unpacked, s.limits, false); err != nil {
		return "", err
	}
	return unpacked, os.Remove(archive)
}
