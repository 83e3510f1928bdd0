package fstree

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readOnly makes a tree of read-only directories with a link out of it.
func readOnly(t *testing.T) (root, inner, outside string) {
	t.Helper()
	root, outside = filepath.Join(t.TempDir(), "root"), t.TempDir()
	require.NoError(t, os.Chmod(outside, 0o500))
	inner = filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(inner, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(inner, "file"), nil, 0o400))
	require.NoError(t, os.Symlink(outside, filepath.Join(inner, "link")))
	require.NoError(t, os.Chmod(inner, 0))
	require.NoError(t, os.Chmod(filepath.Dir(inner), 0o500))
	return root, inner, outside
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Mode().Perm()
}

func TestRemoveAll(t *testing.T) {
	t.Parallel()
	root, _, outside := readOnly(t)
	require.NoError(t, RemoveAll(root))
	assert.NoDirExists(t, root)
	assert.Equal(t, os.FileMode(0o500), mode(t, outside), "a link's destination is not changed")
	assert.NoError(t, RemoveAll(root), "a missing tree is no error")
}

// TestMakeWritable also means something for root, which can remove any tree.
func TestMakeWritable(t *testing.T) {
	t.Parallel()
	root, inner, outside := readOnly(t)
	makeWritable(root)
	for path, want := range map[string]os.FileMode{root: 0o700, filepath.Dir(inner): 0o700, inner: 0o700, filepath.Join(inner, "file"): 0o400, outside: 0o500} {
		assert.Equal(t, want, mode(t, path), path)
	}
}
