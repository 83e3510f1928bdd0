package workspace_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/workspace"
)

// bucket is an object store in memory, which may fail.
type bucket struct {
	mu      sync.Mutex
	content map[string][]byte
	parts   bool // the ETags are those of objects in parts
	stats   int
	reads   []int64 // the offsets
	// read answers a read in place of the content, if it returns a reader or
	// an error.
	read func(n int, content []byte) (io.Reader, error)
}

func newBucket(files ...string) *bucket {
	b := &bucket{content: map[string][]byte{}}
	b.put("shop", files...)
	return b
}

// put makes the archive of a distribution, of names and texts in turn.
func (b *bucket) put(distribution string, files ...string) {
	var text bytes.Buffer
	archive := zip.NewWriter(&text)
	for i := 0; i < len(files); i += 2 {
		w, err := archive.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			panic(err) // never in memory
		}
	}
	if err := archive.Close(); err != nil {
		panic(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.content["prefix/"+distribution+".zip"] = text.Bytes()
}

func (b *bucket) etag(content []byte) string {
	sum := md5.Sum(content)
	if b.parts {
		return `"` + hex.EncodeToString(sum[:]) + `-2"`
	}
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (b *bucket) Stat(_ context.Context, _, key string) (workspace.Object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats++
	content, found := b.content[key]
	if !found {
		return workspace.Object{}, workspace.ErrNoObject
	}
	return workspace.Object{ETag: b.etag(content), Size: int64(len(content))}, nil
}

func (b *bucket) Read(_ context.Context, _, key string, object workspace.Object, offset int64) (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reads = append(b.reads, offset)
	content := b.content[key]
	if object.ETag != b.etag(content) {
		return nil, workspace.ErrObjectChanged
	}
	if b.read != nil {
		if reader, err := b.read(len(b.reads), content[offset:]); reader != nil || err != nil {
			return io.NopCloser(reader), err
		}
	}
	return io.NopCloser(bytes.NewReader(content[offset:])), nil
}

func origin(distribution, version string) protocol.DeploymentOrigin {
	return protocol.DeploymentOrigin{
		DistributionName: distribution, ObjectIdentifier: version, Source: protocol.DeploymentSource{Bucket: "bucket", Prefix: "prefix"},
	}
}

func open(t *testing.T, objects workspace.Objects) (*workspace.Store, string) {
	t.Helper()
	directory := t.TempDir()
	store := workspace.NewStore(objects, directory, workspace.DefaultLimits(), slog.New(slog.DiscardHandler))
	t.Cleanup(store.Close)
	return store, directory
}

func fill(t *testing.T, store *workspace.Store, from protocol.DeploymentOrigin) string {
	t.Helper()
	directory := t.TempDir()
	require.NoError(t, store.Fill(t.Context(), from, directory))
	return directory
}

func content(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(text)
}

// TestStoreFetchesOnce: many jobs share one download, and each gets a private
// copy.
func TestStoreFetchesOnce(t *testing.T) {
	t.Parallel()
	b := newBucket("a/b.txt", "hello", ".git/config", "kept too")
	store, _ := open(t, b)
	directories := make([]string, 20)
	var jobs sync.WaitGroup
	for i := range directories {
		directories[i] = t.TempDir()
		jobs.Go(func() { assert.NoError(t, store.Fill(t.Context(), origin("shop", "v1"), directories[i])) })
	}
	jobs.Wait()
	assert.Len(t, b.reads, 1)
	require.NoError(t, os.WriteFile(filepath.Join(directories[0], "a/b.txt"), []byte("changed"), 0o600))
	assert.Equal(t, "hello", content(t, directories[1], "a/b.txt"))
	assert.Equal(t, "kept too", content(t, fill(t, store, origin("shop", "v1")), ".git/config"))
	assert.Len(t, b.reads, 1)
}

// TestStoreWithoutAnArchive: a stack that deploys no distribution has jobs all
// the same.
func TestStoreWithoutAnArchive(t *testing.T) {
	t.Parallel()
	objects := newBucket("a", "1")
	store, _ := open(t, objects)
	entries, err := os.ReadDir(fill(t, store, origin("shop", "")))
	require.NoError(t, err)
	assert.Empty(t, entries)
	assert.Zero(t, objects.stats, "nobody is asked")
	assert.Equal(t, "1", content(t, fill(t, store, origin("shop", "1")), "a"))
}

// TestStoreKeepsVersionsApart: the object identifier is the cache key, and a
// failed download does not affect other versions.
func TestStoreKeepsVersionsApart(t *testing.T) {
	t.Parallel()
	b := newBucket("v", "1")
	store, directory := open(t, b)
	assert.Equal(t, "1", content(t, fill(t, store, origin("shop", "v1")), "v"))
	require.ErrorIs(t, store.Fill(t.Context(), origin("gone", "v1"), t.TempDir()), workspace.ErrNoObject)
	b.put("shop", "v", "2")
	assert.Equal(t, "2", content(t, fill(t, store, origin("shop", "v2")), "v"))
	assert.Equal(t, "1", content(t, fill(t, store, origin("shop", "v1")), "v"), "still there")
	reads := len(b.reads)
	b.put("gone", "v", "now")
	assert.Equal(t, "now", content(t, fill(t, store, origin("gone", "v1")), "v"))
	assert.Len(t, b.reads, reads+1)
	entries, err := os.ReadDir(directory)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "what was not used for longest is gone")
}

func TestDownloadGoesOnWhereItWasCut(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string]bool{"MD5": false, "parts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBucket("a", "some text that is long enough")
			b.parts = parts
			b.read = func(n int, content []byte) (io.Reader, error) {
				switch n {
				case 1:
					return nil, errors.New("connection reset")
				case 2:
					return io.MultiReader(bytes.NewReader(content[:10]), failing{}), nil
				case 3:
					return bytes.NewReader(content[:5]), nil // ends too soon, and says nothing
				}
				return nil, nil
			}
			store, _ := open(t, b)
			assert.Equal(t, "some text that is long enough", content(t, fill(t, store, origin("shop", "v1")), "a"))
			assert.Equal(t, []int64{0, 0, 10, 15}, b.reads)
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestDownloadBeginsAnewWhenTheObjectChanges(t *testing.T) {
	t.Parallel()
	b := newBucket("a", "old")
	b.read = func(n int, content []byte) (io.Reader, error) {
		if n == 1 {
			go b.put("shop", "a", "new")
			return bytes.NewReader(content[:7]), nil
		}
		return nil, nil
	}
	store, _ := open(t, b)
	got := content(t, fill(t, store, origin("shop", "v1")), "a")
	assert.Contains(t, []string{"old", "new"}, got, "one of the two, whole")
}

func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	b := newBucket("a", "text")
	b.read = func(n int, content []byte) (io.Reader, error) {
		if n == 1 {
			damaged := bytes.Clone(content)
			damaged[3] ^= 1
			return bytes.NewReader(damaged), nil
		}
		return nil, nil
	}
	store, _ := open(t, b)
	assert.Equal(t, "text", content(t, fill(t, store, origin("shop", "v1")), "a"))
	assert.Equal(t, []int64{0, 0}, b.reads)
}

// TestUnwantedDownloadIsCancelled: it is no single job's, but all of theirs.
func TestUnwantedDownloadIsCancelled(t *testing.T) {
	t.Parallel()
	b := newBucket("a", "text")
	begun, wanted := make(chan struct{}), make(chan struct{})
	b.read = func(n int, content []byte) (io.Reader, error) {
		if n == 1 {
			close(begun)
			<-wanted
		}
		return nil, nil
	}
	store, directory := open(t, b)
	first, giveUp := context.WithCancelCause(t.Context())
	var jobs sync.WaitGroup
	cause := errors.New("the job was stopped")
	jobs.Go(func() { assert.ErrorIs(t, store.Fill(first, origin("shop", "v1"), t.TempDir()), cause) })
	<-begun
	giveUp(cause)
	jobs.Wait()
	close(wanted)
	assert.Equal(t, "text", content(t, fill(t, store, origin("shop", "v1")), "a"), "the next job tries anew")
	store.Close()
	entries, err := os.ReadDir(directory)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestStoreRefusesWhatUnpackRefuses(t *testing.T) {
	t.Parallel()
	store, directory := open(t, newBucket("../outside", "x"))
	require.ErrorContains(t, store.Fill(t.Context(), origin("shop", "v1"), t.TempDir()), `"../outside"`)
	entries, err := os.ReadDir(directory)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

// TestStoreSaysWhatItWaitsFor: a job that times out tells why, and the agent's log
// has it at once.
func TestStoreSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		silent bool
		want   string
	}{
		"an error":  {false, "download s3://bucket/prefix/shop.zip: slow down"},
		"no answer": {true, "download s3://bucket/prefix/shop.zip: the store has sent nothing for 20s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory, to := t.TempDir(), t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				b := newBucket("a", "text")
				b.read = func(int, []byte) (io.Reader, error) { return nil, errors.New("slow down") }
				var objects workspace.Objects = b
				if test.silent {
					objects = silent{b}
				}
				store := workspace.NewStore(objects, directory, workspace.DefaultLimits(), slog.New(slog.NewTextHandler(&log, nil)))
				defer store.Close()
				cause := errors.New("timed out")
				ctx, cancel := context.WithTimeoutCause(t.Context(), 30*time.Second, cause)
				defer cancel()
				err := store.Fill(ctx, origin("shop", "v1"), to)
				require.ErrorIs(t, err, cause)
				assert.EqualError(t, err, "timed out: "+test.want)
				assert.Equal(t, 1, strings.Count(log.String(), "level=WARN"), log.String())
				assert.Contains(t, log.String(), test.want)
			})
		})
	}
}

// silent never answers a read.
type silent struct{ *bucket }

func (silent) Read(ctx context.Context, _, _ string, _ workspace.Object, _ int64) (io.ReadCloser, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestStoreRefusesALargeArchive: before it is downloaded.
func TestStoreRefusesALargeArchive(t *testing.T) {
	t.Parallel()
	b := newBucket("a", "text")
	limits := workspace.DefaultLimits()
	limits.Archive = 10
	store := workspace.NewStore(b, t.TempDir(), limits, slog.New(slog.DiscardHandler))
	t.Cleanup(store.Close)
	require.ErrorContains(t, store.Fill(t.Context(), origin("shop", "v1"), t.TempDir()), "(at most 10)")
	assert.Empty(t, b.reads)
}
