package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// How the visibility timeout of a message is extended while its job waits here.
const (
	// visibilityExtension is the timeout that each extension sets.
	visibilityExtension = time.Minute
	// firstExtension is soon enough for a visibility timeout of 15 s, and late
	// enough that a job that starts at once costs no call.
	firstExtension    = 5 * time.Second
	extensionInterval = visibilityExtension / 3
	// maxInvisible is how long after a receive SQS can hide a message.
	maxInvisible = 12 * time.Hour
)

// heldJob is a job that the worker holds, from its delivery to its report.
type heldJob struct {
	message *protocol.Message
	// arrived is when this worker received it first.
	arrived time.Time

	mu sync.Mutex
	// delivery is the latest of the message, received at that time.
	delivery Delivery
	received time.Time
	// claimed means that this worker answers the step in any case.
	claimed bool
	// end is when the job must have ended; zero if nothing has to end.
	end time.Time
	// leaveSlot frees the job's run slot.
	leaveSlot func()
}

func newHeldJob(message *protocol.Message, delivery Delivery) *heldJob {
	now := time.Now()
	return &heldJob{message: message, arrived: now, delivery: delivery, received: now}
}

func (h *heldJob) token() string { return h.message.Metadata.TaskToken }

// redeliver stores a later delivery of the same job, whose receipt replaces the
// earlier one. It returns false for a claimed job, which needs no receipt.
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

// mustEnd sets how soon the worker must have ended the job; 0 means that it has.
func (h *heldJob) mustEnd(within time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end = time.Time{}
	if within > 0 {
		h.end = time.Now().Add(within)
	}
}

// isOverdue reports whether the worker failed to end the job in time.
func (h *heldJob) isOverdue() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.end.IsZero() && time.Now().After(h.end)
}

func (h *heldJob) snapshot() (delivery Delivery, received time.Time, claimed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.delivery, h.received, h.claimed
}

func (h *heldJob) latestDelivery() Delivery {
	delivery, _, _ := h.snapshot()
	return delivery
}

// queueWait returns how long the job has waited, in the queue and here.
func (h *heldJob) queueWait() time.Duration {
	delivery := h.latestDelivery()
	if delivery.Sent.IsZero() {
		return time.Since(h.arrived)
	}
	return max(time.Since(delivery.Sent), 0)
}

// keepHeld sends heartbeats and keeps the message hidden until stop is called, also
// during a shutdown. Each has its own loop, so that a call that hangs does not
// delay the other. If the token is closed, it calls abandon.
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

// giveUp fails the step of a job that the worker cannot end, for example because a
// disk hangs: its heartbeats would keep the step waiting for ever. The job's run
// slot becomes free.
func (w *Worker) giveUp(ctx context.Context, h *heldJob) {
	w.logger.Error("a job did not end in time and cannot be ended; its step fails and its run slot becomes free", "job", h.message)
	h.leaveSlot()
	w.fail(ctx, h.message, w.withLogURL(Failure{
		Error: protocol.ErrorRuntime, Cause: "the runner could not end the job at its timeout; see the log of the runner",
	}))
}

// extendVisibility ends when the job is claimed: its message is deleted then.
func (w *Worker) extendVisibility(ctx context.Context, h *heldJob) {
	timer := time.NewTimer(firstExtension)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		delivery, received, claimed := h.snapshot()
		if claimed {
			return
		}
		timer.Reset(extensionInterval)
		duration := min(visibilityExtension, time.Until(received.Add(maxInvisible)))
		if duration <= 0 {
			continue // the queue delivers it again, with a new receipt
		}
		err := w.call(ctx, callTimeout, func(ctx context.Context) error { return w.ports.Queue.Hide(ctx, delivery, duration) })
		if err != nil && ctx.Err() == nil {
			w.logger.Warn("cannot extend the visibility timeout; the queue may deliver the job again", "job", h.message, "error", err)
		}
	}
}

// requeue makes a job visible to other agents after a delay, also during a shutdown.
func (w *Worker) requeue(ctx context.Context, h *heldJob, after time.Duration) {
	err := w.retryDetached(ctx, requeueTimeout, func(ctx context.Context) error {
		return w.ports.Queue.Hide(ctx, h.latestDelivery(), after)
	})
	if err != nil {
		w.logger.Warn("cannot return a message to the queue; it will deliver the message again later", "job", h.message, "error", err)
	}
}
