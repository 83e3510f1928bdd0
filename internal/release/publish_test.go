package release

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi"
)

// sample is a release that was not built: each program's bytes are its path.
func sample(t testing.TB, version, flavour string, signer *Signer) (*Release, []File) {
	t.Helper()
	r, err := New(version, Programs())
	require.NoError(t, err)
	var made []File
	for _, path := range r.artifacts() {
		made = append(made, File{path, []byte(path + flavour)})
	}
	return r, complete(made, signer)
}

func openDirectory(t testing.TB) *Directory {
	t.Helper()
	directory, err := OpenDirectory(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, directory.Close()) })
	return directory
}

// onDisk are the files of a directory, with their contents.
func onDisk(t *testing.T, directory *Directory) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(directory.name), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(directory.name, path))
		all[path] = string(data)
		return err
	}))
	return all
}

func contents(files []File) map[string]string {
	all := map[string]string{}
	for _, file := range files {
		all[file.Path] = string(file.Data)
	}
	return all
}

// visible reports whether the information API shows a version of a directory.
func visible(t *testing.T, directory *Directory, version, cpu string) bool {
	t.Helper()
	store, err := releaseapi.NewDirectory(directory.name)
	require.NoError(t, err)
	files, err := store.List(t.Context())
	require.NoError(t, err)
	var names listed
	for _, file := range files {
		names = append(names, file.Path)
	}
	if cpu == "aarch64" {
		for i := range names { // ask asks for x86_64
			names[i] = strings.NewReplacer("amd64", "arm64", "arm64", "amd64").Replace(names[i])
		}
	}
	return ask(t, names, version) == http.StatusFound
}

func TestPublish(t *testing.T) {
	t.Parallel()
	directory := openDirectory(t)
	_, files := sample(t, "1.2.3", "", newSigner(t))
	for range 2 { // the second time all is there
		require.NoError(t, Publish(t.Context(), directory, files, silent()))
		assert.Equal(t, contents(files), onDisk(t, directory))
		assert.True(t, visible(t, directory, "1.2.3", "x86_64"))
		assert.True(t, visible(t, directory, "1.2.3", "aarch64"))
	}
}

// failing is a store that fails after some additions, or does one and then
// loses the answer.
type failing struct {
	Store
	after int
	lose  bool
}

var errCut = errors.New("cut off")

func (f *failing) Add(ctx context.Context, file File) error {
	if f.after > 0 {
		f.after--
		return f.Store.Add(ctx, file)
	}
	if f.lose {
		if err := f.Store.Add(ctx, file); err != nil {
			return err
		}
	}
	return errCut
}

// TestPublishCutOff: wherever a publication ends, no half of it is visible, and
// the next one completes it.
func TestPublishCutOff(t *testing.T) {
	t.Parallel()
	_, files := sample(t, "1.2.3", "", newSigner(t))
	require.True(t, strings.HasSuffix(files[len(files)-2].Path, "amd64/attini-runner.sha256"))
	for _, lose := range []bool{false, true} {
		for after := range files {
			directory := openDirectory(t)
			err := Publish(t.Context(), &failing{directory, after, lose}, files, silent())
			require.ErrorIs(t, err, errCut)
			require.ErrorContains(t, err, "publish "+files[after].Path+" in "+directory.name+": ")
			there := after
			if lose {
				there++
			}
			assert.Equal(t, contents(files[:there]), onDisk(t, directory))
			assert.Equal(t, there > len(files)-2, visible(t, directory, "1.2.3", "x86_64"), there)
			assert.Equal(t, there == len(files), visible(t, directory, "1.2.3", "aarch64"), there)

			require.NoError(t, Publish(t.Context(), directory, files, silent()))
			assert.Equal(t, contents(files), onDisk(t, directory))
		}
	}
}

// TestPublishNeverChanges: what is there, of whatever state, stays as it is.
func TestPublishNeverChanges(t *testing.T) {
	t.Parallel()
	signer := newSigner(t)
	_, files := sample(t, "1.2.3", "", signer)
	_, others := sample(t, "1.2.3", "!", signer)
	_, unsigned := sample(t, "1.2.3", "", nil)
	const refused = ": the version is there already, and this is another; a release never changes: take another version, or start from the commit (and the release of Go, and with or without signatures) that it was made of:\n  "
	for name, test := range map[string]struct {
		first, second []File
		want          []string
	}{
		"other bytes":          {files, others, []string{"1.2.3/linux/amd64/attini-runner is there with other bytes", "1.2.3/linux/arm64/attini-runner.sha256 is there with other bytes"}},
		"other bytes, begun":   {files[:1], others, []string{"1.2.3/linux/amd64/attini-runner is there with other bytes"}},
		"other bytes, the end": {append([]File{{files[20].Path, []byte("odd")}}, files[:2]...), files, []string{files[20].Path + " is there with other bytes"}},
		"signed later":         {unsigned, files, []string{"1.2.3/linux/amd64/attini-runner.minisig is not there, though the version is visible"}},
		"visible and damaged":  {append([]File{files[len(files)-1]}, files[3:]...), files, []string{files[0].Path + " is not there, though the version is visible"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory := openDirectory(t)
			for _, file := range test.first {
				if err := directory.Add(t.Context(), file); !errors.Is(err, fs.ErrExist) {
					require.NoError(t, err)
				}
			}
			before := onDisk(t, directory)
			err := Publish(t.Context(), directory, test.second, silent())
			require.ErrorContains(t, err, "publish in "+directory.name+refused+test.want[0])
			for _, want := range test.want {
				assert.ErrorContains(t, err, "\n  "+want)
			}
			assert.Equal(t, before, onDisk(t, directory))
		})
	}
	t.Run("unsigned again", func(t *testing.T) {
		t.Parallel()
		directory := openDirectory(t)
		require.NoError(t, Publish(t.Context(), directory, files, silent()))
		require.NoError(t, Publish(t.Context(), directory, unsigned, silent()), "the same programs")
		assert.Equal(t, contents(files), onDisk(t, directory))
	})
}

// simultaneousStore is a store whose additions begin when all who publish have looked.
type simultaneousStore struct {
	Store
	looked *sync.WaitGroup
	begin  sync.Once
}

func (s *simultaneousStore) Add(ctx context.Context, file File) error {
	s.begin.Do(func() {
		s.looked.Done()
		s.looked.Wait()
	})
	return s.Store.Add(ctx, file)
}

// TestPublishAtOnce: of those who publish different programs at the same time,
// one publishes all, and the others none.
func TestPublishAtOnce(t *testing.T) {
	t.Parallel()
	directory := openDirectory(t)
	const publishers = 8
	var looked, ended sync.WaitGroup
	looked.Add(publishers)
	errs := make([]error, publishers)
	flavour := func(i int) string { return string(rune('a' + i/2)) } // each is published by two
	for i := range publishers {
		_, files := sample(t, "1.2.3", flavour(i), nil)
		ended.Go(func() {
			errs[i] = Publish(t.Context(), &simultaneousStore{Store: directory, looked: &looked}, files, silent())
		})
	}
	ended.Wait()
	var won []string
	for i, err := range errs {
		if err == nil {
			won = append(won, flavour(i))
			continue
		}
		assert.EqualError(t, err, "publish 1.2.3/linux/amd64/attini-runner in "+directory.name+": 1.2.3/linux/amd64/attini-runner is there with other bytes")
	}
	require.Len(t, won, 2)
	assert.Equal(t, won[0], won[1])
	_, files := sample(t, "1.2.3", won[0], nil)
	assert.Equal(t, contents(files), onDisk(t, directory))
}

// TestPublishUnread: what cannot be looked at is no reason to write.
func TestPublishUnread(t *testing.T) {
	t.Parallel()
	directory := openDirectory(t)
	_, files := sample(t, "1.2.3", "", nil)
	require.NoError(t, directory.root.MkdirAll(filepath.FromSlash(files[3].Path), 0o700))
	err := Publish(t.Context(), directory, files, silent())
	require.ErrorContains(t, err, "look for "+files[3].Path+" in "+directory.name+": ")
	assert.Empty(t, onDisk(t, directory))
}
