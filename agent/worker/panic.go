package worker

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// catchPanic turns a panic into an error, so that a defect costs one call or one
// job and not the agent with all its jobs.
func (w *Worker) catchPanic(do func() error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			w.logger.Error("recovered from a panic; please report it", "panic", thrown, "stack", string(debug.Stack()))
			err = fmt.Errorf("internal error: %v", thrown)
		}
	}()
	return do()
}

// call makes one call, bounded in time, and waits for its end. It uses a goroutine of
// its own: calls of AWS need deep stacks, and the goroutines of a thousand waiting jobs
// would keep theirs.
func (w *Worker) call(ctx context.Context, bound time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- w.catchPanic(func() error { return do(ctx) }) }()
	return <-result
}

// measure calls the meter, if there is one. Its panics cost only numbers.
func (w *Worker) measure(do func(Meter)) {
	if w.ports.Meter != nil {
		_ = w.catchPanic(func() error { do(w.ports.Meter); return nil })
	}
}
