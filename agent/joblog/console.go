package joblog

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// Console writes the lines of all jobs to one writer, each after its step's name, so
// that concurrent jobs can be distinguished. It never splits a line.
type Console struct {
	// w accepts whole lines and concurrent calls.
	w io.Writer
}

// NewConsole returns a console that writes to w, which must have no other users. While
// w blocks, all jobs wait; see AsyncWriter.
func NewConsole(w io.Writer) *Console { return &Console{w: &lockedWriter{w: w}} }

var _ io.Writer = (*Console)(nil)

// Write writes whole lines without a step's name.
func (c *Console) Write(lines []byte) (int, error) { return c.w.Write(lines) }

// lockedWriter serializes the calls of its writer.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(lines []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(lines)
}

// Step writes the lines of one job.
type Step struct {
	console *Console
	prefix  string
	buffer  []byte
}

// Step returns a writer for the lines of a step. paint, if it is not nil, colours the
// step's name. A Step is for one goroutine at a time.
func (c *Console) Step(name string, paint func(string) string) *Step {
	name = strings.Map(printable, name)
	if paint != nil {
		name = paint(name)
	}
	return &Step{console: c, prefix: name + " | "}
}

// printable keeps a step's name on one line.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// WriteLines writes lines, each with its LF.
func (s *Step) WriteLines(lines []byte) error {
	s.buffer = s.buffer[:0]
	for len(lines) > 0 {
		end := bytes.IndexByte(lines, '\n') + 1
		if end == 0 {
			end = len(lines)
		}
		s.buffer = append(append(s.buffer, s.prefix...), lines[:end]...)
		lines = lines[end:]
	}
	_, err := s.console.Write(s.buffer)
	if cap(s.buffer) > 2*emitSize {
		s.buffer = nil
	}
	return err
}
