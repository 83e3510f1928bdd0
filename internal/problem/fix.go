package problem

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Apply makes the fixes of problems in the source that they were found in, and
// returns how many. A fix whose text is not found at its place is left out: the
// place is an alias, or the text is written over several lines.
func Apply(source []byte, l List) (fixed []byte, made int) {
	var edits []edit
	offsets := lineOffsets(source)
	for _, p := range l {
		if p.Fix == (Fix{}) || p.Line < 1 || p.Line >= len(offsets) {
			continue
		}
		line := source[offsets[p.Line-1]:offsets[p.Line]]
		if at, ok := find(line, p.Column, p.Fix); ok {
			edits = append(edits, edit{offsets[p.Line-1] + at, p.Fix})
		}
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	end := 0
	for _, e := range edits {
		if e.at < end {
			continue // another fix of the same text
		}
		fixed = append(append(fixed, source[end:e.at]...), e.fix.New...)
		end = e.at + len(e.fix.Old)
		made++
	}
	return append(fixed, source[end:]...), made
}

// edit is a fix and the byte where its text begins.
type edit struct {
	at  int
	fix Fix
}

// lineOffsets are the bytes where lines begin, and the end of the text.
func lineOffsets(source []byte) []int {
	offsets := []int{0}
	for i, b := range source {
		if b == '\n' {
			offsets = append(offsets, i+1)
		}
	}
	return append(offsets, len(source))
}

var (
	// leading is what may be between a place and the text itself: an anchor and
	// the short form of a function.
	leading = regexp.MustCompile(`^(&\S+ +)?(![A-Za-z0-9:]+ +)?`)
	// ending follows a scalar or a part of it.
	ending = regexp.MustCompile("^(\\s|$|[\"',.:\\]}\\)])")
)

// find is where in a line, from a column on, the text of a fix begins.
func find(line []byte, column int, fix Fix) (at int, ok bool) {
	at = len(line) - len(bytes.TrimPrefix(line, []byte("\ufeff")))
	for range column - 1 {
		_, size := utf8.DecodeRune(line[at:])
		at += size
	}
	switch {
	case at >= len(line):
		return 0, false
	case fix.Old == "":
		return at, true
	}
	if !strings.HasPrefix(fix.Old, "!") {
		at += len(leading.Find(line[at:]))
	}
	if at < len(line) && (line[at] == '"' || line[at] == '\'') {
		if strings.HasPrefix(fix.New, `"`) {
			return 0, false // it has its quotes
		}
		at++
	}
	rest, ok := bytes.CutPrefix(line[at:], []byte(fix.Old))
	return at, ok && ending.Match(rest)
}
