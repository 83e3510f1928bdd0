package worker

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// readOutput reads what a job left as its output. A job may have put anything
// in the file's place: only a regular file is read, and never through a link,
// nor is a pipe waited for. A file that the job deleted is empty.
func readOutput(path string, limit int) (content []byte, err error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, syscall.ELOOP):
		return nil, errors.New("the job replaced the file by a link")
	case errors.Is(err, syscall.ENXIO):
		return nil, errors.New("the job replaced the file by a socket")
	case err != nil:
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("the job replaced the file by a %s", kindOf(info.Mode()))
	case info.Size() > int64(limit):
		return nil, tooLarge(int(info.Size()), limit)
	}
	return io.ReadAll(io.LimitReader(file, int64(limit)+1))
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	default:
		return "special file"
	}
}

func tooLarge(size, limit int) error {
	return fmt.Errorf("the output has %d bytes, a step's output can have %d at most; store it elsewhere and pass on where it is", size, limit)
}
