package fstree_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/internal/fstree"
)

func TestRemoveAll(t *testing.T) {
	t.Parallel()
	root, outside := filepath.Join(t.TempDir(), "root"), t.TempDir()
	require.NoError(t, os.Chmod(outside, 0o500))
	inner := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(inner, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(inner, "file"), nil, 0o400))
	require.NoError(t, os.Symlink(outside, filepath.Join(inner, "link")))
	require.NoError(t, os.Chmod(inner, 0))
	require.NoError(t, os.Chmod(filepath.Dir(inner), 0o500))
	require.NoError(t, fstree.RemoveAll(root))
	assert.NoDirExists(t, root)
	info, err := os.Stat(outside)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o500), info.Mode().Perm(), "a link's destination is not changed")
	assert.NoError(t, fstree.RemoveAll(root), "a missing tree is no error")
}
