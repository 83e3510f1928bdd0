package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

const (
	// confirmAfter is the pause before a verdict is asked for again that
	// cannot be taken back.
	confirmAfter = time.Second
	// leaveTime is how long a message for another configuration stays hidden,
	// so that the two do not play ping-pong.
	leaveTime = 5 * time.Second
)

// take goes with a delivery all its way: whose it is, whether anybody waits
// for it, a place, the claim, and then the job. With refuse it fails so as
// soon as it is known to be this agent's.
func (w *Worker) take(running, taking context.Context, delivery Delivery, refuse *Failure) {
	message, err := protocol.ParseMessage(delivery.Body)
	if err == nil && message.Metadata.TaskToken == "" {
		err = errors.New("it has no task token, so nobody can be told")
	}
	if err != nil {
		w.malformed(running, delivery, err)
		return
	}
	h, added := w.held.add(newHold(message, delivery))
	if !added {
		w.again(running, h, delivery)
		return
	}
	defer w.held.remove(h)
	job, abandon := context.WithCancelCause(running)
	defer abandon(nil)
	defer w.keep(running, h, abandon)()
	waiting, cancel := either(job, taking)
	defer cancel()
	if !w.admitted(job, waiting, h, refuse) {
		return
	}
	w.held.take()
	defer w.held.give()
	switch {
	case refuse != nil:
		w.failUnbegun(job, h, *refuse)
	case !w.hasStarted(waiting):
		w.unbegun(job, h)
	case w.refusal != nil:
		w.failUnbegun(job, h, *w.refusal)
	case !w.placed(waiting):
		w.unbegun(job, h)
	default:
		w.inPlace(job, h)
	}
}

// inPlace owns and runs a job that has its place.
func (w *Worker) inPlace(job context.Context, h *hold) {
	h.leave = sync.OnceFunc(func() { <-w.places })
	defer h.leave()
	if !w.own(job, h) {
		return
	}
	w.held.begin()
	defer w.held.end()
	w.runJob(job, h)
}

// again deals with a second delivery of a job that is held.
func (w *Worker) again(ctx context.Context, h *hold, delivery Delivery) {
	if h.again(delivery) {
		w.logger.Info("a job that waits came again", "job", h.message)
		return
	}
	w.logger.Info("drop a second delivery of a job", "job", h.message)
	w.remove(ctx, func() Delivery { return delivery })
}

// admitted asks whether a job is this agent's and whether anybody waits for
// it. What is not to be taken is dealt with here.
func (w *Worker) admitted(job, waiting context.Context, h *hold, refuse *Failure) bool {
	verdict, err := w.verdict(waiting, h.message, refuse)
	switch {
	case waiting.Err() != nil:
		w.unbegun(job, h)
	case err != nil && refuse != nil:
		return true // it fails in any case
	case err != nil:
		w.logger.Error("read whether a job is this runner's", "job", h.message, "error", err)
		w.failUnbegun(job, h, Failure{protocol.ErrorAccess, "read whether the job is this runner's: " + err.Error()})
	case verdict == Leave:
		w.logger.Info("leave a job for a runner of another configuration", "job", h.message)
		w.held.outdate()
		w.giveBack(job, h, leaveTime)
	case verdict == Drop:
		w.logger.Info("drop a job of an execution that is not the current one", "job", h.message)
		w.remove(job, h.newest)
	case verdict == Leaving:
		w.logger.Info("the runner has another agent; this one takes nothing more")
		w.drain()
		w.awaitPoll()
		w.giveBack(job, h, 0)
	case errors.Is(w.beat(waiting, h.message), ErrTokenClosed):
		w.logger.Info("drop a job that nobody waits for", "job", h.message)
		w.remove(job, h.newest)
	default:
		return true
	}
	return false
}

// verdict asks until there is an answer, and twice for what cannot be taken
// back: a single read may be stale.
func (w *Worker) verdict(ctx context.Context, message *protocol.Message, refuse *Failure) (Verdict, error) {
	if w.ports.Admission == nil {
		return Take, nil
	}
	bound := decideTimeout
	if refuse != nil {
		bound = callTimeout
	}
	var before Verdict
	for {
		var verdict Verdict
		err := retry(ctx, bound, func(ctx context.Context) (err error) {
			verdict, err = w.ports.Admission.Admit(ctx, message)
			if err == nil && (verdict < Take || verdict > Leaving) {
				err = fmt.Errorf("%w: %d is no verdict", ErrRefused, verdict)
			}
			return err
		})
		if err != nil || verdict == Take || verdict == Leave || verdict == before {
			return verdict, err
		}
		before = verdict
		pause(ctx, confirmAfter)
	}
}

// hasStarted waits for the end of the startup commands.
func (w *Worker) hasStarted(waiting context.Context) bool {
	select {
	case <-w.started:
		return true
	case <-waiting.Done():
		return false
	}
}

// placed waits for a place to run in.
func (w *Worker) placed(waiting context.Context) bool {
	if waiting.Err() != nil {
		return false
	}
	select {
	case w.places <- struct{}{}:
	case <-waiting.Done():
		return false
	}
	if waiting.Err() != nil {
		<-w.places
		return false
	}
	return true
}

// unbegun ends the wait of a job that is not to begin here: it is dropped when
// nobody waits for it, and given back otherwise.
func (w *Worker) unbegun(job context.Context, h *hold) {
	if errors.Is(context.Cause(job), errAbandoned) {
		w.logger.Info("drop a job that nobody waits for", "job", h.message)
		w.remove(job, h.newest)
		return
	}
	w.awaitPoll() // which would take it again
	w.giveBack(job, h, 0)
}

// failUnbegun fails a job that is not to run. Its message goes when the step
// has its answer, and comes again otherwise.
func (w *Worker) failUnbegun(job context.Context, h *hold, failure Failure) {
	w.held.begin()
	defer w.held.end()
	if w.fail(job, h.message, failure) {
		w.remove(job, h.newest)
	}
}

// remove takes a message out of the queue for good and reports whether that is
// certain. It is also done while the worker is being stopped.
func (w *Worker) remove(ctx context.Context, delivery func() Delivery) bool {
	err := persist(ctx, deleteTimeout, func(ctx context.Context) error { return w.ports.Queue.Delete(ctx, delivery()) })
	if err != nil {
		w.logger.Error("delete a message; it comes again", "error", err)
	}
	return err == nil
}
