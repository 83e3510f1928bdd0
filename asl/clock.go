package asl

import (
	"context"
	"sync"
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

// atOnce runs work n times at once and returns when all have ended.
func atOnce(clock Clock, n int, work func()) {
	if virtual, ok := clock.(*VirtualTime); ok {
		virtual.together(n, work)
		return
	}
	var workers sync.WaitGroup
	for range n {
		workers.Go(work)
	}
	workers.Wait()
}

// withTimeLimit ends the context it returns with errTimedOut once d has passed on clock; 0 is no limit. stop releases the watcher and waits
// for it; timedOut, asked after stop, says whether the limit was what ended the context.
func withTimeLimit(parent context.Context, clock Clock, d time.Duration) (ctx context.Context, stop func() (timedOut bool)) {
	if d <= 0 {
		return parent, func() bool { return false }
	}
	if virtual, ok := clock.(*VirtualTime); ok {
		return virtual.limit(parent, d)
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
