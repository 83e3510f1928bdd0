package releaseapi

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
)

func open(t testing.TB, directory string) *Directory {
	t.Helper()
	d, err := NewDirectory(directory)
	require.NoError(t, err)
	return d
}

// TestDirectory: the same catalogue as that of the whole sample, from what
// little of it is looked at.
func TestDirectory(t *testing.T) {
	t.Parallel()
	d := open(t, releaseapitest.Directory(t))
	files, err := d.List(t.Context())
	require.NoError(t, err)
	assert.Equal(t, newCatalogue(sample()), newCatalogue(files))
	assert.False(t, slices.ContainsFunc(files, func(f File) bool { return f.Path == ".minisign/key" }), "nobody asked to look there")
	for path, content := range releaseapitest.Sample() {
		file, err := d.Open(path)
		require.NoError(t, err)
		text, err := io.ReadAll(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		assert.Equal(t, content, string(text))
	}
}

func TestNewDirectoryErrors(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := NewDirectory(missing)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "open the directory of releases: ")
	assert.ErrorContains(t, err, missing)
	require.NoError(t, os.WriteFile(missing, nil, 0o600))
	_, err = NewDirectory(missing)
	assert.Error(t, err, "a file is no directory")
}

// TestDirectoryLinks: links are no releases, neither to inside nor to outside,
// nor are folders in a file's place.
func TestDirectoryLinks(t *testing.T) {
	t.Parallel()
	outside, directory := releaseapitest.Directory(t), t.TempDir()
	arch := filepath.Join(directory, "1.0.0", "linux", "amd64")
	require.NoError(t, os.MkdirAll(arch, 0o700))
	require.NoError(t, os.Symlink(filepath.Join(outside, "1.0.0/linux/amd64/attini-runner"), filepath.Join(arch, Binary)))
	require.NoError(t, os.Symlink("attini-runner", filepath.Join(arch, Checksum)))
	require.NoError(t, os.Mkdir(filepath.Join(arch, Signature), 0o700))
	require.NoError(t, os.Symlink(filepath.Join(outside, "2.0.0"), filepath.Join(directory, "2.0.0")))
	require.NoError(t, os.Symlink("1.0.0", filepath.Join(directory, "2.1.0")))
	d := open(t, directory)
	files, err := d.List(t.Context())
	require.NoError(t, err)
	assert.Empty(t, files)
	for _, path := range []string{"1.0.0/linux/amd64/attini-runner", "2.0.0/linux/amd64/attini-runner", "../" + filepath.Base(outside) + "/README.md", "/etc/passwd"} {
		_, err = d.Open(path)
		assert.Error(t, err, path)
	}
	_, err = d.Open("1.0.0/linux/amd64")
	assert.ErrorIs(t, err, fs.ErrNotExist, "a directory is no file")
}

// TestDirectoryGone: what cannot be listed whole is not listed.
func TestDirectoryGone(t *testing.T) {
	t.Parallel()
	directory := releaseapitest.Directory(t)
	d := open(t, directory)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	_, err := d.List(ctx)
	require.ErrorIs(t, err, enough)
	if os.Geteuid() != 0 { // root may read everything
		require.NoError(t, os.Chmod(filepath.Join(directory, "1.0.0"), 0))
		_, err = d.List(t.Context())
		require.ErrorIs(t, err, fs.ErrPermission)
		require.NoError(t, os.Chmod(filepath.Join(directory, "1.0.0"), 0o700))
	}
	require.NoError(t, os.RemoveAll(filepath.Join(directory, "2.1.7")))
	files, err := d.List(t.Context())
	require.NoError(t, err)
	found, _ := newest(newCatalogue(files).of(platforms()[1]), parseVersionQuery(latest))
	assert.Equal(t, "2.1.0", found.version.String())
	require.NoError(t, os.RemoveAll(directory))
	_, err = d.Open("2.1.0/linux/amd64/attini-runner")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = d.List(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist, "which is not to have no releases")
	// As after a build that begins with an empty folder.
	require.NoError(t, os.Rename(releaseapitest.Directory(t), directory))
	files, err = d.List(t.Context())
	require.NoError(t, err)
	assert.Equal(t, newCatalogue(sample()), newCatalogue(files))
}
