package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/attini-go/runner/agent/protocol"
)

// How long the calls at a job's ends may take when services are slow.
const (
	// callTimeout bounds each single call.
	callTimeout = 15 * time.Second
	// decideTimeout bounds how long a job waits to be taken before it fails.
	decideTimeout  = 5 * time.Minute
	deleteTimeout  = 30 * time.Second
	requeueTimeout = 30 * time.Second
	// reportTimeout is only for the case that no heartbeat gets through
	// either; else the heartbeat says when it is too late.
	reportTimeout = 12 * time.Hour
	// stopTimeout bounds all that is still to be said once the worker is being
	// stopped: a stopped task has little time left.
	stopTimeout = 15 * time.Second
	// A job's report waits so long for its log to be complete.
	logTimeout     = 10 * time.Second
	logStopTimeout = 3 * time.Second
)

// retry makes a call again and again, with growing, random pauses, until it
// succeeds or says that trying again is of no use: at most for bound, and not
// when ctx has ended. Each single call is bounded, too.
func retry(ctx context.Context, bound time.Duration, call func(context.Context) error) error {
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		single, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		last = call(single)
		for _, final := range []error{ErrTokenClosed, ErrClaimed, ErrSuperseded, ErrRefused} {
			if errors.Is(last, final) {
				return struct{}{}, backoff.Permanent(last)
			}
		}
		return struct{}{}, last
	}, backoff.WithMaxElapsedTime(bound))
	if err != nil && last != nil && ctx.Err() != nil && !errors.Is(last, err) && !errors.Is(err, last) {
		return fmt.Errorf("%w: %w", err, last)
	}
	return err
}

// retryDetached is a retry that goes on after ctx has ended, for stopTimeout at
// most.
func retryDetached(ctx context.Context, bound time.Duration, call func(context.Context) error) error {
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), bound)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopTimeout, cancel) })()
	return retry(kept, bound, call)
}

// sendHeartbeat sends one heartbeat, bounded in time.
func (w *Worker) sendHeartbeat(ctx context.Context, message *protocol.Message) error {
	ctx, cancel := context.WithTimeout(ctx, min(callTimeout, w.config.HeartbeatInterval))
	defer cancel()
	err := w.ports.Reporter.Heartbeat(ctx, message.Metadata.TaskToken)
	if err != nil && !errors.Is(err, ErrTokenClosed) && !errors.Is(ctx.Err(), context.Canceled) {
		w.logger.Warn("send a heartbeat", "job", message, "error", err)
	}
	return err
}

// succeed reports a job's output. An output that is refused fails the step:
// it would wait for ever.
func (w *Worker) succeed(job context.Context, message *protocol.Message, output json.RawMessage) (answered bool) {
	err := w.report(job, message, func(ctx context.Context) error {
		return w.ports.Reporter.Succeed(ctx, message.Metadata.TaskToken, output)
	})
	if errors.Is(err, ErrRefused) {
		return w.fail(job, message, w.withLogURL(*runtimeFailure("report the output", err)))
	}
	return err == nil
}

func (w *Worker) fail(job context.Context, message *protocol.Message, failure Failure) (answered bool) {
	failure.Error = protocol.Shorten(failure.Error, protocol.MaxErrorName)
	failure.Cause = protocol.Shorten(failure.Cause, protocol.MaxCause)
	err := w.report(job, message, func(ctx context.Context) error {
		return w.ports.Reporter.Fail(ctx, message.Metadata.TaskToken, failure)
	})
	return err == nil
}

// report tells the waiting step, also when the worker is being stopped, until
// it is told or nobody waits any more; both are no error.
func (w *Worker) report(job context.Context, message *protocol.Message, send func(context.Context) error) error {
	abandoned := func() bool { return errors.Is(context.Cause(job), errAbandoned) }
	err := retryDetached(job, reportTimeout, func(ctx context.Context) error {
		if abandoned() {
			return ErrTokenClosed // a heartbeat has learned it
		}
		err := send(ctx)
		if err != nil && !errors.Is(err, ErrTokenClosed) {
			w.logger.Warn("report a job's result", "job", message, "error", err)
		}
		return err
	})
	switch {
	case errors.Is(err, ErrTokenClosed), err != nil && abandoned():
		w.logger.Info("nobody waits for a job's result", "job", message)
		return nil
	case err != nil:
		w.logger.Error("give up a job's result", "job", message, "error", err)
	}
	return err
}

// withLogURL adds to a failure where its log is, in the original agent's words.
func (w *Worker) withLogURL(failure Failure) Failure {
	if w.config.LogURL != "" {
		failure.Cause += ", see complete logs at: " + w.config.LogURL
	}
	return failure
}
