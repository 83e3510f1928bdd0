package planlog

import (
	"context"
	"errors"
	"io"
	"time"
)

// stream reads an object from a position on. Each read is bounded: a connection that hangs
// is a broken one, and a whole object can take long.
type stream struct {
	body  io.ReadCloser
	cause func() error
	end   context.CancelCauseFunc
	watch *time.Timer
	// began is whether anything was read.
	began bool
}

func openStream(ctx context.Context, store Store, o Object, position int64) (*stream, error) {
	ctx, end := context.WithCancelCause(ctx)
	s := &stream{cause: func() error { return context.Cause(ctx) }, end: end, watch: time.AfterFunc(callTimeout, func() { end(errHangs) })}
	var err error
	if s.body, err = store.Open(ctx, o.Key, position, o.Size); err != nil {
		err = errors.Join(s.cause(), err)
		s.close()
		return nil, err
	}
	return s, nil
}

// read returns some bytes, or why there are none.
func (s *stream) read(text []byte) (int, error) {
	s.watch.Reset(callTimeout)
	n, err := s.body.Read(text)
	s.watch.Stop()
	if n > 0 {
		s.began = true
		return n, nil // an error comes again
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		err = errors.Join(s.cause(), err)
	}
	return 0, err
}

func (s *stream) close() {
	s.watch.Stop()
	s.end(nil)
	if s.body != nil {
		_ = s.body.Close() // all that was wanted is read
	}
}
