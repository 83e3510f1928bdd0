package joblog

import (
	"bytes"
	"slices"
)

// escape starts a terminal's escape sequence.
const escape = 0x1b

// piece is a part of a text without escape sequences: from plain on it is as the text
// from text on.
type piece struct{ plain, text int }

// withoutEscapes appends the text without its escape sequences (ECMA-48, 5.3 and 5.4),
// and where its pieces were. The text of a sequence that sets a title or a link stays.
func withoutEscapes(text, plain []byte, pieces []piece) ([]byte, []piece) {
	for at := 0; at < len(text); {
		next := bytes.IndexByte(text[at:], escape)
		if next < 0 {
			next = len(text) - at
		}
		if next > 0 {
			pieces = append(pieces, piece{len(plain), at})
			plain = append(plain, text[at:at+next]...)
		}
		at += next
		if at < len(text) {
			at += sequence(text[at:])
		}
	}
	return plain, pieces
}

// sequence returns the length of the escape sequence at the start of the text.
func sequence(text []byte) int {
	between := func(at int, low, high byte) bool { return at < len(text) && low <= text[at] && text[at] <= high }
	at := 1
	parameters := between(at, '[', '[')
	if parameters {
		at++
		for between(at, '0', '?') {
			at++
		}
	}
	for between(at, ' ', '/') {
		at++
	}
	switch {
	case parameters && between(at, '@', '~'), !parameters && between(at, '0', '~'):
		return at + 1
	default:
		return at // it is not complete
	}
}

// original returns where a byte of the plain text was.
func original(pieces []piece, plain int) int {
	at, found := slices.BinarySearchFunc(pieces, plain, func(p piece, plain int) int { return p.plain - plain })
	if !found {
		at--
	}
	return pieces[at].text + plain - pieces[at].plain
}
