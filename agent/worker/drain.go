package worker

import (
	"context"
	"errors"
)

var (
	// errDrained is why the worker accepts no more jobs.
	errDrained = errors.New("the runner is shutting down and accepts no new jobs")
	// errAbandoned ends a job whose step has ended.
	errAbandoned = errors.New("the step has already ended (stopped, timed out or answered)")
)

// Drain makes the worker accept no more jobs and returns at once: waiting jobs go
// back to the queue, running startup commands end, and Run returns when the
// running jobs have ended. When ctx ends, they are ended and reported as failed.
// Drain can be called more than once.
func (w *Worker) Drain(ctx context.Context) {
	w.drain()
	context.AfterFunc(ctx, func() { w.halt(context.Cause(ctx)) })
}

// mergeContexts returns a context like ctx that also ends when other does, with
// other's cause.
func mergeContexts(ctx, other context.Context) (context.Context, context.CancelFunc) {
	both, cancel := context.WithCancelCause(ctx)
	if other.Err() != nil {
		cancel(context.Cause(other)) // at once, not in AfterFunc's goroutine
	}
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return both, func() {
		stop()
		cancel(nil)
	}
}
