package joblog

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// Console writes the lines of all jobs to one writer, each behind its step's
// name, so that jobs that run at the same time can be told apart. Whole lines
// are written at once: none begins inside of another.
type Console struct {
	// w takes whole lines, and may be called concurrently.
	w io.Writer
}

// NewConsole writes to w, to which nothing else may write but through the
// Console. While w blocks, all jobs wait; see AsyncWriter.
func NewConsole(w io.Writer) *Console { return &Console{w: &lockedWriter{w: w}} }

var _ io.Writer = (*Console)(nil)

// Write writes what is one or more whole lines already.
func (c *Console) Write(lines []byte) (int, error) { return c.w.Write(lines) }

// lockedWriter has one call at a time go to its writer.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(lines []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(lines)
}

// Step is where one job's lines go.
type Step struct {
	console *Console
	prefix  string
	buffer  []byte
}

// Step returns the way for the lines of the step of that name, which paint may
// colour; nil leaves it as it is. A Step is for one goroutine at a time.
func (c *Console) Step(name string, paint func(string) string) *Step {
	name = strings.Map(printable, name)
	if paint != nil {
		name = paint(name)
	}
	return &Step{console: c, prefix: name + " | "}
}

// printable keeps a step's name on its line.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// WriteLines writes lines that each have their LF. A console that is gone is no
// job's trouble: the error is the caller's to tell, or not.
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
