package workspace

import (
	"context"
	"io"
)

// chunk is how much is copied between two looks at the context.
const chunk = 128 << 10

// transfer copies until the end of from, by way of the buffer, and stops when
// the context ends.
func transfer(ctx context.Context, to io.Writer, from io.Reader, buffer []byte) (written int64, err error) {
	// A file that is written to would bring a buffer of its own.
	return io.CopyBuffer(struct{ io.Writer }{to}, stoppable{ctx, from}, buffer)
}

// stoppable reads as long as its context lasts. It lives for one call only.
type stoppable struct {
	ctx  context.Context
	from io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.from.Read(p)
}
