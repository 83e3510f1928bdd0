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

// How long the calls before and after a job may take when services are slow.
const (
	// callTimeout bounds each single call, and longestPause the pause before it is
	// repeated. With the time that a receive waits (lastReceiveWait), they are less
	// than 10 s, so that the end of an outage is noticed soon.
	callTimeout  = 6 * time.Second
	longestPause = 2 * time.Second
	// shortTimeout bounds how long a call is repeated while jobs may arrive.
	shortTimeout = 15 * time.Second
	// decideTimeout bounds how long the worker tries to decide about or claim a job.
	decideTimeout  = 5 * time.Minute
	deleteTimeout  = 30 * time.Second
	requeueTimeout = 30 * time.Second
	// reportTimeout matters only if no heartbeat succeeds either; otherwise the
	// heartbeat finds out that the step has ended.
	reportTimeout = 12 * time.Hour
	// stopTimeout bounds all calls once the worker is halted: ECS kills the task
	// soon.
	stopTimeout = 15 * time.Second
)

// retry repeats a call with growing, random pauses until it succeeds, fails for
// good, bound is over or ctx ends. Each single call is bounded, too.
func (w *Worker) retry(ctx context.Context, bound time.Duration, do func(context.Context) error) error {
	return w.retryCalls(ctx, bound, callTimeout, do)
}

// retryCalls is retry with a bound for each call.
func (w *Worker) retryCalls(ctx context.Context, bound, each time.Duration, do func(context.Context) error) error {
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = w.call(ctx, each, do)
		for _, final := range []error{ErrTokenClosed, ErrClaimed, ErrSuperseded, ErrRefused} {
			if errors.Is(last, final) {
				return struct{}{}, backoff.Permanent(last)
			}
		}
		return struct{}{}, last
	}, backoff.WithBackOff(newPauses()), backoff.WithMaxElapsedTime(bound))
	if err != nil && last != nil && ctx.Err() != nil && !errors.Is(last, err) && !errors.Is(err, last) {
		return fmt.Errorf("%w: %w", err, last)
	}
	return err
}

// newPauses returns growing, random pauses.
func newPauses() *backoff.ExponentialBackOff {
	pauses := backoff.NewExponentialBackOff()
	pauses.RandomizationFactor = 0.4
	pauses.MaxInterval = time.Duration(float64(longestPause) / (1 + pauses.RandomizationFactor))
	return pauses
}

// retryDetached is a retry that continues after ctx has ended, for at most
// stopTimeout.
func (w *Worker) retryDetached(ctx context.Context, bound time.Duration, do func(context.Context) error) error {
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), bound)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopTimeout, cancel) })()
	return w.retry(kept, bound, do)
}

// sendHeartbeat sends one heartbeat, bounded in time.
func (w *Worker) sendHeartbeat(ctx context.Context, message *protocol.Message) error {
	err := w.call(ctx, min(callTimeout, w.config.HeartbeatInterval), func(ctx context.Context) error {
		return w.ports.Reporter.Heartbeat(ctx, message.Metadata.TaskToken)
	})
	if err != nil && !errors.Is(err, ErrTokenClosed) && !errors.Is(ctx.Err(), context.Canceled) {
		w.logger.Warn("cannot send a heartbeat", "job", message, "error", err)
	}
	return err
}

// succeed reports a job's output. If the service refuses the output, the step
// fails: it would wait for ever.
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

// report answers a step, also during a shutdown, until it has the answer or has
// ended; neither is an error.
func (w *Worker) report(job context.Context, message *protocol.Message, send func(context.Context) error) error {
	abandoned := func() bool { return errors.Is(context.Cause(job), errAbandoned) }
	err := w.retryDetached(job, reportTimeout, func(ctx context.Context) error {
		if abandoned() {
			return ErrTokenClosed // a heartbeat found out
		}
		err := send(ctx)
		if err != nil && !errors.Is(err, ErrTokenClosed) {
			w.logger.Warn("cannot report a job's result; trying again", "job", message, "error", err)
		}
		return err
	})
	switch {
	case errors.Is(err, ErrTokenClosed), err != nil && abandoned():
		w.logger.Info("the step has already ended (stopped, timed out or answered); the job's result is discarded", "job", message)
		return nil
	case err != nil:
		w.logger.Error("cannot report a job's result; giving up", "job", message, "error", err)
	}
	return err
}

// withLogURL adds the address of the log to a failure, in the text that the
// framework's agent used.
func (w *Worker) withLogURL(failure Failure) Failure {
	if w.config.LogURL != "" {
		failure.Cause += ", see complete logs at: " + w.config.LogURL
	}
	return failure
}
