package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// How a message is kept out of sight while its job waits here.
const (
	// visibilityExtension is how long it is hidden each time.
	visibilityExtension = time.Minute
	// firstExtension is soon enough for a queue that hides for 15 s only, and late
	// enough that a job that begins at once costs no call.
	firstExtension    = 5 * time.Second
	extensionInterval = visibilityExtension / 3
	// maxInvisible is how long after its receipt SQS can hide a message.
	maxInvisible = 12 * time.Hour
)

// heldJob is a job that the worker holds, from its delivery to its report.
type heldJob struct {
	message *protocol.Message
	// arrived is when it came into this worker's hands.
	arrived time.Time

	mu sync.Mutex
	// delivery is the message's newest, of the time received.
	delivery Delivery
	received time.Time
	// claimed says that the job is answered here, whatever comes.
	claimed bool
	// end is when the job must have ended; zero when nothing is to end.
	end time.Time
	// leave gives the job's place to another one.
	leave func()
}

func newHeldJob(message *protocol.Message, delivery Delivery) *heldJob {
	now := time.Now()
	return &heldJob{message: message, arrived: now, delivery: delivery, received: now}
}

func (h *heldJob) token() string { return h.message.Metadata.TaskToken }

// redeliver takes note of a later delivery of the same job: its receipt is the one
// that counts now. It returns false when the job is owned, so that the later
// delivery is of no use.
func (h *heldJob) redeliver(delivery Delivery) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.claimed {
		return false
	}
	h.delivery, h.received = delivery, time.Now()
	return true
}

func (h *heldJob) markClaimed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.claimed = true
}

// mustEnd says that the job ends within so long, by the worker's own doing; zero
// that it has ended.
func (h *heldJob) mustEnd(within time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end = time.Time{}
	if within > 0 {
		h.end = time.Now().Add(within)
	}
}

// isOverdue reports whether the worker could not end the job.
func (h *heldJob) isOverdue() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.end.IsZero() && time.Now().After(h.end)
}

func (h *heldJob) snapshot() (delivery Delivery, received time.Time, owned bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.delivery, h.received, h.claimed
}

func (h *heldJob) latestDelivery() Delivery {
	delivery, _, _ := h.snapshot()
	return delivery
}

// queueWait is how long the job has waited, in the queue and here.
func (h *heldJob) queueWait() time.Duration {
	delivery := h.latestDelivery()
	if delivery.Sent.IsZero() {
		return time.Since(h.arrived)
	}
	return max(time.Since(delivery.Sent), 0)
}

// keepHeld has heartbeats sent and the message hidden until the returned function
// is called, also while the worker is being stopped. Each has a loop of its
// own, so that a call that hangs delays nothing else. When the token is closed
// it calls abandon.
func (w *Worker) keepHeld(ctx context.Context, h *heldJob, abandon context.CancelCauseFunc) (stop func()) {
	keeping, end := context.WithCancel(context.WithoutCancel(ctx))
	var loops sync.WaitGroup
	loops.Go(func() { w.sendHeartbeats(keeping, h, abandon) })
	loops.Go(func() { w.extendVisibility(keeping, h) })
	return func() {
		end()
		loops.Wait()
	}
}

func (w *Worker) sendHeartbeats(ctx context.Context, h *heldJob, abandon context.CancelCauseFunc) {
	ticker := time.NewTicker(w.config.HeartbeatInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if h.isOverdue() {
			w.giveUp(ctx, h)
			return
		}
		if errors.Is(w.sendHeartbeat(ctx, h.message), ErrTokenClosed) {
			abandon(errAbandoned)
			return
		}
	}
}

// giveUp fails the step of a job that the worker cannot end, as on a disk that
// hangs: its heartbeats would keep the step waiting for ever. Its place is for
// others.
func (w *Worker) giveUp(ctx context.Context, h *heldJob) {
	w.logger.Error("the job's time is over, and it cannot be ended; its step fails, and its place is given to others", "job", h.message)
	h.leave()
	w.fail(ctx, h.message, w.withLogURL(Failure{
		protocol.ErrorRuntime, "the runner could not end the job when its time was over; see the log of the runner",
	}))
}

// extendVisibility ends with the job's waiting: what is owned is out of the queue.
func (w *Worker) extendVisibility(ctx context.Context, h *heldJob) {
	timer := time.NewTimer(firstExtension)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		delivery, received, owned := h.snapshot()
		if owned {
			return
		}
		timer.Reset(extensionInterval)
		duration := min(visibilityExtension, time.Until(received.Add(maxInvisible)))
		if duration <= 0 {
			continue // it comes again, with a new receipt
		}
		if err := w.changeVisibility(ctx, delivery, duration); err != nil && ctx.Err() == nil {
			w.logger.Warn("keep a message hidden; it may come again", "job", h.message, "error", err)
		}
	}
}

// changeVisibility makes one call, bounded in time.
func (w *Worker) changeVisibility(ctx context.Context, delivery Delivery, duration time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return w.ports.Queue.Hide(ctx, delivery, duration)
}

// requeue makes a job visible to other agents, after so long. It is also done
// while the worker is being stopped.
func (w *Worker) requeue(ctx context.Context, h *heldJob, after time.Duration) {
	err := retryDetached(ctx, requeueTimeout, func(ctx context.Context) error {
		return w.ports.Queue.Hide(ctx, h.latestDelivery(), after)
	})
	if err != nil {
		w.logger.Warn("give a message back; it comes again later", "job", h.message, "error", err)
	}
}
