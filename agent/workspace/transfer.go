package workspace

import (
	"context"
	"io"
)

// chunk is how much is copied between two looks at the context.
const chunk = 128 << 10

// copyCancellable copies until the end of from, by way of the buffer, and stops when
// the context ends.
func copyCancellable(ctx context.Context, to io.Writer, from io.Reader, buffer []byte) (written int64, err error) {
	// A file that is written to would bring a buffer of its own.
	return io.CopyBuffer(struct{ io.Writer }{to}, cancellableReader{ctx, from}, buffer)
}

// cancellableReader reads as long as its context lasts. It lives for one call only.
type cancellableReader struct {
	ctx  context.Context
	from io.Reader
}

func (s cancellableReader) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.from.Read(p)
}
