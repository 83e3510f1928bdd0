package workspace

import (
	"context"
	"errors"
	"io"
)

// chunk is how much is copied between two looks at the context: little enough
// to stop soon, and enough for the kernel to copy from file to file at speed.
const chunk = 16 << 20

// transfer copies until the end of from, and stops when the context ends.
func transfer(ctx context.Context, to io.Writer, from io.Reader) (written int64, err error) {
	for {
		if ctx.Err() != nil {
			return written, context.Cause(ctx)
		}
		n, err := io.CopyN(to, from, chunk)
		written += n
		if errors.Is(err, io.EOF) {
			return written, nil
		}
		if err != nil {
			return written, err
		}
	}
}
