package joblog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how much of a log a spool keeps in memory.
const spoolMemory = 64 << 10

// spool is text in memory or, above spoolMemory, in a file without a name: most
// logs are small, and a file costs more than everything else that a short job
// needs.
type spool struct {
	directory string
	memory    []byte
	file      *os.File
	size      int64
}

// Write implements io.Writer.
func (s *spool) Write(text []byte) (int, error) {
	if s.file == nil && s.size+int64(len(text)) > spoolMemory {
		if err := s.moveToFile(); err != nil {
			return 0, fmt.Errorf("create a file for a job's log: %w", err)
		}
	}
	if s.file == nil {
		s.memory = append(s.memory, text...)
	} else if _, err := s.file.WriteAt(text, s.size); err != nil {
		return 0, fmt.Errorf("write a job's log to its file: %w", err)
	}
	s.size += int64(len(text))
	return len(text), nil
}

func (s *spool) moveToFile() error {
	file, err := os.CreateTemp(s.directory, "log-")
	if err != nil {
		return err
	}
	if err = os.Remove(file.Name()); err == nil {
		_, err = file.WriteAt(s.memory, 0)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	s.file, s.memory = file, nil
	return nil
}

// text returns a reader of the whole text.
func (s *spool) text() *io.SectionReader {
	if s.file != nil {
		return io.NewSectionReader(s.file, 0, s.size)
	}
	return io.NewSectionReader(bytes.NewReader(s.memory), 0, s.size)
}

// reset removes the text and frees its space.
func (s *spool) reset() {
	if s.file != nil {
		_ = s.file.Close() // its content is not needed
	}
	s.file, s.memory, s.size = nil, nil, 0
}

// Content is what one upload sends. It can be read repeatedly.
type Content []*spool

// Size is in bytes.
func (c Content) Size() (size int64) {
	for _, s := range c {
		size += s.size
	}
	return size
}

// Section reads n bytes from offset on.
func (c Content) Section(offset, n int64) *io.SectionReader { return io.NewSectionReader(c, offset, n) }

// ReadAt implements io.ReaderAt.
func (c Content) ReadAt(text []byte, offset int64) (read int, err error) {
	for _, s := range c {
		if offset >= s.size {
			offset -= s.size
			continue
		}
		n, err := s.text().ReadAt(text[read:], offset)
		read += n
		if err != nil && !errors.Is(err, io.EOF) || read == len(text) {
			return read, err
		}
		offset = 0
	}
	return read, io.EOF
}
