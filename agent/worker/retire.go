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
	// oursPatience is how long the state may name another agent before the
	// start believes it: who starts an agent writes its name after that.
	oursPatience = 20 * time.Second
	// refuseTimeout bounds how long a runner that cannot start fails jobs.
	refuseTimeout = 5 * time.Minute
)

// begin says that the agent is up. The error is a *StartupError or wraps
// ErrNotOurs.
func (w *Worker) begin(ctx context.Context) error {
	if w.ports.Life == nil {
		return nil
	}
	since := time.Now()
	err := retry(ctx, stateTimeout, func(ctx context.Context) error {
		err := w.ports.Life.Started(ctx)
		if errors.Is(err, ErrNotOurs) && time.Since(since) < oursPatience {
			return errors.New("the runner's state does not name this agent yet")
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrNotOurs) {
		return &StartupError{Cause: "say that the runner has started: " + err.Error()}
	}
	return err
}

// retire leaves an idle worker: it says so, and then looks once more, so that
// no job is missed that was sent before. It returns false when the worker has
// to stay.
func (w *Worker) retire(running, taking context.Context) bool {
	if w.ports.Life == nil {
		return true
	}
	if w.othersUnfinished(taking) && !w.isReplaced(taking) {
		w.held.stay(w.config.LeaseTime / 2)
		return false
	}
	// Jobs may come meanwhile, so it is not tried for long at a time.
	err := retry(taking, callTimeout, w.ports.Life.Retire)
	switch {
	case taking.Err() != nil, errors.Is(err, ErrNotOurs):
		return true
	case err != nil:
		w.logger.Error("say that the runner leaves; it stays for now", "error", err)
		w.held.stay(stateTimeout)
		return false
	}
	w.logger.Info("the runner leaves, since there is nothing to do")
	for {
		begun := w.held.begun()
		_, err := w.look(running, taking, nil)
		if w.holding.Wait(); err != nil || w.held.begun() == begun {
			return true
		}
	}
}

// isReplaced says whether the runner has another agent, which answers for those
// that die.
func (w *Worker) isReplaced(ctx context.Context) bool {
	return errors.Is(retry(ctx, callTimeout, w.ports.Life.Ours), ErrNotOurs)
}

// refuse fails every job that waits, until a look finds none.
func (w *Worker) refuse(taking context.Context, failure Failure) {
	bounded, cancel := context.WithTimeoutCause(taking, refuseTimeout, fmt.Errorf("it took over %s to fail the waiting jobs", refuseTimeout))
	defer cancel()
	defer w.holding.Wait()
	if w.ports.Life != nil {
		err := retry(bounded, stateTimeout, w.ports.Life.Retire)
		if errors.Is(err, ErrNotOurs) {
			return
		}
		if err != nil {
			w.logger.Error("say that the runner leaves", "error", err)
		}
	}
	for {
		found, err := w.look(bounded, bounded, &failure)
		if err != nil || found == 0 {
			return
		}
	}
}

// look receives until the queue has answered once, and starts on what it
// finds. An error says that the queue is closed or taking has ended.
func (w *Worker) look(running, taking context.Context, refuse *Failure) (found int, err error) {
	pauses := backoff.NewExponentialBackOff()
	for {
		free, ok := w.takeSlots(taking)
		if !ok {
			return 0, context.Cause(taking)
		}
		deliveries, err := w.poll(running, taking, free, lookTime)
		w.acceptAll(running, taking, deliveries, refuse)
		w.giveSlots(free - len(deliveries))
		if err == nil || len(deliveries) > 0 || errors.Is(err, ErrQueueClosed) || errors.Is(err, errDrained) || taking.Err() != nil {
			return len(deliveries), err
		}
		w.logger.Warn("receive jobs", "error", err)
		pause(taking, pauses.NextBackOff())
	}
}
