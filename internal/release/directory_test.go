package release

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDirectory(t *testing.T) {
	t.Parallel()
	directory := openDirectory(t)
	_, err := directory.Get(t.Context(), "1.0.0/linux/amd64/attini-runner")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, directory.Add(t.Context(), File{"1.0.0/linux/amd64/attini-runner", []byte("one")}))
	require.ErrorIs(t, directory.Add(t.Context(), File{"1.0.0/linux/amd64/attini-runner", []byte("two")}), fs.ErrExist)
	require.NoError(t, directory.Add(t.Context(), File{"1.0.0/empty", nil}))
	data, err := directory.Get(t.Context(), "1.0.0/linux/amd64/attini-runner")
	require.NoError(t, err)
	assert.Equal(t, "one", string(data))
	assert.Equal(t, map[string]string{"1.0.0/linux/amd64/attini-runner": "one", "1.0.0/empty": ""}, onDisk(t, directory), "and nothing unfinished")

	_, err = OpenDirectory(filepath.Join(directory.name, "none"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// TestDirectoryAddAtOnce: one of many is there, whole.
func TestDirectoryAddAtOnce(t *testing.T) {
	t.Parallel()
	directory := openDirectory(t)
	var group sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		group.Go(func() {
			errs[i] = directory.Add(t.Context(), File{"1.0.0/a/b", bytes.Repeat([]byte{byte('a' + i)}, 100_000)})
		})
	}
	group.Wait()
	winner := -1
	for i, err := range errs {
		if err == nil {
			assert.Equal(t, -1, winner, "there is one")
			winner = i
			continue
		}
		assert.ErrorIs(t, err, fs.ErrExist)
	}
	require.NotEqual(t, -1, winner)
	data, err := directory.Get(t.Context(), "1.0.0/a/b")
	require.NoError(t, err)
	assert.Equal(t, bytes.Repeat([]byte{byte('a' + winner)}, 100_000), data)
}

// TestDirectoryStaysInside: neither a path nor a link leads out of it.
func TestDirectoryStaysInside(t *testing.T) {
	t.Parallel()
	directory, outside := openDirectory(t), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "file"), []byte("outside"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(directory.name, "link")))
	for _, path := range []string{"../new", "link/new", "link/file", filepath.Join(outside, "new")} {
		assert.Error(t, directory.Add(t.Context(), File{path, []byte("x")}), path)
	}
	_, err := directory.Get(t.Context(), "link/file")
	require.Error(t, err)
	entries, err := os.ReadDir(outside)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestReadFileTooLong(t *testing.T) {
	t.Parallel()
	_, err := ReadFile(endless{})
	assert.EqualError(t, err, fmt.Sprintf("it is longer than %d bytes", 128<<20))
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
