package worker

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/attini-go/runner/agent/protocol"
)

// How long the ends of a job may take when services are slow.
const (
	beatTimeout   = 15 * time.Second
	reportTimeout = 5 * time.Minute
	// stopTimeout is shorter: a stopped task has little time left.
	stopTimeout = 15 * time.Second
)

// beat sends one heartbeat, bounded in time.
func (w *Worker) beat(ctx context.Context, message *protocol.Message) error {
	ctx, cancel := context.WithTimeout(ctx, beatTimeout)
	defer cancel()
	return w.ports.Reporter.Heartbeat(ctx, message.Metadata.TaskToken)
}

// errAbandoned ends a job that nobody waits for any more.
var errAbandoned = errors.New("nobody waits for the job any more")

// keepAlive sends heartbeats until ctx ends. When the token is closed, it calls
// abandon.
func (w *Worker) keepAlive(ctx context.Context, message *protocol.Message, abandon context.CancelCauseFunc) {
	ticker := time.NewTicker(w.config.HeartbeatInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		switch err := w.beat(ctx, message); {
		case errors.Is(err, ErrTokenClosed):
			abandon(errAbandoned)
			return
		case err != nil && ctx.Err() == nil:
			w.logger.Warn("send a heartbeat", "job", message, "error", err)
		}
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

// report tells the waiting step, again and again while the service does not
// answer, also when the worker is being stopped.
func (w *Worker) report(ctx context.Context, message *protocol.Message, send func(context.Context) error) {
	bound := reportTimeout
	if ctx.Err() != nil {
		bound = stopTimeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bound)
	defer cancel()
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := send(ctx)
		if errors.Is(err, ErrTokenClosed) {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(bound))
	switch {
	case errors.Is(err, ErrTokenClosed):
		w.logger.Info("nobody waits for a job's result", "job", message)
	case err != nil:
		w.logger.Error("report a job's result", "job", message, "error", err)
	}
}
