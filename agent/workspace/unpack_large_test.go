package workspace

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnpackAHundredThousandFiles(t *testing.T) {
	t.Parallel()
	items := make([]item, 100_000)
	for i := range items {
		items[i] = item{name: fmt.Sprintf("d%02d/f%d", i%100, i), content: fmt.Sprint(i), mode: 0o644, stored: true}
	}
	to := inMemory(t)
	require.NoError(t, Unpack(t.Context(), archive(t, items...), to, DefaultLimits()))
	files, err := filepath.Glob(filepath.Join(to, "d*", "f*"))
	require.NoError(t, err)
	assert.Len(t, files, 100_000)
	assert.Equal(t, "99999", read(t, to, "d99/f99999"))
}

// sparse writes a file in which zeros take no space.
type sparse struct{ *os.File }

func (s sparse) Write(p []byte) (int, error) {
	if len(p) != len(blank) || &p[0] != &blank[0] {
		return s.File.Write(p)
	}
	_, err := s.Seek(int64(len(p)), io.SeekCurrent)
	return len(p), err
}

// blank is a block of zeros.
var blank [1 << 20]byte

// TestUnpackAboveFourGigabytes: an entry, and the place of the next, that need
// the larger numbers of ZIP64.
func TestUnpackAboveFourGigabytes(t *testing.T) {
	t.Parallel()
	const blocks = 4<<10 + 1
	directory := inMemory(t)
	var room syscall.Statfs_t
	require.NoError(t, syscall.Statfs(directory, &room))
	if room.Bavail*uint64(room.Bsize) < 6<<30 {
		t.Skip("there is no room for 4 GB")
	}
	sum := crc32.NewIEEE()
	for range blocks {
		_, _ = sum.Write(blank[:])
	}
	file, err := os.Create(filepath.Join(directory, "distribution.zip"))
	require.NoError(t, err)
	w := zip.NewWriter(sparse{file})
	large, err := w.CreateRaw(&zip.FileHeader{
		Name: "large", Method: zip.Store, CRC32: sum.Sum32(), CompressedSize64: blocks << 20, UncompressedSize64: blocks << 20,
	})
	require.NoError(t, err)
	for range blocks {
		_, err := large.Write(blank[:])
		require.NoError(t, err)
	}
	last, err := w.Create("last")
	require.NoError(t, err)
	_, err = last.Write([]byte("behind four gigabytes"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, file.Close())

	to := filepath.Join(directory, "to")
	require.NoError(t, os.Mkdir(to, 0o700))
	require.NoError(t, Unpack(t.Context(), file.Name(), to, DefaultLimits()))
	info, err := os.Stat(filepath.Join(to, "large"))
	require.NoError(t, err)
	assert.Equal(t, int64(blocks<<20), info.Size())
	assert.Equal(t, "behind four gigabytes", read(t, to, "last"))
}
