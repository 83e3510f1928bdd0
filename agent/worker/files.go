package worker

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// outputFileFactor is how much larger than an output its file may be: blanks in JSON are
// not sent.
const outputFileFactor = 16

// readOutput reads a job's output file. The job may have replaced it by anything,
// so only a regular file is read, never through a link and without waiting for a
// pipe. A deleted file counts as empty.
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
	case info.Size() > outputFileFactor*int64(limit):
		return nil, tooLarge(int(info.Size()), limit)
	}
	return io.ReadAll(io.LimitReader(file, outputFileFactor*int64(limit)))
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
	return fmt.Errorf("it is %d bytes; Step Functions allows %d. Write large results to S3 and output their location", size, limit)
}
