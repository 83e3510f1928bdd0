package workspace

import (
	"context"
	"io"
)

// chunk is how many bytes are copied between two checks of the context.
const chunk = 128 << 10

// copyCancellable copies from to its end through the buffer, and stops when ctx ends.
func copyCancellable(ctx context.Context, to io.Writer, from io.Reader, buffer []byte) (written int64, err error) {
	// Without the struct, io.CopyBuffer would use an os.File's own buffer.
	return io.CopyBuffer(struct{ io.Writer }{to}, cancellableReader{ctx, from}, buffer)
}

// cancellableReader reads while its context lasts. It lives for one call only.
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
