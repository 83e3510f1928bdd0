package workspace

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"
)

// share makes two files share their blocks until one is written (a reflink).
func share(to, from int) error { return unix.IoctlFileClone(to, from) }

// copyInKernel copies a whole file. If copied is true, the caller cannot start over in
// another way.
func copyInKernel(ctx context.Context, to, from int) (copied bool, err error) {
	for {
		if ctx.Err() != nil {
			return copied, context.Cause(ctx)
		}
		n, err := again(func() (int, error) { return unix.CopyFileRange(from, nil, to, nil, chunk, 0) })
		switch {
		case err != nil:
			return copied, err
		case n == 0 && !copied: // a file system with files of unknown length
			return false, errors.ErrUnsupported
		case n == 0:
			return true, nil
		}
		copied = true
	}
}
