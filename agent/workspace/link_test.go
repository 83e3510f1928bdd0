package workspace

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusedLinks returns the links that lead out, in order.
func refusedLinks(t testing.TB, all ...[2]string) []string {
	t.Helper()
	l := newLinks()
	for _, link := range all {
		require.NoError(t, l.add(link[0], link[1]))
	}
	var refused []string
	require.NoError(t, l.check(t.Context(), func(path string, _ error) { refused = append(refused, path) }))
	return refused
}

// TestLinks: where links lead when they are followed together.
func TestLinks(t *testing.T) {
	t.Parallel()
	chain := func(n int, last string) [][2]string {
		all := [][2]string{{"p", "."}, {"l0", last}}
		for i := range n {
			all = append(all, [2]string{fmt.Sprintf("l%d", i+1), fmt.Sprintf("l%d", i)})
		}
		return all
	}
	for name, test := range map[string]struct {
		links [][2]string
		want  []string
	}{
		"inside":                         {[][2]string{{"a", "b/../c"}, {"d/e", "../f"}}, nil},
		"out":                            {[][2]string{{"a", ".."}, {"d/e", "../../f"}, {"g", "/x"}, {"h", `b\c`}}, []string{"a", "d/e", "g", "h"}},
		"through a missing name":         {[][2]string{{"a", "x/y/../../c"}, {"b", "x/../.."}}, []string{"b"}},
		"through a link":                 {[][2]string{{"d/p", ".."}, {"a", "d/p/.."}, {"b", "d/p/x"}}, []string{"a"}},
		"below a link's end":             {[][2]string{{"p", "x/y"}, {"a", "p/../../.."}, {"b", "p/../.."}}, []string{"a"}},
		"a long chain that leads out":    {chain(2, "p/../x"), []string{"l0", "l1", "l2"}},
		"a long chain that does not":     {chain(100_000, "p/x"), nil},
		"a circle":                       {[][2]string{{"a", "b"}, {"b", "c"}, {"c", "a"}, {"d", "a/../.."}}, nil},
		"itself":                         {[][2]string{{"a", "a"}}, nil},
		"a circle beside a way out":      {[][2]string{{"a", "b"}, {"b", "a"}, {"c", "x/../.."}, {"d", "c"}}, []string{"c", "d"}},
		"out through one that leads out": {[][2]string{{"z", "a"}, {"a", "../x"}}, []string{"z", "a"}},
		"empty names and dots":           {[][2]string{{"a", ".//./b/"}, {"b", "c//.."}, {"c", "./../"}}, []string{"a", "b", "c"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, refusedLinks(t, test.links...))
		})
	}
}

func TestLinksAreBounded(t *testing.T) {
	t.Parallel()
	l := newLinks()
	var err error
	for i := 0; err == nil; i++ {
		require.Less(t, i, maxLinkText/4096+1)
		err = l.add(fmt.Sprint(i), strings.Repeat("x", 4096))
	}
	require.ErrorIs(t, err, errManyLinks)
	l, err = newLinks(), nil
	for i := 0; err == nil; i++ {
		require.Less(t, i, maxLinkNodes)
		err = l.add(fmt.Sprintf("%d/%s", i, strings.Repeat("a/", 500)+"l"), ".")
	}
	require.ErrorIs(t, err, errManyLinks)
}

func TestLinksStopWithTheContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("the job was stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	l := newLinks()
	require.NoError(t, l.add("a", "b"))
	require.ErrorIs(t, l.check(ctx, nil), cause)
}

const linkMode = fs.ModeSymlink | 0o777

// hostileLinks are archives whose links took hours: each leads over many names, and
// each of them over many others.
func hostileLinks() map[string][]item {
	hops := []item{{name: "p", content: ".", mode: linkMode}}
	for i := range 300 {
		hops = append(hops, item{name: fmt.Sprintf("l%d", i), content: strings.Repeat("p/", 600) + "x", mode: linkMode})
	}
	loop := []item{{name: "loop", content: strings.Repeat("./", 2000) + "loop", mode: linkMode}}
	for i := range 15_000 {
		loop = append(loop, item{name: fmt.Sprintf("a%d", i), content: "loop", mode: linkMode})
	}
	return map[string][]item{"hops": hops, "loop": loop, "nested": nestedLinks(8000)}
}

// deepEntries are below many directories.
func deepEntries() []item {
	var deep []item
	for i := range 1000 {
		at := fmt.Sprintf("%sn%d", strings.Repeat("d/", 2000), i)
		deep = append(deep, item{name: at, content: "x", mode: linkMode}, item{name: at + "f"}, item{name: at + "d/", mode: fs.ModeDir | 0o755})
	}
	return deep
}

// nestedLinks lead over each other, each over 200 others and by some 2 KB of text.
func nestedLinks(n int) []item {
	links := []item{{name: "n0", content: "x", mode: linkMode}}
	for i := range n {
		links = append(links, item{name: fmt.Sprintf("n%d", i+1), content: strings.Repeat(fmt.Sprintf("n%d/../", i), 200) + "y", mode: linkMode})
	}
	return links
}

// TestHostileLinksAreFollowedOnce: the steps are linear in the text of the links. The
// benchmark has the time.
func TestHostileLinksAreFollowedOnce(t *testing.T) {
	t.Parallel()
	for name, items := range hostileLinks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, steps, names := newLinks(), 0, 0
			for _, i := range items {
				require.NoError(t, l.add(i.name, i.content))
				names += strings.Count(i.content, "/") + 2
			}
			for link := range l.nodes {
				if l.nodes[link].state != unfollowed || !l.nodes[link].isLink {
					continue
				}
				for stack := l.enter(nil, int32(link)); len(stack) > 0; steps++ {
					stack = l.advance(stack)
				}
			}
			assert.LessOrEqual(t, steps, 2*names)
		})
	}
}

// manyEntries writes an archive with n entries, without keeping them in memory, and
// states another number of them.
func manyEntries(t testing.TB, n int, stated uint64) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "many.zip"))
	require.NoError(t, err)
	const name = "name"
	block := make([]byte, 0, 1<<20)
	entry := make([]byte, entryLength+len(name))
	copy(entry, entrySignature)
	binary.LittleEndian.PutUint16(entry[28:], uint16(len(name)))
	copy(entry[entryLength:], name)
	for i := range n {
		block = append(block, entry...)
		if len(block)+len(entry) > cap(block) || i == n-1 {
			_, err = file.Write(block)
			require.NoError(t, err)
			block = block[:0]
		}
	}
	size := uint64(n * len(entry))
	end := make([]byte, end64Length+locator64Length+endLength)
	copy(end, end64Signature)
	binary.LittleEndian.PutUint64(end[24:], stated)
	binary.LittleEndian.PutUint64(end[32:], stated)
	binary.LittleEndian.PutUint64(end[40:], size)
	locator := end[end64Length:]
	copy(locator, locator64)
	binary.LittleEndian.PutUint64(locator[8:], size)
	binary.LittleEndian.PutUint32(locator[16:], 1)
	record := locator[locator64Length:]
	copy(record, endSignature)
	for i := 8; i < 20; i++ {
		record[i] = 0xff
	}
	_, err = file.Write(end)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	return file.Name()
}

// TestUnpackCountsEntriesFirst: whatever the archive states about their number.
func TestUnpackCountsEntriesFirst(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	limits.Files = 1000
	const many = 1001 + 1<<16 // zip.NewReader compares the lower 16 bits
	for name, stated := range map[string]uint64{"the truth": many, "less": 1001, "none": 0, "more": 1 << 60} {
		err := Unpack(t.Context(), manyEntries(t, many, stated), t.TempDir(), limits)
		assert.ErrorContains(t, err, "entries", name)
		assert.ErrorContains(t, err, "1000", name)
	}
	// The reader of archives takes these for entries.
	reader, err := zip.OpenReader(manyEntries(t, many, 1001))
	require.NoError(t, err)
	assert.Len(t, reader.File, many)
	require.NoError(t, reader.Close())
}

// BenchmarkHostileArchives: each must take at most 2 s of the processor and 256 MB. They
// are unpacked in memory: what a disk takes for a file, whatever is in it, is its own.
func BenchmarkHostileArchives(b *testing.B) {
	archives := map[string]string{
		"entries": manyEntries(b, 10_000_000, 10_000_000), "entries, lied": manyEntries(b, 10_000_000, 10_000_000&0xffff),
		"nested, refused": archive(b, nestedLinks(15_000)...), "deep": archive(b, deepEntries()...),
	}
	for name, items := range hostileLinks() {
		archives[name] = archive(b, items...)
	}
	for name, file := range archives {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				_ = Unpack(b.Context(), file, inMemory(b), DefaultLimits())
			}
			b.ReportMetric((processorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
