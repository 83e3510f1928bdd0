package joblog_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/joblog"
)

// appendTo takes lines apart.
func appendTo(all *[]string) func([]byte) {
	return func(lines []byte) {
		for line := range strings.Lines(string(lines)) {
			*all = append(*all, strings.TrimSuffix(line, "\n"))
		}
	}
}

// split writes the chunks and closes.
func split(t testing.TB, limit int, chunks ...string) []string {
	t.Helper()
	var lines []string
	splitter := joblog.NewSplitter(limit, nil, appendTo(&lines))
	for _, chunk := range chunks {
		n, err := io.WriteString(splitter, chunk)
		require.NoError(t, err)
		require.Equal(t, len(chunk), n)
	}
	require.NoError(t, splitter.Close())
	return lines
}

// TestSplitter: lines are UTF-8 in every locale. A carriage return does not end
// a line, and a line without an end is cut at the limit.
func TestSplitter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		limit int
		text  string
		want  []string
	}{
		{"nothing", 80, "", nil},
		{"one line", 80, "hello\n", []string{"hello"}},
		{"an unfinished line", 80, "a\nb", []string{"a", "b"}},
		{"empty lines", 80, "\n\na\n\n", []string{"", "", "a", ""}},
		{"CRLF", 80, "a\r\nb\r\n\r\n", []string{"a", "b", ""}},
		{"CR CR LF", 80, "a\r\r\n", []string{"a"}},
		{"a progress bar", 80, "1%\r50%\r100%\ndone\n", []string{"100%", "done"}},
		{"a progress bar with the return last", 80, "1%\r50%\r100%\r\n", []string{"100%"}},
		{"a progress bar that is interrupted", 80, "1%\r50%\r", []string{"50%"}},
		{"a shorter text replaces all", 80, "long text\rab\n", []string{"ab"}},
		{"a return alone", 80, "\r", nil},
		{"a return does not reach the next line", 80, "\r\nab\n", []string{"", "ab"}},
		{"only control bytes after the return", 80, "ab\r\x00\x07\n", []string{"ab"}},
		{"control bytes", 80, "a\x00b\x07\x7f\x08c\td\x1b[31m\n", []string{"abc\td\x1b[31m"}},
		{"only control bytes", 80, "\x00\x01", nil},
		{"characters", 80, "å€😀\u2028\u0085\n", []string{"å€😀\u2028\u0085"}},
		{"invalid bytes", 80, "a\xffb\xc3\n", []string{"a\ufffdb\ufffd"}},
		{"an unfinished character at the end", 80, "a\xe2\x82", []string{"a\ufffd\ufffd"}},
		{"a surrogate", 80, "\xed\xa0\x80\n", []string{"\ufffd\ufffd\ufffd"}},
		{"an overlong form", 80, "\xc0\xaf\n", []string{"\ufffd\ufffd"}},
		{"U+FFFD itself", 80, "\ufffd\n", []string{"\ufffd"}},
		{"a control byte inside of a character", 80, "\xe2\x00\x82\xac\n", []string{"\ufffd\ufffd\ufffd"}},
		{"as long as the limit", 4, "abcd\nefgh", []string{"abcd", "efgh"}},
		{"over the limit", 4, "abcdefghi\n", []string{"abcd", "efgh", "i"}},
		{"over the limit, unfinished", 4, "abcde", []string{"abcd", "e"}},
		{"a character over the limit", 5, "abc€d\n", []string{"abc", "€d"}},
		{"four bytes in the least limit", 0, "😀😀a\n", []string{"😀", "😀", "a"}},
		{"the limit counts bytes that are kept", 4, "\x00ab\x00cd\r\n", []string{"abcd"}},
		{"the limit counts replacements", 6, "\xff\xff\xff\n", []string{"\ufffd\ufffd", "\ufffd"}},
		{"a return at the limit", 4, "abcd\refgh\n", []string{"efgh"}},
		{"a return over the limit", 4, "abcdef\rgh\n", []string{"abcd", "gh"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, split(t, test.limit, test.text), "in one write")
			assert.Equal(t, test.want, split(t, test.limit, strings.Split(test.text, "")...), "a character a write")
			bytewise := make([]string, len(test.text))
			for i := range bytewise {
				bytewise[i] = test.text[i : i+1]
			}
			assert.Equal(t, test.want, split(t, test.limit, bytewise...), "a byte a write")
		})
	}
}

func TestSplitterEmitsALineAsSoonAsItEnds(t *testing.T) {
	t.Parallel()
	var lines []string
	splitter := joblog.NewSplitter(80, nil, appendTo(&lines))
	_, err := io.WriteString(splitter, "a\nb")
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, lines)
	_, err = io.WriteString(splitter, "\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, lines)
}

func TestSplitterClosed(t *testing.T) {
	t.Parallel()
	var lines []string
	splitter := joblog.NewSplitter(80, nil, appendTo(&lines))
	_, err := io.WriteString(splitter, "a")
	require.NoError(t, err)
	require.NoError(t, splitter.Close())
	require.NoError(t, splitter.Close())
	n, err := io.WriteString(splitter, "b\n")
	require.ErrorIs(t, err, io.ErrClosedPipe)
	assert.Zero(t, n)
	assert.Equal(t, []string{"a"}, lines)
}

func TestSplitterDoesNotKeepTheCallersBuffer(t *testing.T) {
	t.Parallel()
	var lines []string
	splitter := joblog.NewSplitter(80, nil, appendTo(&lines))
	buffer := []byte("first\nab\xe2\x82")
	_, err := splitter.Write(buffer)
	require.NoError(t, err)
	copy(buffer, "-------------")
	_, err = io.WriteString(splitter, "\xac\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"first", "ab€"}, lines)
}

func TestSplitterBoundsAHugeLine(t *testing.T) {
	t.Parallel()
	const limit, size = 1000, 5 << 20
	var total, most int
	splitter := joblog.NewSplitter(limit, nil, func(lines []byte) {
		for line := range bytes.Lines(lines) {
			total += len(line) - 1
			most = max(most, len(line)-1)
		}
	})
	chunk := bytes.Repeat([]byte("x"), 32<<10)
	for range size / len(chunk) {
		_, err := splitter.Write(chunk)
		require.NoError(t, err)
	}
	require.NoError(t, splitter.Close())
	assert.Equal(t, size, total)
	assert.Equal(t, limit, most)
}

// reference says for a whole text what the lines are, in the plainest way.
func reference(limit int, text string) []string {
	var lines []string
	var line []rune
	returned := false
	length := func() int { return len(string(line)) }
	for _, r := range text { // each invalid byte is U+FFFD here, too
		switch {
		case r == '\n':
			lines = append(lines, string(line))
			line, returned = nil, false
		case r == '\r':
			returned = true
		case r < ' ' && r != '\t' && r != 0x1b, r == 0x7f:
		default:
			if returned {
				line, returned = nil, false
			}
			if length()+utf8.RuneLen(r) > limit {
				lines = append(lines, string(line))
				line = nil
			}
			line = append(line, r)
		}
	}
	if len(line) > 0 {
		lines = append(lines, string(line))
	}
	return lines
}

// The way in which text is cut into writes must not matter.
func FuzzSplitter(f *testing.F) {
	f.Add("hello\r\nworld\n", uint8(80), []byte{1, 2, 3})
	f.Add("1%\r50%\r100%\r\r\nå€😀", uint8(5), []byte{1})
	f.Add("\xe2\x82\n\xff\x00\xf0\x9f\x98", uint8(4), []byte{0, 7})
	f.Add("abcdefghijklmnop\rqrstuvwxyz\x1b[0m", uint8(6), []byte{4, 4})
	f.Fuzz(func(t *testing.T, text string, limit uint8, cuts []byte) {
		want := reference(max(int(limit), utf8.UTFMax), text)
		var chunks []string
		rest := text
		for _, cut := range cuts {
			n := min(int(cut), len(rest))
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		chunks = append(chunks, rest)
		require.Equal(t, want, split(t, int(limit), chunks...), "in %q", chunks)
		require.Equal(t, want, split(t, int(limit), text), "in one write")
	})
}

func BenchmarkSplitter(b *testing.B) {
	for _, bench := range []struct{ name, line string }{
		{"ascii", strings.Repeat("0123456789", 6) + "\n"},
		{"utf8", strings.Repeat("012345å€", 6) + "\n"},
		{"colours", "\x1b[31m" + strings.Repeat("0123456789", 5) + "\x1b[0m\n"},
		{"crlf", strings.Repeat("0123456789", 6) + "\r\n"},
		{"progress", strings.Repeat("0123456789\r", 6) + "\n"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			chunk := []byte(strings.Repeat(bench.line, 32<<10/len(bench.line)))
			lines := 0
			splitter := joblog.NewSplitter(256<<10, nil, func(text []byte) { lines += bytes.Count(text, []byte("\n")) })
			b.SetBytes(int64(len(chunk)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := splitter.Write(chunk); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(lines), "ns/line")
		})
	}
}
