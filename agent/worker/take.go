package worker

import (
	"context"
	"errors"

	"github.com/attini-go/runner/agent/protocol"
)

// accept starts on a delivery, whose place is taken. With refuse the job fails
// so and does not run.
func (w *Worker) accept(ctx context.Context, delivery Delivery, refuse *Failure) {
	w.hold(1)
	w.jobs.Go(func() {
		defer w.givePlaces(1)
		defer w.hold(-1)
		w.take(ctx, delivery, refuse)
	})
}

// take makes a delivery this worker's own job and runs it. The message leaves
// the queue before the job runs, so that it never runs twice, and not before
// somebody is known to wait for it.
func (w *Worker) take(ctx context.Context, delivery Delivery, refuse *Failure) {
	message, err := protocol.ParseMessage(delivery.Body)
	if err == nil && message.Metadata.TaskToken == "" {
		err = errors.New("it has no task token, so nobody waits for it")
	}
	if err != nil {
		w.logger.Error("drop a message that is no job", "error", err)
		w.remove(ctx, delivery)
		return
	}
	token := message.Metadata.TaskToken
	if _, twice := w.held.LoadOrStore(token, struct{}{}); twice {
		// It stays in the queue: when it comes again the first is done, or
		// could not be taken.
		w.logger.Info("leave a second delivery of a job", "job", message)
		return
	}
	defer w.held.Delete(token)

	if errors.Is(w.beat(ctx, message), ErrTokenClosed) {
		w.logger.Info("drop a job that nobody waits for", "job", message)
		w.remove(ctx, delivery)
		return
	}
	job, abandon := context.WithCancelCause(ctx)
	defer abandon(nil)
	defer w.keepAlive(ctx, message, abandon)()
	if refuse != nil {
		w.fail(ctx, message, *refuse)
		w.remove(ctx, delivery)
		return
	}
	if w.remove(ctx, delivery) {
		w.runJob(ctx, job, message)
	}
}

// remove reports whether the message is out of the queue for good. Once ctx
// has ended nothing is taken any more.
func (w *Worker) remove(ctx context.Context, delivery Delivery) bool {
	if ctx.Err() != nil {
		return false
	}
	err := persist(ctx, deleteTimeout, func(ctx context.Context) error { return w.ports.Queue.Delete(ctx, delivery) })
	if err != nil {
		w.logger.Error("delete a message; it will come again", "error", err)
	}
	return err == nil
}

// hold counts a job in or out.
func (w *Worker) hold(count int64) {
	w.active.Add(count)
	select {
	case w.stirred <- struct{}{}:
	default:
	}
}
