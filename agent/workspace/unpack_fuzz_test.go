package workspace

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzUnpack(f *testing.F) {
	f.Add(archiveBytes(f))
	f.Add(archiveBytes(f, item{name: "a/b", content: "x", mode: 0o755}, item{name: "c/", mode: fs.ModeDir | 0o755}))
	f.Add(archiveBytes(f, item{name: "../evil", content: "x"}))
	f.Add(archiveBytes(f, item{name: "l", content: "../..", mode: fs.ModeSymlink | 0o777}))
	f.Add(archiveBytes(f, item{name: "p", content: ".", mode: fs.ModeSymlink | 0o777}, item{name: "q", content: "p/..", mode: fs.ModeSymlink | 0o777}))
	f.Add(archiveBytes(f, item{name: "s", content: "x", change: func(h *zip.FileHeader) { h.Flags |= 1 }}))
	f.Fuzz(func(t *testing.T, content []byte) {
		outer := t.TempDir()
		file, to := filepath.Join(outer, "a.zip"), filepath.Join(outer, "job")
		require.NoError(t, os.WriteFile(file, content, 0o600))
		require.NoError(t, os.Mkdir(to, 0o700))
		err := Unpack(t.Context(), file, to, Limits{Files: 100, Bytes: 1 << 20, Ratio: 1100, Archive: 1 << 30})
		entries, readErr := os.ReadDir(outer)
		require.NoError(t, readErr)
		require.Len(t, entries, 2, "something is outside")
		require.Equal(t, fs.ModeDir|0o700, modeOf(t, to))
		if err != nil {
			return
		}
		root, err := os.OpenRoot(to)
		require.NoError(t, err)
		defer func() { assert.NoError(t, root.Close()) }()
		var size int64
		for _, name := range names(t, to) {
			info, err := root.Lstat(name)
			require.NoError(t, err)
			if info.Mode().IsRegular() {
				size += info.Size()
			}
			if real, err := filepath.EvalSymlinks(filepath.Join(to, name)); err == nil {
				assert.True(t, real == to || strings.HasPrefix(real, to+"/"), "%q leads to %q", name, real)
			}
		}
		assert.LessOrEqual(t, size, int64(1<<20))
	})
}
