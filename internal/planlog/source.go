package planlog

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

const (
	// chunk is how much of an object is kept at once. A line has at most 64 KiB, which
	// JSON can make six times as long.
	chunk = 512 << 10
	// maxOpen is how many objects are merged at once; it bounds the memory.
	maxOpen = 48
)

// source reads the lines of one object.
type source struct {
	store  Store
	object Object
	// stream goes on behind the buffer; nil is to be opened.
	stream *stream
	// position is behind the last line that was taken; buffer is what follows it.
	position int64
	buffer   []byte
	memory   []byte
	// next is the line at the buffer's beginning, of that length, if ready.
	next   Line
	length int
	ready  bool
}

// fill makes the next line ready, if the object has one.
func (s *source) fill(ctx context.Context) error {
	for !s.ready {
		if end := bytes.IndexByte(s.buffer, '\n'); end >= 0 {
			s.next, s.length, s.ready = s.line(s.buffer[:end]), end+1, true
			return nil
		}
		if len(s.buffer) == chunk {
			// No agent writes such a line; it is printed in parts.
			s.next, s.length, s.ready = s.line(s.buffer), len(s.buffer), true
			return nil
		}
		left := s.object.Size - s.position - int64(len(s.buffer))
		if left <= 0 {
			return nil // the rest of a line is still to come
		}
		if s.memory == nil {
			s.memory = make([]byte, min(int64(chunk), s.object.Size-s.position))
		}
		kept := copy(s.memory, s.buffer)
		s.buffer = s.memory[:kept]
		n, err := s.read(ctx, s.memory[kept:min(int64(len(s.memory)), int64(kept)+left)])
		if err != nil {
			return err
		}
		s.buffer = s.memory[:kept+n]
	}
	return nil
}

// read reads what follows the buffer, perhaps nothing. A stream that breaks behind some
// bytes is opened again at once.
func (s *source) read(ctx context.Context, text []byte) (int, error) {
	if s.stream == nil {
		opened, err := openStream(ctx, s.store, s.object, s.position+int64(len(s.buffer)))
		if err != nil {
			return 0, err
		}
		s.stream = opened
	}
	n, err := s.stream.read(text)
	if err == nil {
		return n, nil
	}
	again := s.stream.began && ctx.Err() == nil
	s.close()
	if again {
		return 0, nil
	}
	return 0, err
}

func (s *source) close() {
	if s.stream != nil {
		s.stream.close()
		s.stream = nil
	}
}

// take goes on behind the line that is ready.
func (s *source) take() {
	s.position += int64(s.length)
	s.buffer, s.ready = s.buffer[s.length:], false
}

// line reads one line of an object; what is no JSON is printed as it is.
func (s *source) line(text []byte) Line {
	if at, data, ok := plain(text); ok {
		return Line{Step: s.object.Step, At: time.UnixMilli(at).UTC(), Text: string(data)}
	}
	var stored struct {
		Timestamp int64
		Data      string
	}
	if json.Unmarshal(text, &stored) != nil {
		return Line{Step: s.object.Step, At: s.next.At, Text: string(text)}
	}
	return Line{Step: s.object.Step, At: time.UnixMilli(stored.Timestamp).UTC(), Text: stored.Data}
}

// plain reads a line that has no escapes, as agents write it: most have none, and this is
// many times faster than the JSON decoder.
func plain(line []byte) (at int64, data []byte, ok bool) {
	rest, ours := bytes.CutPrefix(line, []byte(`{"timestamp":`))
	number, rest, separated := bytes.Cut(rest, []byte(`,"data":"`))
	data, ended := bytes.CutSuffix(rest, []byte(`"}`))
	if !ours || !separated || !ended || bytes.IndexByte(data, '"') >= 0 || bytes.IndexByte(data, '\\') >= 0 || !utf8.Valid(data) {
		return 0, nil, false
	}
	at, err := strconv.ParseInt(string(number), 10, 64)
	return at, data, err == nil
}
