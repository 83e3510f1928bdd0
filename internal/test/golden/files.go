package golden

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Files fails the test when the files under testdata that match pattern
// (filepath.Match) are others than names: a golden file that no test compares
// with any more must go, and a new one must be compared with. While the files
// are written anew it checks nothing.
func Files(t testing.TB, pattern string, names ...string) {
	t.Helper()
	if *update {
		return
	}
	paths, err := filepath.Glob(filepath.Join("testdata", filepath.FromSlash(pattern)))
	require.NoError(t, err)
	found := make([]string, len(paths))
	for i, path := range paths {
		name, err := filepath.Rel("testdata", path)
		require.NoError(t, err)
		found[i] = filepath.ToSlash(name)
	}
	assert.ElementsMatch(t, names, found, "the golden files and the tests that compare with them differ")
}
