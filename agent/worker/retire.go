package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// stateTimeout bounds what is asked of the runner's state.
	stateTimeout = time.Minute
	// recordGrace is how long the state may name another agent before the
	// start believes it: who starts an agent writes its name after that.
	recordGrace = 20 * time.Second
	// failWaitingTimeout bounds how long a runner that cannot start fails jobs.
	failWaitingTimeout = 5 * time.Minute
)

// markStarted says that the agent is up. The error is a *StartupError or wraps
// ErrNotOurs.
func (w *Worker) markStarted(ctx context.Context) error {
	if w.ports.State == nil {
		return nil
	}
	since := time.Now()
	err := retry(ctx, stateTimeout, func(ctx context.Context) error {
		err := w.ports.State.MarkStarted(ctx)
		if errors.Is(err, ErrSuperseded) && time.Since(since) < recordGrace {
			return errors.New("the runner's state does not name this agent yet")
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrSuperseded) {
		return &StartupError{Cause: "say that the runner has started: " + err.Error()}
	}
	return err
}

// retire leaves an idle worker: it says so, and then looks once more, so that
// no job is missed that was sent before. It returns false when the worker has
// to stay.
func (w *Worker) retire(running, taking context.Context) bool {
	if w.ports.State == nil {
		return true
	}
	if w.othersHaveJobs(taking) && !w.isSuperseded(taking) {
		w.registry.postponeIdle(w.config.LeaseTime / 2)
		return false
	}
	// Jobs may come meanwhile, so it is not tried for long at a time.
	err := retry(taking, callTimeout, w.ports.State.Retire)
	switch {
	case taking.Err() != nil, errors.Is(err, ErrSuperseded):
		return true
	case err != nil:
		w.logger.Error("say that the runner leaves; it stays for now", "error", err)
		w.registry.postponeIdle(stateTimeout)
		return false
	}
	w.logger.Info("the runner leaves, since there is nothing to do")
	for {
		begun := w.registry.startedJobs()
		_, err := w.receiveOnce(running, taking, nil)
		if w.deliveries.Wait(); err != nil || w.registry.startedJobs() == begun {
			return true
		}
	}
}

// isSuperseded says whether the runner has another agent, which answers for those
// that die.
func (w *Worker) isSuperseded(ctx context.Context) bool {
	return errors.Is(retry(ctx, callTimeout, w.ports.State.CheckCurrent), ErrSuperseded)
}

// failWaiting fails every job that waits, until a look finds none.
func (w *Worker) failWaiting(taking context.Context, failure Failure) {
	bounded, cancel := context.WithTimeoutCause(taking, failWaitingTimeout, fmt.Errorf("it took over %s to fail the waiting jobs", failWaitingTimeout))
	defer cancel()
	defer w.deliveries.Wait()
	if w.ports.State != nil {
		err := retry(bounded, stateTimeout, w.ports.State.Retire)
		if errors.Is(err, ErrSuperseded) {
			return
		}
		if err != nil {
			w.logger.Error("say that the runner leaves", "error", err)
		}
	}
	for {
		found, err := w.receiveOnce(bounded, bounded, &failure)
		if err != nil || found == 0 {
			return
		}
	}
}

// receiveOnce receives until the queue has answered once, and starts on what it
// finds. An error says that the queue is closed or taking has ended.
func (w *Worker) receiveOnce(running, taking context.Context, refuse *Failure) (found int, err error) {
	pauses := backoff.NewExponentialBackOff()
	for {
		free, ok := w.acquireHeldSlots(taking)
		if !ok {
			return 0, context.Cause(taking)
		}
		deliveries, err := w.receiveBatch(running, taking, free, lastReceiveWait)
		w.startDeliveries(running, taking, deliveries, refuse)
		w.releaseHeldSlots(free - len(deliveries))
		if err == nil || len(deliveries) > 0 || errors.Is(err, ErrQueueClosed) || errors.Is(err, errDrained) || taking.Err() != nil {
			return len(deliveries), err
		}
		w.logger.Warn("receive jobs", "error", err)
		pause(taking, pauses.NextBackOff())
	}
}
