package worker

import (
	"context"
	"errors"
)

var (
	// errDrained is why the worker takes nothing more.
	errDrained = errors.New("the runner takes no more jobs")
	// errAbandoned ends a job that nobody waits for any more.
	errAbandoned = errors.New("nobody waits for the job any more")
)

// Drain takes nothing more and returns at once: jobs that wait are given back,
// startup commands that still run are ended, and Run returns when the running
// jobs have ended. When ctx ends they are ended and reported as failed; with a
// ctx that never ends they may take their time. It may be called again.
func (w *Worker) Drain(ctx context.Context) {
	w.drain()
	context.AfterFunc(ctx, func() {
		w.haltOnce.Do(func() {
			w.haltCause = context.Cause(ctx)
			close(w.halted)
		})
	})
}

func (w *Worker) drain() { w.drainOnce.Do(func() { close(w.drained) }) }

func (w *Worker) isDrained() bool {
	select {
	case <-w.drained:
		return true
	default:
		return false
	}
}

// watchStop ends what Drain says is to be ended.
func (w *Worker) watchStop(running context.Context, halt, rest context.CancelCauseFunc) {
	select {
	case <-w.drained:
		rest(errDrained)
	case <-running.Done():
		return
	}
	select {
	case <-w.halted:
		halt(w.haltCause)
	case <-running.Done():
	}
}

// mergeContexts returns a context like ctx that also ends with other, for its cause.
func mergeContexts(ctx, other context.Context) (context.Context, context.CancelFunc) {
	both, cancel := context.WithCancelCause(ctx)
	if other.Err() != nil {
		cancel(context.Cause(other)) // at once, and not by a goroutine
	}
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return both, func() {
		stop()
		cancel(nil)
	}
}
