package planlog

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

const (
	// chunk is how much of an object is read at once. A line has at most 64 KiB, which
	// JSON can make six times as long.
	chunk = 512 << 10
	// maxOpen is how many objects are merged at once; it bounds the memory.
	maxOpen = 48
)

// source reads the lines of one object.
type source struct {
	store  Store
	object Object
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
		from := s.position + int64(len(s.buffer))
		if from >= s.object.Size {
			return nil // the rest of a line is still to come
		}
		if s.memory == nil {
			s.memory = make([]byte, min(int64(chunk), s.object.Size-s.position))
		}
		kept := copy(s.memory, s.buffer)
		reading, cancel := bounded(ctx)
		n, err := s.store.Read(reading, s.object.Key, from, s.memory[kept:min(int64(len(s.memory)), int64(kept)+s.object.Size-from)])
		cancel()
		if err != nil {
			return err
		}
		s.buffer = s.memory[:kept+n]
	}
	return nil
}

// take goes on behind the line that is ready.
func (s *source) take() {
	s.position += int64(s.length)
	s.buffer, s.ready = s.buffer[s.length:], false
}

// line reads one line of an object; what is no JSON is printed as it is.
func (s *source) line(text []byte) Line {
	var stored struct {
		Timestamp int64
		Data      string
	}
	if json.Unmarshal(text, &stored) != nil {
		return Line{Step: s.object.Step, At: s.next.At, Text: string(text)}
	}
	return Line{Step: s.object.Step, At: time.UnixMilli(stored.Timestamp).UTC(), Text: stored.Data}
}
