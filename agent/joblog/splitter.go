package joblog

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"unicode/utf8"
)

// Splitter is a writer that splits text into lines:
//
//   - A line ends at LF, with the carriage returns directly before it.
//   - Text after any other carriage return replaces the line so far, as on a terminal:
//     only the last state of a progress bar stays.
//   - A line above the limit becomes several, which do not end inside a character or a
//     secret. Emitted text is not replaced.
//   - Each byte that is not valid UTF-8 becomes U+FFFD.
//   - Control bytes except TAB and ESC are dropped; ESC starts colours.
//   - Secrets are masked. A line ::add-mask::VALUE makes VALUE a secret from then on.
//
// The division of the text into writes does not affect the lines. A Splitter is for one
// goroutine at a time.
type Splitter struct {
	limit int
	mask  *Mask
	emit  func(lines []byte)

	// line is the text of the line so far: valid UTF-8 of at most limit bytes.
	line []byte
	// partial is the start of a character that the next write may complete.
	partial []byte
	// returned means that a carriage return followed line.
	returned bool
	closed   bool
	// lines are complete lines that are not emitted yet.
	lines []byte
}

var _ io.WriteCloser = (*Splitter)(nil)

// wholeSize is about how many bytes of unchanged text are emitted at a time: each job
// has buffers of this size.
const wholeSize = 64 << 10

// emitSize is the size at which lines are emitted before the end of their write.
const emitSize = 256 << 10

// NewSplitter returns a Splitter that calls emit with complete lines, each with an LF.
// emit must not keep the slice. A line has at most limit bytes before its LF; limit is
// at least utf8.UTFMax, so that every character fits. A nil mask hides nothing.
func NewSplitter(limit int, mask *Mask, emit func(lines []byte)) *Splitter {
	return &Splitter{limit: max(limit, utf8.UTFMax), mask: mask, emit: emit}
}

// Write emits the lines that text completes. It fails only after Close, with
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

// Unfinished returns the line so far, without what may be the start of a secret. The
// line is emitted later, whole.
func (s *Splitter) Unfinished() []byte {
	if s.closed || s.returned {
		return nil
	}
	if plain, _ := withoutEscapes(s.line, nil, nil); bytes.HasPrefix(bytes.TrimSpace(plain), []byte(addMaskCommand)) {
		return nil // the rest is a secret
	}
	_, before := s.mask.Cut(s.line)
	return slices.Clone(before)
}

// isFresh reports whether the next line has no text yet.
func (s *Splitter) isFresh() bool { return len(s.line) == 0 && !s.returned && len(s.partial) == 0 }

// whole returns the length of the lines at the start of text that need no change.
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

// unfinished adds text that may end inside a character.
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

// endLine ends the line and starts the next one.
func (s *Splitter) endLine() {
	s.buffer(s.line)
	s.line = s.line[:0]
	s.returned = false
}

// buffer adds a line to those that will be emitted.
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
	s.flush() // earlier lines first
	for len(lines) > 0 {
		start, end, value := findAddMask(lines)
		if start > 0 {
			s.emit(s.mask.Hide(lines[:start]))
		}
		if start < end {
			s.emit(s.addMask(value))
		}
		lines = lines[end:]
	}
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

// addPlain adds characters of one byte.
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

// makeRoom discards the line after a carriage return, and ends it if n more bytes would
// not fit: before the start of a possible secret, unless that is the whole line.
func (s *Splitter) makeRoom(n int) {
	if s.returned {
		s.line = s.line[:0]
		s.returned = false
	}
	if len(s.line)+n <= s.limit {
		return
	}
	cut, before := s.mask.Cut(s.line)
	if cut == 0 || len(s.line)-cut+n > s.limit {
		cut, before = len(s.line), s.line
	}
	s.buffer(before)
	s.line = append(s.line[:0], s.line[cut:]...)
}

// plainLength returns the length of the text before the first byte that needs a change.
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

// plainPrefix returns the length of the text before the first byte that needs a change,
// LF apart. It checks eight bytes at a time, because nearly all output passes here.
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

// plainBytes counts the bytes that need no change if they are valid UTF-8.
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

// validPrefix returns the length of the valid UTF-8 at the start of text.
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
