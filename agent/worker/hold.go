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
	// hideTime is how long it is hidden each time.
	hideTime = time.Minute
	// hideFirst is soon enough for a queue that hides for 15 s only, and late
	// enough that a job that begins at once costs no call.
	hideFirst = 5 * time.Second
	hideEvery = hideTime / 3
	// hideLimit is how long after its receipt SQS can hide a message.
	hideLimit = 12 * time.Hour
)

// hold is a job that the worker holds, from its delivery to its report.
type hold struct {
	message *protocol.Message
	// arrived is when it came into this worker's hands.
	arrived time.Time

	mu sync.Mutex
	// delivery is the message's newest, of the time received.
	delivery Delivery
	received time.Time
	// owned says that the job is answered here, whatever comes.
	owned bool
	// end is when the job must have ended; zero when nothing is to end.
	end time.Time
	// leave gives the job's place to another one.
	leave func()
}

func newHold(message *protocol.Message, delivery Delivery) *hold {
	now := time.Now()
	return &hold{message: message, arrived: now, delivery: delivery, received: now}
}

func (h *hold) token() string { return h.message.Metadata.TaskToken }

// again takes note of a later delivery of the same job: its receipt is the one
// that counts now. It returns false when the job is owned, so that the later
// delivery is of no use.
func (h *hold) again(delivery Delivery) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.owned {
		return false
	}
	h.delivery, h.received = delivery, time.Now()
	return true
}

func (h *hold) own() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.owned = true
}

// mustEnd says that the job ends within so long, by the worker's own doing; zero
// that it has ended.
func (h *hold) mustEnd(within time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end = time.Time{}
	if within > 0 {
		h.end = time.Now().Add(within)
	}
}

// isOverdue reports whether the worker could not end the job.
func (h *hold) isOverdue() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.end.IsZero() && time.Now().After(h.end)
}

func (h *hold) latest() (delivery Delivery, received time.Time, owned bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.delivery, h.received, h.owned
}

func (h *hold) newest() Delivery {
	delivery, _, _ := h.latest()
	return delivery
}

// queueWait is how long the job has waited, in the queue and here.
func (h *hold) queueWait() time.Duration {
	delivery := h.newest()
	if delivery.Sent.IsZero() {
		return time.Since(h.arrived)
	}
	return max(time.Since(delivery.Sent), 0)
}

// keep has heartbeats sent and the message hidden until the returned function
// is called, also while the worker is being stopped. Each has a loop of its
// own, so that a call that hangs delays nothing else. When the token is closed
// it calls abandon.
func (w *Worker) keep(ctx context.Context, h *hold, abandon context.CancelCauseFunc) (stop func()) {
	keeping, end := context.WithCancel(context.WithoutCancel(ctx))
	var loops sync.WaitGroup
	loops.Go(func() { w.keepAlive(keeping, h, abandon) })
	loops.Go(func() { w.keepHidden(keeping, h) })
	return func() {
		end()
		loops.Wait()
	}
}

func (w *Worker) keepAlive(ctx context.Context, h *hold, abandon context.CancelCauseFunc) {
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
		if errors.Is(w.beat(ctx, h.message), ErrTokenClosed) {
			abandon(errAbandoned)
			return
		}
	}
}

// giveUp fails the step of a job that the worker cannot end, as on a disk that
// hangs: its heartbeats would keep the step waiting for ever. Its place is for
// others.
func (w *Worker) giveUp(ctx context.Context, h *hold) {
	w.logger.Error("the job's time is over, and it cannot be ended; its step fails, and its place is given to others", "job", h.message)
	h.leave()
	w.fail(ctx, h.message, w.withLog(Failure{
		protocol.ErrorRuntime, "the runner could not end the job when its time was over; see the log of the runner",
	}))
}

// keepHidden ends with the job's waiting: what is owned is out of the queue.
func (w *Worker) keepHidden(ctx context.Context, h *hold) {
	timer := time.NewTimer(hideFirst)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		delivery, received, owned := h.latest()
		if owned {
			return
		}
		timer.Reset(hideEvery)
		duration := min(hideTime, time.Until(received.Add(hideLimit)))
		if duration <= 0 {
			continue // it comes again, with a new receipt
		}
		if err := w.hide(ctx, delivery, duration); err != nil && ctx.Err() == nil {
			w.logger.Warn("keep a message hidden; it may come again", "job", h.message, "error", err)
		}
	}
}

// hide makes one call, bounded in time.
func (w *Worker) hide(ctx context.Context, delivery Delivery, duration time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return w.ports.Queue.Hide(ctx, delivery, duration)
}

// giveBack makes a job visible to other agents, after so long. It is also done
// while the worker is being stopped.
func (w *Worker) giveBack(ctx context.Context, h *hold, after time.Duration) {
	err := persist(ctx, giveBackTimeout, func(ctx context.Context) error {
		return w.ports.Queue.Hide(ctx, h.newest(), after)
	})
	if err != nil {
		w.logger.Warn("give a message back; it comes again later", "job", h.message, "error", err)
	}
}
