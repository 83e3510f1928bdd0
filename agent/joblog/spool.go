package joblog

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// spool is text in memory, or in a file that has no name once there is more:
// most logs are small, and a file costs more than all else that a short job
// needs.
type spool struct {
	directory string
	memory    []byte
	file      *os.File
	size      int64
}

// spoolMemory is how much of a log is kept in memory.
const spoolMemory = 64 << 10

func (s *spool) append(text []byte) error {
	if s.file == nil && s.size+int64(len(text)) <= spoolMemory {
		s.memory = append(s.memory, text...)
		s.size += int64(len(text))
		return nil
	}
	if s.file == nil {
		if err := s.open(); err != nil {
			return fmt.Errorf("make a file for a job's log: %w", err)
		}
	}
	if _, err := s.file.WriteAt(text, s.size); err != nil {
		return fmt.Errorf("write a job's log to its file: %w", err)
	}
	s.size += int64(len(text))
	return nil
}

// open moves what is in memory to a file.
func (s *spool) open() error {
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

// appendFrom appends all that other has.
func (s *spool) appendFrom(other *spool) error {
	buffer := make([]byte, min(other.size, 64<<10))
	for offset := int64(0); offset < other.size; {
		n, err := other.ReadAt(buffer[:min(int64(len(buffer)), other.size-offset)], offset)
		if err != nil {
			return err
		}
		if err := s.append(buffer[:n]); err != nil {
			return err
		}
		offset += int64(n)
	}
	return nil
}

// ReadAt implements io.ReaderAt, within size.
func (s *spool) ReadAt(text []byte, offset int64) (int, error) {
	if offset >= s.size {
		return 0, io.EOF
	}
	whole := int64(len(text)) <= s.size-offset
	if s.file == nil {
		n := copy(text, s.memory[offset:])
		if !whole {
			return n, io.EOF
		}
		return n, nil
	}
	n, err := s.file.ReadAt(text[:min(int64(len(text)), s.size-offset)], offset)
	if err == nil && !whole {
		err = io.EOF
	}
	return n, err
}

// reset forgets the text and gives back its space.
func (s *spool) reset() {
	if s.file != nil {
		_ = s.file.Close() // nothing of it is needed any more
	}
	s.file, s.memory, s.size = nil, nil, 0
}

// Content is what an upload sends. It can be read as often as needed.
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
		n, err := s.ReadAt(text[read:], offset)
		read += n
		if err != nil && !errors.Is(err, io.EOF) || read == len(text) {
			return read, err
		}
		offset = 0
	}
	return read, io.EOF
}
