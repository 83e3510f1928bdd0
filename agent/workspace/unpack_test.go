package workspace

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inMemory is a directory whose files are in memory, where the system has one:
// these tests write more than a disk likes.
func inMemory(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("/dev/shm", "workspace-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	return directory
}

// item is one entry of an archive under test.
type item struct {
	name, content string
	mode          fs.FileMode
	stored        bool                  // and not compressed
	change        func(*zip.FileHeader) // for headers that no archiver writes
}

func archiveBytes(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, i := range items {
		header := &zip.FileHeader{Name: i.name, Method: zip.Deflate}
		if i.stored {
			header.Method = zip.Store
		}
		if i.mode != 0 {
			header.SetMode(i.mode)
		}
		if i.change == nil {
			to, err := w.CreateHeader(header)
			require.NoError(t, err)
			_, err = to.Write([]byte(i.content))
			require.NoError(t, err)
			continue
		}
		header.Method = zip.Store
		header.CRC32 = crc32.ChecksumIEEE([]byte(i.content))
		header.CompressedSize64, header.UncompressedSize64 = uint64(len(i.content)), uint64(len(i.content))
		i.change(header)
		to, err := w.CreateRaw(header)
		require.NoError(t, err)
		_, err = to.Write([]byte(i.content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func archive(t testing.TB, items ...item) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "distribution.zip")
	require.NoError(t, os.WriteFile(file, archiveBytes(t, items...), 0o600))
	return file
}

// TestUnpack: file modes and symbolic links are kept. The tests below cover the
// limits of an archive.
func TestUnpack(t *testing.T) {
	t.Parallel()
	to := t.TempDir()
	require.NoError(t, Unpack(t.Context(), archive(t,
		item{name: "run.sh", content: "#!/bin/sh\n", mode: 0o755},
		item{name: "secret", content: "s", mode: 0o600},
		item{name: "locked", content: "l", mode: 0o200},
		item{name: "d/", mode: fs.ModeDir | 0o551},
		item{name: "d/", mode: fs.ModeDir | 0o551},
		item{name: "d/file", content: strings.Repeat("x", 100_000), mode: 0o644},
		item{name: "implied/å 😀/file", content: "deep", mode: 0o644},
		item{name: "empty/", mode: fs.ModeDir | 0o755},
		item{name: "no content", mode: 0o644},
		item{name: "link", content: "d/file", mode: fs.ModeSymlink | 0o777},
		item{name: "d/up", content: "../run.sh", mode: fs.ModeSymlink | 0o777},
		item{name: "dangling", content: "missing", mode: fs.ModeSymlink | 0o777},
		item{name: "..double..dots", content: "x", mode: 0o644},
	), to, DefaultLimits()))

	assert.Equal(t, []string{"..double..dots", "d", "d/file", "d/up", "dangling", "empty", "implied", "implied/å 😀", "implied/å 😀/file", "link", "locked", "no content", "run.sh", "secret"}, names(t, to))
	assert.Equal(t, fs.FileMode(0o755), modeOf(t, to, "run.sh"))
	assert.Equal(t, fs.FileMode(0o600), modeOf(t, to, "secret"))
	assert.Equal(t, fs.FileMode(0o600), modeOf(t, to, "locked"), "its owner can read")
	assert.Equal(t, fs.ModeDir|0o751, modeOf(t, to, "d"))
	assert.Equal(t, fs.ModeDir|0o700, modeOf(t, to, "implied"))
	assert.Len(t, read(t, to, "link"), 100_000)
	assert.Equal(t, "#!/bin/sh\n", read(t, to, "d/up"))
}

// TestUnpackWhatOtherSystemsMade: some write no modes, or modes of their own.
func TestUnpackWhatOtherSystemsMade(t *testing.T) {
	t.Parallel()
	to := t.TempDir()
	require.NoError(t, Unpack(t.Context(), archive(t,
		item{name: "dos", content: "x"},
		item{name: "no modes", content: "x", change: func(h *zip.FileHeader) { h.CreatorVersion = 3 << 8 }},
		item{name: "1:2", content: "x"},
	), to, DefaultLimits()))
	assert.Equal(t, fs.FileMode(0o666), modeOf(t, to, "dos"))
	assert.Equal(t, fs.FileMode(0o644), modeOf(t, to, "no modes"))
	assert.Equal(t, "x", read(t, to, "1:2"))
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	const linkMode = fs.ModeSymlink | 0o777
	plain := func(name string) item { return item{name: name, content: "x", mode: 0o644} }
	link := func(name, destination string) item { return item{name: name, content: destination, mode: linkMode} }
	long := []item{link("l0", "p/../x"), link("p", ".")}
	for i := range 15 {
		long = append(long, link(fmt.Sprintf("l%d", i+1), fmt.Sprintf("l%d", i)))
	}
	for name, test := range map[string]struct {
		items []item
		want  string
	}{
		"up":                     {[]item{plain("../evil")}, `entry "../evil": leads out of the distribution`},
		"up from below":          {[]item{plain("a/../../evil")}, `entry "a/../../evil": leads out of the distribution`},
		"not plain":              {[]item{plain("a/./b")}, `entry "a/./b": leads out of the distribution, or is not a clean path`},
		"two slashes":            {[]item{plain("a//b")}, `entry "a//b": leads out of the distribution, or is not a clean path`},
		"itself":                 {[]item{{name: "./", mode: fs.ModeDir | 0o777}}, `entry "./": leads out of the distribution, or is not a clean path`},
		"no name":                {[]item{plain("")}, `entry "": is not a relative path`},
		"root":                   {[]item{{name: "/", mode: fs.ModeDir | 0o755}}, `entry "/": is not a relative path`},
		"absolute":               {[]item{plain("/etc/evil")}, `entry "/etc/evil": is not a relative path`},
		"backslash":              {[]item{plain(`..\evil`)}, `entry "..\\evil": is not a relative path`},
		"drive":                  {[]item{plain("C:evil")}, `entry "C:evil": names a drive`},
		"NUL":                    {[]item{plain("a\x00b")}, `entry "a\x00b": is not a relative path`},
		"too long":               {[]item{plain(strings.Repeat("a/", 3000) + "b")}, `is longer than 4096 bytes`},
		"twice":                  {[]item{plain("a"), plain("a")}, `entry "a": occurs twice`},
		"file, then directory":   {[]item{plain("a"), {name: "a/", mode: fs.ModeDir | 0o755}}, `entry "a/": occurs twice`},
		"directory, then file":   {[]item{{name: "a/", mode: fs.ModeDir | 0o755}, plain("a")}, `entry "a": occurs twice`},
		"below a file":           {[]item{plain("a/b/c"), plain("a")}, `entry "a/b/c": "a" is not a directory`},
		"through a link":         {[]item{link("a", "b"), plain("a/c")}, `entry "a/c": "a" is not a directory`},
		"link twice":             {[]item{link("a", "b"), link("a", "c")}, `entry "a": occurs twice`},
		"link up":                {[]item{link("bad", "../x")}, `entry "bad": "bad" is a link to "../x", outside the distribution`},
		"link absolute":          {[]item{link("bad", "/etc/passwd")}, `"bad" is a link to "/etc/passwd", outside the distribution`},
		"link with backslash":    {[]item{link("bad", `..\x`)}, `"bad" is a link to "..\\x", outside the distribution`},
		"chain of links":         {[]item{link("bad", "a/../x"), link("a", ".")}, `"bad" is a link to "a/../x", outside the distribution`},
		"long chain of links":    {long, `"l15" is a link to "l14", outside the distribution`},
		"empty link":             {[]item{link("bad", "")}, `entry "bad": is a link with an impossible destination`},
		"endless link":           {[]item{link("bad", strings.Repeat("a", 5000))}, `entry "bad": is a link with an impossible destination`},
		"link with NUL":          {[]item{link("bad", "a\x00b")}, `entry "bad": is a link with an impossible destination`},
		"device":                 {[]item{{name: "dev", mode: fs.ModeDevice | 0o666}}, `entry "dev": is a device`},
		"device as a directory":  {[]item{{name: "dev/", mode: fs.ModeDevice | 0o666}}, `entry "dev/": is a device`},
		"named pipe":             {[]item{{name: "pipe", mode: fs.ModeNamedPipe | 0o666}}, `entry "pipe": is a named pipe`},
		"socket":                 {[]item{{name: "sock", mode: fs.ModeSocket | 0o666}}, `entry "sock": is a socket`},
		"encrypted":              {[]item{{name: "locked", content: "x", change: func(h *zip.FileHeader) { h.Flags |= 1 }}}, `entry "locked": is encrypted`},
		"encrypted header":       {[]item{{name: "locked", content: "x", change: func(h *zip.FileHeader) { h.Flags |= 1 << 13 }}}, `entry "locked": is encrypted`},
		"a later unknown method": {[]item{plain("a"), {name: "b", content: "x", change: func(h *zip.FileHeader) { h.Method = 12 }}}, `entry "b": is compressed by method 12`},
		"longer than archive": {[]item{{name: "lie", content: "x", change: func(h *zip.FileHeader) {
			h.CompressedSize64, h.UncompressedSize64 = math.MaxUint64, 1
		}}}, `entry "lie": overlaps with others, or is longer than the archive`},
		"sizes that overflow": {[]item{{name: "lie", content: "x", change: func(h *zip.FileHeader) { h.UncompressedSize64 = math.MaxUint64 }}}, `it unpacks to more than 68719476736 bytes`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outer := t.TempDir()
			to := filepath.Join(outer, "job")
			require.NoError(t, os.Mkdir(to, 0o700))
			items := append([]item{plain("0-good")}, append(test.items, plain("z-good"))...)
			require.ErrorContains(t, Unpack(t.Context(), archive(t, items...), to, DefaultLimits()), test.want)
			assert.Equal(t, []string{"job"}, names(t, outer), "nothing is written")
			assert.Equal(t, fs.ModeDir|0o700, modeOf(t, to))
		})
	}
}

func TestUnpackTellsAllProblemsUpToABound(t *testing.T) {
	t.Parallel()
	items := []item{}
	for i := range 30 {
		items = append(items, item{name: fmt.Sprintf("/bad%d", i)})
	}
	err := Unpack(t.Context(), archive(t, items...), t.TempDir(), DefaultLimits())
	assert.ErrorContains(t, err, "/bad0")
	assert.ErrorContains(t, err, "/bad19")
	assert.NotContains(t, err.Error(), "/bad20")
	assert.ErrorContains(t, err, "and 10 more")
}

func TestUnpackBombs(t *testing.T) {
	t.Parallel()
	blanks := strings.Repeat(" ", 1<<20)
	for name, test := range map[string]struct {
		limits Limits
		items  []item
		want   string
	}{
		"ratio":                          {Limits{10, 1 << 30, 100, 1 << 30}, []item{{name: "blanks", content: blanks}}, `entry "blanks": unpacks to more than 100 times its size`},
		"bytes":                          {Limits{10, 1 << 20, 2000, 1 << 30}, []item{{name: "blanks", content: blanks}, {name: "more", content: "x"}}, `it unpacks to more than 1048576 bytes`},
		"archive":                        {Limits{10, 1 << 30, 2000, 100}, []item{{name: "a", content: blanks}}, `the distribution's archive has 1154 bytes (at most 100)`},
		"directories that have no entry": {Limits{4, 1 << 20, 2000, 1 << 30}, []item{{name: "a/b/c/d/e"}}, `it has 5 files and directories or more (at most 4)`},
		"files":                          {Limits{1, 1 << 20, 2000, 1 << 30}, []item{{name: "a"}, {name: "b"}}, `it has 2 entries (at most 1)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := t.TempDir()
			require.ErrorContains(t, Unpack(t.Context(), archive(t, test.items...), to, test.limits), test.want)
			assert.Empty(t, names(t, to))
		})
	}
	t.Run("within the limits", func(t *testing.T) {
		t.Parallel()
		to := t.TempDir()
		require.NoError(t, Unpack(t.Context(), archive(t, item{name: "blanks", content: blanks}), to, Limits{1, 1 << 20, 1100, 1 << 30}))
		assert.Len(t, read(t, to, "blanks"), 1<<20)
	})
	t.Run("the largest limits", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, Unpack(t.Context(), archive(t, item{name: "blanks", content: blanks}), t.TempDir(), Limits{math.MaxInt, math.MaxInt64, math.MaxInt64, math.MaxInt64}))
	})
}

// deflated is an entry whose header says another size than it unpacks to.
func deflated(t *testing.T, name, content string, said uint64) item {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(archiveBytes(t, item{name: "x", content: content})), int64(len(archiveBytes(t, item{name: "x", content: content}))))
	require.NoError(t, err)
	raw, err := reader.File[0].OpenRaw()
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = b.ReadFrom(raw)
	require.NoError(t, err)
	return item{name: name, content: b.String(), change: func(h *zip.FileHeader) {
		h.Method, h.CRC32, h.UncompressedSize64 = zip.Deflate, crc32.ChecksumIEEE([]byte(content)), said
	}}
}

func TestUnpackHeadersThatLie(t *testing.T) {
	t.Parallel()
	blanks := strings.Repeat(" ", 10<<20)
	for name, said := range map[string]uint64{"less": 10, "more": 10<<20 + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := t.TempDir()
			err := Unpack(t.Context(), archive(t, deflated(t, "lie", blanks, said)), to, Limits{1, 1 << 30, 1 << 20, 1 << 30})
			require.ErrorContains(t, err, `entry "lie"`)
			info, err := os.Stat(filepath.Join(to, "lie"))
			require.NoError(t, err)
			assert.LessOrEqual(t, uint64(info.Size()), said)
		})
	}
}

func TestUnpackDamage(t *testing.T) {
	t.Parallel()
	t.Run("wrong checksum", func(t *testing.T) {
		t.Parallel()
		file := archive(t, item{name: "a", content: "x", change: func(h *zip.FileHeader) { h.CRC32++ }})
		err := Unpack(t.Context(), file, t.TempDir(), DefaultLimits())
		require.ErrorIs(t, err, zip.ErrChecksum)
		assert.ErrorContains(t, err, `entry "a"`)
	})
	t.Run("unknown method", func(t *testing.T) {
		t.Parallel()
		file := archive(t, item{name: "a", content: "x", change: func(h *zip.FileHeader) { h.Method = 99 }})
		assert.EqualError(t, Unpack(t.Context(), file, t.TempDir(), DefaultLimits()),
			`unpack the distribution: entry "a": is compressed by method 99; only stored and deflated entries can be read`)
	})
	t.Run("cut off", func(t *testing.T) {
		t.Parallel()
		content := archiveBytes(t, item{name: "a", content: "x"})
		file := filepath.Join(t.TempDir(), "cut.zip")
		require.NoError(t, os.WriteFile(file, content[:len(content)-30], 0o600))
		assert.ErrorIs(t, Unpack(t.Context(), file, t.TempDir(), DefaultLimits()), zip.ErrFormat)
	})
	t.Run("missing", func(t *testing.T) {
		t.Parallel()
		assert.ErrorIs(t, Unpack(t.Context(), filepath.Join(t.TempDir(), "missing"), t.TempDir(), DefaultLimits()), fs.ErrNotExist)
	})
	t.Run("missing destination", func(t *testing.T) {
		t.Parallel()
		assert.ErrorIs(t, Unpack(t.Context(), archive(t), filepath.Join(t.TempDir(), "missing"), DefaultLimits()), fs.ErrNotExist)
	})
}

func TestUnpackNeverOverwritesOrFollows(t *testing.T) {
	t.Parallel()
	outside, to := t.TempDir(), t.TempDir()
	write(t, to, "there", "old", 0o600)
	require.ErrorIs(t, Unpack(t.Context(), archive(t, item{name: "there", content: "new"}), to, DefaultLimits()), fs.ErrExist)
	assert.Equal(t, "old", read(t, to, "there"))

	symlink(t, to, outside, "out")
	require.Error(t, Unpack(t.Context(), archive(t, item{name: "out/evil", content: "x"}), to, DefaultLimits()))
	assert.Empty(t, names(t, outside))
}

func TestUnpackStopsWithItsContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("the job was stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	to := t.TempDir()
	require.ErrorIs(t, Unpack(ctx, archive(t, item{name: "a", content: "x"}), to, DefaultLimits()), cause)
	assert.Empty(t, names(t, to))
}
