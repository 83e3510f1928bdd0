package asl

import (
	"context"
	"time"
)

// realClock is the machine's own time.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// withTimeLimit ends the context it returns with errTimedOut once d has passed on clock; 0 is no limit. stop releases the watcher and waits
// for it; timedOut, asked after stop, says whether the limit was what ended the context.
func withTimeLimit(parent context.Context, clock Clock, d time.Duration) (ctx context.Context, stop func() (timedOut bool)) {
	if d <= 0 {
		return parent, func() bool { return false }
	}
	ctx, cancel := context.WithCancelCause(parent)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if clock.Sleep(ctx, d) == nil {
			cancel(errTimedOut)
		}
	}()
	return ctx, func() bool {
		cancel(errDone)
		<-watched
		return context.Cause(ctx) == errTimedOut && parent.Err() == nil
	}
}
