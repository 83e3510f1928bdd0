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
	// confirmDelay is the pause before a verdict is asked for again that
	// cannot be taken back.
	confirmDelay = time.Second
	// requeueDelay is how long a message for another configuration stays hidden,
	// so that the two do not play ping-pong.
	requeueDelay = 5 * time.Second
)

// handleDelivery goes with a delivery all its way: whose it is, whether anybody waits
// for it, a place, the claim, and then the job. With refuse it fails so as
// soon as it is known to be this agent's.
func (w *Worker) handleDelivery(running, taking context.Context, delivery Delivery, refuse *Failure) {
	message, err := protocol.ParseMessage(delivery.Body)
	if err == nil && message.Metadata.TaskToken == "" {
		err = errors.New("it has no task token, so nobody can be told")
	}
	if err != nil {
		w.handleMalformed(running, delivery, err)
		return
	}
	h, added := w.registry.add(newHeldJob(message, delivery))
	if !added {
		w.handleRedelivery(running, h, delivery)
		return
	}
	defer w.registry.remove(h)
	job, abandon := context.WithCancelCause(running)
	defer abandon(nil)
	defer w.keepHeld(running, h, abandon)()
	waiting, cancel := mergeContexts(job, taking)
	defer cancel()
	if !w.isAccepted(job, waiting, h, refuse) {
		return
	}
	w.registry.jobAccepted()
	defer w.registry.jobReleased()
	switch {
	case refuse != nil:
		w.failUnstarted(job, h, *refuse)
	case !w.awaitStartup(waiting):
		w.releaseUnstarted(job, h)
	case w.startFailure != nil:
		w.failUnstarted(job, h, *w.startFailure)
	case !w.acquireRunSlot(waiting):
		w.releaseUnstarted(job, h)
	default:
		w.runInSlot(job, h)
	}
}

// runInSlot owns and runs a job that has its place.
func (w *Worker) runInSlot(job context.Context, h *heldJob) {
	h.leave = sync.OnceFunc(func() { <-w.runSlots })
	defer h.leave()
	if !w.claimJob(job, h) {
		return
	}
	w.registry.jobStarted()
	defer w.registry.jobEnded()
	w.runJob(job, h)
}

// handleRedelivery deals with a second delivery of a job that is held.
func (w *Worker) handleRedelivery(ctx context.Context, h *heldJob, delivery Delivery) {
	if h.redeliver(delivery) {
		w.logger.Info("a job that waits came again", "job", h.message)
		return
	}
	w.logger.Info("drop a second delivery of a job", "job", h.message)
	w.deleteMessage(ctx, func() Delivery { return delivery })
}

// isAccepted asks whether a job is this agent's and whether anybody waits for
// it. What is not to be taken is dealt with here.
func (w *Worker) isAccepted(job, waiting context.Context, h *heldJob, refuse *Failure) bool {
	verdict, err := w.decide(waiting, h.message, refuse)
	switch {
	case waiting.Err() != nil:
		w.releaseUnstarted(job, h)
	case err != nil && refuse != nil:
		return true // it fails in any case
	case err != nil:
		w.logger.Error("read whether a job is this runner's", "job", h.message, "error", err)
		w.failUnstarted(job, h, Failure{protocol.ErrorAccess, "read whether the job is this runner's: " + err.Error()})
	case verdict == Requeue:
		w.logger.Info("leave a job for a runner of another configuration", "job", h.message)
		w.registry.markOutdated()
		w.requeue(job, h, requeueDelay)
	case verdict == Discard:
		w.logger.Info("drop a job of an execution that is not the current one", "job", h.message)
		w.deleteMessage(job, h.latestDelivery)
	case verdict == Superseded:
		w.logger.Info("the runner has another agent; this one takes nothing more")
		w.drain()
		w.awaitReceive()
		w.requeue(job, h, 0)
	case errors.Is(w.sendHeartbeat(waiting, h.message), ErrTokenClosed):
		w.logger.Info("drop a job that nobody waits for", "job", h.message)
		w.deleteMessage(job, h.latestDelivery)
	default:
		return true
	}
	return false
}

// decide asks until there is an answer, and twice for what cannot be taken
// back: a single read may be stale.
func (w *Worker) decide(ctx context.Context, message *protocol.Message, refuse *Failure) (Decision, error) {
	if w.ports.Filter == nil {
		return Accept, nil
	}
	bound := decideTimeout
	if refuse != nil {
		bound = callTimeout
	}
	var before Decision
	for {
		var verdict Decision
		err := retry(ctx, bound, func(ctx context.Context) (err error) {
			verdict, err = w.ports.Filter.Check(ctx, message)
			if err == nil && (verdict < Accept || verdict > Superseded) {
				err = fmt.Errorf("%w: %d is no verdict", ErrRefused, verdict)
			}
			return err
		})
		if err != nil || verdict == Accept || verdict == Requeue || verdict == before {
			return verdict, err
		}
		before = verdict
		pause(ctx, confirmDelay)
	}
}

// awaitStartup waits for the end of the startup commands.
func (w *Worker) awaitStartup(waiting context.Context) bool {
	select {
	case <-w.started:
		return true
	case <-waiting.Done():
		return false
	}
}

// acquireRunSlot waits for a place to run in.
func (w *Worker) acquireRunSlot(waiting context.Context) bool {
	if waiting.Err() != nil {
		return false
	}
	select {
	case w.runSlots <- struct{}{}:
	case <-waiting.Done():
		return false
	}
	if waiting.Err() != nil {
		<-w.runSlots
		return false
	}
	return true
}

// releaseUnstarted ends the wait of a job that is not to begin here: it is dropped when
// nobody waits for it, and given back otherwise.
func (w *Worker) releaseUnstarted(job context.Context, h *heldJob) {
	if errors.Is(context.Cause(job), errAbandoned) {
		w.logger.Info("drop a job that nobody waits for", "job", h.message)
		w.deleteMessage(job, h.latestDelivery)
		return
	}
	w.awaitReceive() // which would take it again
	w.requeue(job, h, 0)
}

// failUnstarted fails a job that is not to run. Its message goes when the step
// has its answer, and comes again otherwise.
func (w *Worker) failUnstarted(job context.Context, h *heldJob, failure Failure) {
	w.registry.jobStarted()
	defer w.registry.jobEnded()
	if w.fail(job, h.message, failure) {
		w.deleteMessage(job, h.latestDelivery)
	}
}

// deleteMessage takes a message out of the queue for good and reports whether that is
// certain. It is also done while the worker is being stopped.
func (w *Worker) deleteMessage(ctx context.Context, delivery func() Delivery) bool {
	err := retryDetached(ctx, deleteTimeout, func(ctx context.Context) error { return w.ports.Queue.Delete(ctx, delivery()) })
	if err != nil {
		w.logger.Error("delete a message; it comes again", "error", err)
	}
	return err == nil
}
