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
	// confirmDelay is the pause before a decision that cannot be undone is made
	// again.
	confirmDelay = time.Second
	// requeueDelay is how long a message for another configuration stays hidden,
	// so that two agents do not pass it to and fro.
	requeueDelay = 5 * time.Second
)

// handleDelivery handles a message to its end: whether it is for this agent,
// whether its step waits, a run slot, the claim, and the job. With refuse it fails
// instead of running.
func (w *Worker) handleDelivery(running, taking context.Context, delivery Delivery, refuse *Failure) {
	message, err := protocol.ParseMessage(delivery.Body)
	if err == nil && message.Metadata.TaskToken == "" {
		err = errors.New("the message has no task token, so no step can be answered")
	}
	if err != nil {
		w.handleUnusable(running, delivery, err)
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
	defer w.registry.accept()()
	switch {
	case refuse != nil:
		w.failUnstarted(job, h, *refuse)
	case message.CheckJob() != nil:
		w.logger.Error("a message is not a job; its step fails", "job", message, "error", message.CheckJob())
		w.failUnstarted(job, h, Failure{Error: protocol.ErrorRuntime, Cause: "read a job message: " + message.CheckJob().Error()})
	case !w.awaitStartup(waiting):
		w.releaseUnstarted(job, h)
	case w.startFailure != nil:
		w.failUnstarted(job, h, *w.startFailure)
	case !acquire(waiting, w.registry.runSlots):
		w.releaseUnstarted(job, h)
	default:
		w.runInSlot(job, h)
	}
}

// runInSlot claims and runs a job that has a run slot.
func (w *Worker) runInSlot(job context.Context, h *heldJob) {
	h.leaveSlot = sync.OnceFunc(func() { <-w.registry.runSlots })
	defer func() { h.leaveSlot() }()
	if !w.claimJob(job, h) {
		return
	}
	if w.config.SingleJob {
		h.leaveSlot = sync.OnceFunc(func() { w.leave(job) }) // the slot stays taken
	}
	defer w.registry.begin()()
	w.runJob(job, h)
}

// handleRedelivery handles a second delivery of a job that is held.
func (w *Worker) handleRedelivery(ctx context.Context, h *heldJob, delivery Delivery) {
	if h.redeliver(delivery) {
		w.logger.Info("the queue delivered a waiting job again", "job", h.message)
		return
	}
	w.logger.Info("delete a second delivery of a job", "job", h.message)
	w.deleteMessage(ctx, func() Delivery { return delivery })
}

// isAccepted decides whether this agent must run or fail a job, and whether its
// step waits. It handles every job that it does not accept.
func (w *Worker) isAccepted(job, waiting context.Context, h *heldJob, refuse *Failure) bool {
	decision, err := w.decide(waiting, h.message, refuse)
	switch {
	case waiting.Err() != nil:
		w.releaseUnstarted(job, h)
	case err != nil && refuse != nil:
		return true // it fails in any case
	case err != nil:
		w.logger.Error("cannot check whether a job is for this runner; its step fails", "job", h.message, "error", err)
		w.failUnstarted(job, h, Failure{Error: protocol.ErrorAccess, Cause: "check whether the job is for this runner: " + err.Error()})
	case decision == Requeue && errors.Is(w.sendHeartbeat(waiting, h.message), ErrTokenClosed):
		w.discardAbandoned(job, h)
	case decision == Requeue: // its step waits while this agent works: nobody else sends its heartbeats
		w.logger.Info("return a job for another configuration of the runner to the queue", "job", h.message)
		w.registry.markOutdated()
		w.requeue(job, h, requeueDelay)
	case decision == Discard:
		w.logger.Info("discard a job of an execution that is not current", "job", h.message)
		w.deleteMessage(job, h.latestDelivery)
	case decision == Superseded:
		w.logger.Info("another agent replaced this one; it accepts no more jobs")
		w.drain()
		w.awaitReceive()
		w.requeue(job, h, 0)
	case errors.Is(w.sendHeartbeat(waiting, h.message), ErrTokenClosed):
		w.discardAbandoned(job, h)
	default:
		return true
	}
	return false
}

// decide asks the filter until it answers, and twice before a decision that cannot
// be undone: a single read may be stale.
func (w *Worker) decide(ctx context.Context, message *protocol.Message, refuse *Failure) (Decision, error) {
	if w.ports.Filter == nil {
		return Accept, nil
	}
	bound := decideTimeout
	if refuse != nil {
		bound = shortTimeout
	}
	var before Decision
	for {
		var decision Decision
		err := w.retry(ctx, bound, func(ctx context.Context) (err error) {
			decision, err = w.ports.Filter.Check(ctx, message)
			if err == nil && (decision < Accept || decision > Superseded) {
				err = fmt.Errorf("%w: unknown decision %d", ErrRefused, decision)
			}
			return err
		})
		if err != nil || decision == Accept || decision == Requeue || decision == before {
			return decision, err
		}
		before = decision
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

// releaseUnstarted gives a job back to the queue, or discards it if its step has
// ended.
func (w *Worker) releaseUnstarted(job context.Context, h *heldJob) {
	if errors.Is(context.Cause(job), errAbandoned) {
		w.discardAbandoned(job, h)
		return
	}
	w.awaitReceive() // which would receive it again
	w.requeue(job, h, 0)
}

func (w *Worker) discardAbandoned(job context.Context, h *heldJob) {
	w.logger.Info("the step has already ended (stopped, timed out or answered); the job is discarded", "job", h.message)
	w.deleteMessage(job, h.latestDelivery)
}

// failUnstarted fails a job that must not run. If the step cannot be answered, the
// message stays in the queue, which delivers it again.
func (w *Worker) failUnstarted(job context.Context, h *heldJob, failure Failure) {
	defer w.registry.begin()()
	if w.fail(job, h.message, failure) {
		w.deleteMessage(job, h.latestDelivery)
	}
}

// deleteMessage deletes a message from the queue, also during a shutdown.
func (w *Worker) deleteMessage(ctx context.Context, delivery func() Delivery) {
	err := w.retryDetached(ctx, deleteTimeout, func(ctx context.Context) error { return w.ports.Queue.Delete(ctx, delivery()) })
	if err != nil {
		w.logger.Error("cannot delete a message; the queue will deliver it again", "error", err)
	}
}

// maxUnusableReceives is how often a message that is no job is left in its queue.
// A queue with a dead-letter queue has moved it there by then.
const maxUnusableReceives = 10

// handleUnusable handles a message that is no job, or whose handling failed by a
// panic. It fails the step if the message has its token. Otherwise it leaves the
// message for the dead-letter queue, and deletes it if it is still delivered.
func (w *Worker) handleUnusable(ctx context.Context, delivery Delivery, reason error) {
	if token := protocol.FindTaskToken(delivery.Body); token != "" {
		w.logger.Error("a message is not a job; its step fails", "error", reason)
		unread := &protocol.Message{Metadata: protocol.ExecutionMetadata{TaskToken: token}}
		w.failUnstarted(ctx, newHeldJob(unread, delivery), Failure{Error: protocol.ErrorRuntime, Cause: reason.Error()})
		return
	}
	if delivery.Receives > 0 && delivery.Receives < maxUnusableReceives {
		w.logger.Error("a message is not a job; it stays in the queue", "received", delivery.Receives, "error", reason)
		return
	}
	w.logger.Error("a message is not a job; it is deleted", "received", delivery.Receives, "error", reason)
	w.deleteMessage(ctx, func() Delivery { return delivery })
}
