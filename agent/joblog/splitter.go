package joblog

import (
	"bytes"
	"io"
	"slices"
	"unicode/utf8"
)

// Splitter is a writer that makes lines of what is written to it:
//
//   - A line ends at LF; carriage returns directly before it are part of the
//     line's end.
//   - Text after any other carriage return replaces the line so far, as on a
//     terminal: of a progress bar only the last state is left.
//   - A line over the limit becomes several, none of which ends inside of a
//     character. What has been emitted is not replaced any more.
//   - Each byte that is not valid UTF-8 becomes U+FFFD.
//   - Control bytes are dropped, but for TAB and for ESC, which begins colours.
//
// How the text is cut into writes makes no difference. A Splitter is for one
// goroutine at a time.
type Splitter struct {
	limit int
	emit  func(line string)

	// line is the text of the line so far: valid UTF-8 of at most limit bytes.
	line []byte
	// partial is the beginning of a character that the next write may end.
	partial []byte
	// returned says that a carriage return came after line.
	returned bool
	closed   bool
}

var _ io.WriteCloser = (*Splitter)(nil)

// NewSplitter returns a Splitter that calls emit with each line, without its
// end. A line has at most limit bytes; a limit below utf8.UTFMax is taken as
// that, so that every character fits.
func NewSplitter(limit int, emit func(line string)) *Splitter {
	return &Splitter{limit: max(limit, utf8.UTFMax), emit: emit}
}

// Write emits the lines that text ends. It fails only after Close, with
// io.ErrClosedPipe.
func (s *Splitter) Write(text []byte) (int, error) {
	if s.closed {
		return 0, io.ErrClosedPipe
	}
	written := len(text)
	if len(s.partial) > 0 {
		text = slices.Concat(s.partial, text)
		s.partial = s.partial[:0]
	}
	for {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			s.unfinished(text)
			return written, nil
		}
		s.finished(text[:end])
		text = text[end+1:]
	}
}

// Close emits the unfinished line, if it has any text. It never fails.
func (s *Splitter) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	s.add(s.partial)
	if len(s.line) > 0 {
		s.flush()
	}
	return nil
}

// finished takes the last part of a line, without its LF.
func (s *Splitter) finished(text []byte) {
	if len(s.line) == 0 && isPlain(text) && len(text) <= s.limit {
		s.returned = false
		s.emit(string(text))
		return
	}
	s.add(text)
	s.flush()
}

// unfinished takes text that may end inside of a character.
func (s *Splitter) unfinished(text []byte) {
	whole := len(text)
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if start := len(text) - back; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				whole = start
			}
			break
		}
	}
	s.add(text[:whole])
	s.partial = append(s.partial, text[whole:]...)
}

// flush emits the line and begins the next one.
func (s *Splitter) flush() {
	s.emit(string(s.line))
	s.line = s.line[:0]
	s.returned = false
}

// add adds text without LF to the line.
func (s *Splitter) add(text []byte) {
	for len(text) > 0 {
		plain := plainLength(text)
		s.addPlain(text[:plain])
		text = text[plain:]
		if len(text) == 0 {
			return
		}
		if text[0] < utf8.RuneSelf {
			s.returned = s.returned || text[0] == '\r'
			text = text[1:]
			continue
		}
		r, size := utf8.DecodeRune(text)
		var encoded [utf8.UTFMax]byte
		s.addCharacter(encoded[:utf8.EncodeRune(encoded[:], r)])
		text = text[size:]
	}
}

// addPlain adds characters of one byte each.
func (s *Splitter) addPlain(text []byte) {
	for len(text) > 0 {
		s.makeRoom(1)
		n := min(len(text), s.limit-len(s.line))
		s.line = append(s.line, text[:n]...)
		text = text[n:]
	}
}

func (s *Splitter) addCharacter(encoded []byte) {
	s.makeRoom(len(encoded))
	s.line = append(s.line, encoded...)
}

// makeRoom replaces the line after a carriage return, and emits it when n more
// bytes would not fit.
func (s *Splitter) makeRoom(n int) {
	if s.returned {
		s.line = s.line[:0]
		s.returned = false
	}
	if len(s.line)+n > s.limit {
		s.flush()
	}
}

// plainLength is the length of the text before the first byte that is not
// kept as it is.
func plainLength(text []byte) int {
	for i, b := range text {
		if !isPlainByte(b) {
			return i
		}
	}
	return len(text)
}

func isPlainByte(b byte) bool {
	return b >= ' ' && b < 0x7f || b == '\t' || b == 0x1b
}

// isPlain says whether a line is kept as it is.
func isPlain(text []byte) bool {
	ascii := true
	for _, b := range text {
		if b >= utf8.RuneSelf {
			ascii = false
		} else if !isPlainByte(b) {
			return false
		}
	}
	return ascii || utf8.Valid(text)
}
