package worker

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// stateTimeout bounds the reads and writes of the runner's state.
	stateTimeout = time.Minute
	// recordGrace is how long the state may name another agent at the start: the
	// launcher records a task only after ECS has started it.
	recordGrace = 20 * time.Second
	// failWaitingTimeout bounds how long a runner that cannot start fails jobs for.
	failWaitingTimeout = 5 * time.Minute
)

// markStarted records that the agent has started. The error is a *StartupError or
// wraps ErrSuperseded.
func (w *Worker) markStarted(ctx context.Context) error {
	if w.ports.State == nil {
		return nil
	}
	since := time.Now()
	err := w.retry(ctx, stateTimeout, func(ctx context.Context) error {
		err := w.ports.State.MarkStarted(ctx)
		if errors.Is(err, ErrSuperseded) && time.Since(since) < recordGrace {
			return errors.New("the runner's state does not name this agent yet")
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrSuperseded) {
		return &StartupError{Cause: "mark the runner as started: " + err.Error()}
	}
	return err
}

// retire marks an idle runner as stopped, and then receives until no job arrives, so
// that it misses no job that was sent before. It returns false when the worker
// must continue.
func (w *Worker) retire(running, taking context.Context) bool {
	if w.ports.State == nil {
		return true
	}
	if w.othersHaveJobs(taking) && !w.isSuperseded(taking) {
		w.registry.postponeIdle(w.config.LeaseTime / 2)
		return false
	}
	// Jobs may arrive meanwhile, so the attempt is short.
	err := w.retry(taking, shortTimeout, w.ports.State.Retire)
	switch {
	case taking.Err() != nil, errors.Is(err, ErrSuperseded):
		return true
	case err != nil:
		w.logger.Error("cannot mark the runner as stopped; it continues for now", "error", err)
		w.registry.postponeIdle(stateTimeout)
		return false
	}
	w.logger.Info(fmt.Sprintf("idle for %.0f s; the runner stops", w.config.IdleTimeToLive.Seconds()))
	for {
		before := w.registry.current().started
		_, err := w.receiveOnce(running, taking, nil)
		if w.deliveries.Wait(); err != nil || w.registry.current().started == before {
			return true
		}
	}
}

// leave marks the runner as stopped after the worker's only job, and accepts no more:
// jobs that wait here go back to the queue. It comes before the job's answer, which may
// let the plan send the next job at once: the launcher then starts another task for it.
// If the mark cannot be written, the launcher does so when this task has ended.
func (w *Worker) leave(ctx context.Context) {
	if w.ports.State != nil {
		err := w.retryDetached(ctx, shortTimeout, w.ports.State.Retire)
		if err != nil && !errors.Is(err, ErrSuperseded) {
			w.logger.Warn("cannot mark the runner as stopped; the next job waits until this task has ended", "error", err)
		}
	}
	w.logger.Info("the job has ended; the runner stops, because each job has a task of its own")
	w.drain()
}

// isSuperseded reports whether another agent replaced this one. That agent then
// fails the jobs of agents that die.
func (w *Worker) isSuperseded(ctx context.Context) bool {
	return errors.Is(w.retry(ctx, shortTimeout, w.ports.State.CheckCurrent), ErrSuperseded)
}

// failWaiting fails every waiting job, until a receive returns none.
func (w *Worker) failWaiting(taking context.Context, failure Failure) {
	bounded, cancel := context.WithTimeoutCause(taking, failWaitingTimeout, fmt.Errorf("failing the waiting jobs took more than %s", failWaitingTimeout))
	defer cancel()
	defer w.deliveries.Wait()
	if w.ports.State != nil {
		err := w.retry(bounded, stateTimeout, w.ports.State.Retire)
		if errors.Is(err, ErrSuperseded) {
			return
		}
		if err != nil {
			w.logger.Error("cannot mark the runner as stopped", "error", err)
		}
	}
	for {
		found, err := w.receiveOnce(bounded, bounded, &failure)
		if err != nil || found == 0 {
			return
		}
	}
}

// receiveOnce receives until the queue has answered once, and starts to handle the
// messages. An error means that the queue is closed or taking has ended.
func (w *Worker) receiveOnce(running, taking context.Context, refuse *Failure) (received int, err error) {
	pauses := newPauses()
	for {
		slots := w.registry.reserve(taking)
		if slots == 0 {
			return 0, context.Cause(taking)
		}
		received, err := w.receiveBatch(running, taking, taking, slots, lastReceiveWait, refuse)
		if err == nil || received > 0 || errors.Is(err, ErrQueueClosed) || errors.Is(err, errDrained) || taking.Err() != nil {
			return received, err
		}
		w.logger.Warn("cannot receive jobs; trying again", "error", err)
		pause(taking, pauses.NextBackOff())
	}
}
