package problem

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// maxExcerpt is how many characters of a line an excerpt has.
const maxExcerpt = 100

// WriteExcerpts writes problems as WriteText does, each with its line of the source
// and a caret under its place:
//
//	template.yaml:9:21: error: Runner "Build": … [range]
//	   9 |         JobTimeout: 3
//	     |                     ^
func WriteExcerpts(w io.Writer, file string, source []byte, l List) error {
	out := bufio.NewWriter(w)
	lines := bytes.Split(source, []byte("\n"))
	for _, p := range l.Sorted() {
		writeProblem(out, file, p)
		if p.Line >= 1 && p.Line <= len(lines) {
			writeExcerpt(out, p.Place, string(bytes.TrimSuffix(lines[p.Line-1], []byte("\r"))))
		}
	}
	return out.Flush()
}

// writeExcerpt writes a line of the source, or the part of a long one around the
// place. What a terminal could take for a command is left out.
func writeExcerpt(w io.Writer, at Place, line string) {
	characters := []rune(strings.TrimPrefix(line, "\ufeff"))
	caret := min(max(at.Column-1, 0), len(characters))
	begin := 0
	if len(characters) > maxExcerpt {
		begin = min(max(caret-maxExcerpt/2, 0), len(characters)-maxExcerpt)
	}
	part := characters[begin:min(begin+maxExcerpt, len(characters))]
	var shown, before strings.Builder
	for i, r := range part {
		switch {
		case r == '\t':
			shown.WriteByte(' ')
		case !unicode.IsPrint(r):
			r = '·'
			shown.WriteRune(r)
		default:
			shown.WriteRune(r)
		}
		if begin+i < caret {
			before.WriteString(strings.Repeat(" ", columns(r)))
		}
	}
	number := strconv.Itoa(at.Line)
	fmt.Fprintf(w, "%5s | %s\n", number, strings.TrimRight(shown.String(), " "))
	fmt.Fprintf(w, "%s | %s^\n", strings.Repeat(" ", max(5, len(number))), before.String())
}

// columns is how many columns of a terminal a character takes.
func columns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), r >= 0x1F300 && r <= 0x1FAFF, r >= 0xFF01 && r <= 0xFF60:
		return 2
	default:
		return 1
	}
}
