package worker

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/attini-go/runner/agent/protocol"
)

// How long the calls at a job's ends may take when services are slow.
const (
	// callTimeout bounds each single call.
	callTimeout = 15 * time.Second
	// deleteTimeout is less than a queue hides a message for.
	deleteTimeout = 30 * time.Second
	reportTimeout = 5 * time.Minute
	// stopTimeout bounds all that is still to be said once the worker is being
	// stopped: a stopped task has little time left.
	stopTimeout = 15 * time.Second
)

// persist makes a call again and again, with growing pauses, until it succeeds
// or says that the token is closed: at most for bound, and at most for
// stopTimeout once ctx has ended. Each single call is bounded, too.
func persist(ctx context.Context, bound time.Duration, call func(context.Context) error) error {
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), bound)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopTimeout, cancel) })()
	_, err := backoff.Retry(kept, func() (struct{}, error) {
		single, cancel := context.WithTimeout(kept, callTimeout)
		defer cancel()
		err := call(single)
		if errors.Is(err, ErrTokenClosed) {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(bound))
	return err
}

// beat sends one heartbeat, bounded in time.
func (w *Worker) beat(ctx context.Context, message *protocol.Message) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := w.ports.Reporter.Heartbeat(ctx, message.Metadata.TaskToken)
	if err != nil && !errors.Is(err, ErrTokenClosed) && !errors.Is(ctx.Err(), context.Canceled) {
		w.logger.Warn("send a heartbeat", "job", message, "error", err)
	}
	return err
}

// errAbandoned ends a job that nobody waits for any more.
var errAbandoned = errors.New("nobody waits for the job any more")

// keepAlive sends heartbeats until the returned function is called, also while
// the worker is being stopped. When the token is closed, it calls abandon.
func (w *Worker) keepAlive(ctx context.Context, message *protocol.Message, abandon context.CancelCauseFunc) (stop func()) {
	beating, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(w.config.HeartbeatInterval)
		defer ticker.Stop()
		for {
			select {
			case <-beating.Done():
				return
			case <-ticker.C:
			}
			if errors.Is(w.beat(beating, message), ErrTokenClosed) {
				abandon(errAbandoned)
				return
			}
		}
	}()
	return func() {
		end()
		<-ended
	}
}

func (w *Worker) succeed(ctx context.Context, message *protocol.Message, output json.RawMessage) {
	w.report(ctx, message, func(ctx context.Context) error {
		return w.ports.Reporter.Succeed(ctx, message.Metadata.TaskToken, output)
	})
}

func (w *Worker) fail(ctx context.Context, message *protocol.Message, failure Failure) {
	failure.Error = protocol.Shorten(failure.Error, protocol.MaxErrorName)
	failure.Cause = protocol.Shorten(failure.Cause, protocol.MaxCause)
	w.report(ctx, message, func(ctx context.Context) error {
		return w.ports.Reporter.Fail(ctx, message.Metadata.TaskToken, failure)
	})
}

// report tells the waiting step, also when the worker is being stopped.
func (w *Worker) report(ctx context.Context, message *protocol.Message, send func(context.Context) error) {
	switch err := persist(ctx, reportTimeout, send); {
	case errors.Is(err, ErrTokenClosed):
		w.logger.Info("nobody waits for a job's result", "job", message)
	case err != nil:
		w.logger.Error("report a job's result", "job", message, "error", err)
	}
}
