package joblog

import (
	"bytes"
	"encoding/binary"
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
//     character or of a secret. What has been emitted is not replaced any more.
//   - Each byte that is not valid UTF-8 becomes U+FFFD.
//   - Control bytes are dropped, but for TAB and for ESC, which begins colours.
//   - Secrets are masked.
//
// How the text is cut into writes makes no difference to the lines. A Splitter
// is for one goroutine at a time.
type Splitter struct {
	limit int
	mask  *Mask
	emit  func(lines []byte)

	// line is the text of the line so far: valid UTF-8 of at most limit bytes.
	line []byte
	// partial is the beginning of a character that the next write may end.
	partial []byte
	// returned says that a carriage return came after line.
	returned bool
	closed   bool
	// lines are the lines that have ended but are not emitted yet.
	lines []byte
}

var _ io.WriteCloser = (*Splitter)(nil)

// wholeSize is about how much is emitted at a time of what needs no change: each
// log has buffers of that size for each job.
const wholeSize = 64 << 10

// emitSize is where lines are emitted before their write has been seen to its
// end.
const emitSize = 256 << 10

// NewSplitter returns a Splitter that calls emit with lines, as soon as they
// have ended: one or more, each with an LF, in bytes that are emit's only
// during the call. A line has at most limit bytes before its LF; a limit below
// utf8.UTFMax is taken as that, so that every character fits. A nil mask hides
// nothing.
func NewSplitter(limit int, mask *Mask, emit func(lines []byte)) *Splitter {
	return &Splitter{limit: max(limit, utf8.UTFMax), mask: mask, emit: emit}
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
	for len(text) > 0 {
		if s.isFresh() {
			if whole := s.whole(text); whole > 0 {
				s.emitMasked(text[:whole])
				text = text[whole:]
				continue
			}
		}
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			s.unfinished(text)
			break
		}
		s.add(text[:end])
		s.endLine()
		text = text[end+1:]
	}
	s.flush()
	return written, nil
}

// Close emits the unfinished line, if it has any text. It never fails.
func (s *Splitter) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	s.add(s.partial)
	if len(s.line) > 0 {
		s.endLine()
	}
	s.flush()
	return nil
}

// isFresh says that nothing of the next line is there yet.
func (s *Splitter) isFresh() bool { return len(s.line) == 0 && !s.returned && len(s.partial) == 0 }

// whole is the length of the lines at the text's beginning that are to be
// emitted as they are.
func (s *Splitter) whole(text []byte) (length int) {
	text = text[:plainPrefix(text[:min(len(text), max(wholeSize, s.limit+1))])]
	for length < len(text) {
		next := bytes.LastIndexByte(text[length:min(len(text), length+s.limit+1)], '\n')
		if next < 0 {
			break
		}
		length += next + 1
	}
	return length
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

// endLine ends the line and begins the next one.
func (s *Splitter) endLine() {
	s.buffer(s.line)
	s.line = s.line[:0]
	s.returned = false
}

// buffer puts a line to those that are to be emitted.
func (s *Splitter) buffer(line []byte) {
	s.lines = append(append(s.lines, line...), '\n')
	if len(s.lines) >= emitSize {
		s.flush()
	}
}

func (s *Splitter) flush() {
	if len(s.lines) > 0 {
		lines := s.lines
		s.lines = nil
		s.emitMasked(lines)
		s.lines = lines[:0]
	}
}

func (s *Splitter) emitMasked(lines []byte) {
	s.flush() // what came before
	s.emit(s.mask.Hide(lines))
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

// makeRoom replaces the line after a carriage return, and ends it when n more
// bytes would not fit: before what may become a secret, unless that is all.
func (s *Splitter) makeRoom(n int) {
	if s.returned {
		s.line = s.line[:0]
		s.returned = false
	}
	if len(s.line)+n <= s.limit {
		return
	}
	cut := len(s.line) - s.mask.Begun(s.line)
	if cut == 0 || len(s.line)-cut+n > s.limit {
		cut = len(s.line)
	}
	s.buffer(s.line[:cut])
	s.line = append(s.line[:0], s.line[cut:]...)
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

// plainPrefix is the length of the text before the first byte that is not kept
// as it is. It looks at eight bytes at a time: nearly all that jobs print passes
// here.
func plainPrefix(text []byte) int {
	const low, high = 0x0101010101010101, 0x8080808080808080
	ascii, length := true, 0
	for ; length+8 <= len(text); length += 8 {
		word := binary.LittleEndian.Uint64(text[length:])
		// The high bit of each byte that is below ' ' or above '~'.
		if odd := (word - ' '*low) | (word + low) | word; odd&high == 0 {
			continue
		}
		if n := plainBytes(text[length:length+8], &ascii); n < 8 {
			return validPrefix(text[:length+n], ascii)
		}
	}
	return validPrefix(text[:length+plainBytes(text[length:], &ascii)], ascii)
}

// plainBytes counts the bytes that are kept if they are valid UTF-8.
func plainBytes(text []byte, ascii *bool) int {
	for i, b := range text {
		if b >= utf8.RuneSelf {
			*ascii = false
		} else if b != '\n' && !isPlainByte(b) {
			return i
		}
	}
	return len(text)
}

// validPrefix is the length of the text before what is not valid UTF-8.
func validPrefix(text []byte, ascii bool) (length int) {
	if ascii || utf8.Valid(text) {
		return len(text)
	}
	for {
		r, size := utf8.DecodeRune(text[length:])
		if r == utf8.RuneError && size <= 1 {
			return length
		}
		length += size
	}
}
