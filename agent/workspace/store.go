package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/attini-go/runner/agent/internal/fstree"
	"github.com/attini-go/runner/agent/protocol"
)

// maxUnused is how many unused distributions are kept: the current one, and the
// previous one for a rollback.
const maxUnused = 2

// Store gives jobs private copies of distributions. It downloads and unpacks each
// once, even if many jobs need it at the same time, into a tree that stays
// unchanged.
type Store struct {
	objects   Objects
	directory string
	limits    Limits
	logger    *slog.Logger

	fetches sync.WaitGroup

	mu sync.Mutex
	// trees are by distribution; recent has their names, the last used one last.
	trees  map[string]*tree
	recent []string
}

// tree is a distribution that is being fetched or has been fetched.
type tree struct {
	// users counts the jobs that wait for it or copy it.
	users int
	// ready is closed when path or err is set.
	ready chan struct{}
	path  string
	err   error
	// cancel ends the fetch.
	cancel context.CancelCauseFunc
	// lastFailure is why the download is tried again.
	lastFailure error
}

// NewStore returns a store that keeps distributions in directory, which must exist.
func NewStore(objects Objects, directory string, limits Limits, logger *slog.Logger) *Store {
	return &Store{objects: objects, directory: directory, limits: limits, logger: logger, trees: map[string]*tree{}}
}

// errUnwanted ends a download that no job needs any longer.
var errUnwanted = errors.New("no job needs the distribution any longer")

// Fill copies the distribution into the existing directory of a job. Without a
// distribution, the directory stays empty. If ctx ends during the download, the error
// wraps its cause and says what the download waits for.
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
		return s.interrupted(ctx, wanted)
	}
	if wanted.err != nil {
		return wanted.err
	}
	all := func(string, fs.DirEntry) bool { return false }
	return CopyTree(ctx, wanted.path, directory, CopyOptions{Exclude: all})
}

func (s *Store) interrupted(ctx context.Context, wanted *tree) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wanted.lastFailure == nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: %w", context.Cause(ctx), wanted.lastFailure)
}

// retrying notes why a download is tried again, and logs the first reason.
func (s *Store) retrying(t *tree, err error) {
	s.mu.Lock()
	first := t.lastFailure == nil
	t.lastFailure = err
	s.mu.Unlock()
	if first {
		s.logger.Warn("cannot get the distribution; trying again", "error", err)
	}
}

// distribution returns a name for one content of one distribution.
func distribution(origin protocol.DeploymentOrigin) string {
	sum := sha256.New()
	for _, part := range []string{origin.ObjectIdentifier, origin.Source.Bucket, archiveKey(origin)} {
		fmt.Fprintf(sum, "%d %s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// archiveKey returns the key of a distribution's archive in its bucket.
func archiveKey(origin protocol.DeploymentOrigin) string {
	return origin.Source.Prefix + "/" + origin.DistributionName + ".zip"
}

// acquire returns a tree and starts to fetch it if necessary. The caller must release
// it.
func (s *Store) acquire(name string, origin protocol.DeploymentOrigin) *tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trees[name]
	if t == nil {
		// Not a job's context: the fetch ends when no job waits for it.
		ctx, unwanted := context.WithCancelCause(context.Background())
		t = &tree{ready: make(chan struct{}), cancel: unwanted}
		s.trees[name] = t
		s.fetches.Go(func() {
			defer unwanted(nil)
			t.path, t.err = s.fetch(ctx, origin, func(err error) { s.retrying(t, err) })
			close(t.ready)
			s.removeLate(name, t)
		})
	}
	t.users++
	s.markUsed(name)
	return t
}

// release counts out a user. A tree that failed, or that no job waits for, is
// forgotten, so that the next job starts anew.
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
	s.recent = append(slices.DeleteFunc(s.recent, func(other string) bool { return other == name }), name)
}

// delete forgets a tree.
func (s *Store) delete(name string, t *tree) {
	if s.trees[name] != t {
		return
	}
	delete(s.trees, name)
	s.recent = slices.DeleteFunc(s.recent, func(other string) bool { return other == name })
}

// removeLate removes a tree that was forgotten before it was complete.
func (s *Store) removeLate(name string, t *tree) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trees[name] != t && t.err == nil {
		_ = fstree.RemoveAll(filepath.Dir(t.path)) // what stays takes only space
	}
}

// evict removes the trees whose last use is longest ago.
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

// Close ends the fetches and waits for them. The trees stay: the caller removes the
// directory.
func (s *Store) Close() {
	s.mu.Lock()
	for _, t := range s.trees {
		t.cancel(errUnwanted)
	}
	s.mu.Unlock()
	s.fetches.Wait()
}

// fetch downloads and unpacks a distribution, and returns where it is.
func (s *Store) fetch(ctx context.Context, origin protocol.DeploymentOrigin, retrying func(error)) (path string, err error) {
	work, err := os.MkdirTemp(s.directory, "distribution-")
	if err != nil {
		return "", fmt.Errorf("create a directory for the distribution: %w", err)
	}
	defer func() {
		if err != nil {
			_ = fstree.RemoveAll(work)
		}
	}()
	archive, unpacked := filepath.Join(work, "archive.zip"), filepath.Join(work, "tree")
	if err := download(ctx, s.objects, origin.Source.Bucket, archiveKey(origin), archive, s.limits, retrying); err != nil {
		return "", err
	}
	if err := os.Mkdir(unpacked, 0o700); err != nil {
		return "", fmt.Errorf("create a directory for the distribution: %w", err)
	}
	// Jobs run copies of these files.
	if err := unpackFile(ctx, archive, unpacked, s.limits, false); err != nil {
		return "", err
	}
	return unpacked, os.Remove(archive)
}
