package memory

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// Queue is an unbounded FIFO queue. A received message stays hidden until it is deleted,
// its visibility timeout is over, or Redeliver is called.
type Queue struct {
	mu       sync.Mutex
	hides    time.Duration
	waiting  []message
	received []message
	receipts int
	closed   bool
	changed  chan struct{} // closed and replaced at every change
}

type message struct {
	body     []byte
	sent     time.Time
	receives int
	receipt  string
	// until is the end of the visibility timeout; zero is never.
	until time.Time
}

var _ worker.Queue = (*Queue)(nil)

// NewQueue returns an empty queue. Received messages have no visibility timeout until
// Hide sets one.
func NewQueue() *Queue { return &Queue{changed: make(chan struct{})} }

// NewHidingQueue returns an empty queue with a visibility timeout.
func NewHidingQueue(hides time.Duration) *Queue {
	return &Queue{changed: make(chan struct{}), hides: hides}
}

// Send appends a message.
func (q *Queue) Send(body []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, message{body: slices.Clone(body), sent: time.Now()})
	q.wake()
}

// Close means that no message will follow: when all are received and none has a
// visibility timeout, Receive returns worker.ErrQueueClosed.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake()
}

// Redeliver makes all received messages visible again, before the waiting ones.
func (q *Queue) Redeliver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.received, q.waiting...)
	q.received = nil
	q.wake()
}

// Waiting returns the number of visible messages.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lapse()
	return len(q.waiting)
}

// Undeleted returns the number of hidden messages.
func (q *Queue) Undeleted() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lapse()
	return len(q.received)
}

// Receive implements worker.Queue.
func (q *Queue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		deliveries, next, changed, err := q.take(most)
		if len(deliveries) > 0 || err != nil {
			return deliveries, err
		}
		select {
		case <-changed:
		case <-next:
		case <-over.C:
			return nil, nil
		case <-ctx.Done():
		}
	}
}

// Hide implements worker.Queue. A stale receipt is no error.
func (q *Queue) Hide(ctx context.Context, delivery worker.Delivery, duration time.Duration) error {
	return locked(ctx, &q.mu, func() error {
		for i := range q.received {
			if q.received[i].receipt == delivery.Receipt {
				q.received[i].until = time.Now().Add(duration)
			}
		}
		q.wake()
		return nil
	})
}

// Delete implements worker.Queue. A stale receipt is no error, as with SQS.
func (q *Queue) Delete(ctx context.Context, delivery worker.Delivery) error {
	return locked(ctx, &q.mu, func() error {
		q.received = slices.DeleteFunc(q.received, func(m message) bool { return m.receipt == delivery.Receipt })
		q.wake()
		return nil
	})
}

// take receives visible messages; next fires when a hidden one becomes visible.
func (q *Queue) take(most int) (deliveries []worker.Delivery, next <-chan time.Time, changed <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	earliest := q.lapse()
	if !earliest.IsZero() {
		next = time.After(time.Until(earliest))
	}
	if len(q.waiting) == 0 && q.closed && earliest.IsZero() {
		return nil, nil, nil, worker.ErrQueueClosed
	}
	deliveries = make([]worker.Delivery, min(most, len(q.waiting)))
	for i := range deliveries {
		m := q.waiting[i]
		q.receipts++
		m.receipt = strconv.Itoa(q.receipts)
		m.receives++
		if m.until = (time.Time{}); q.hides > 0 {
			m.until = time.Now().Add(q.hides)
		}
		q.received = append(q.received, m)
		deliveries[i] = worker.Delivery{Body: slices.Clone(m.body), Receipt: m.receipt, Receives: m.receives, Sent: m.sent}
	}
	q.waiting = q.waiting[len(deliveries):]
	return deliveries, next, q.changed, nil
}

// lapse ends visibility timeouts that are over and returns when the next ends.
func (q *Queue) lapse() (earliest time.Time) {
	now := time.Now()
	var back []message
	q.received = slices.DeleteFunc(q.received, func(m message) bool {
		lapsed := !m.until.IsZero() && !m.until.After(now)
		if lapsed {
			back = append(back, m)
		} else if !m.until.IsZero() && (earliest.IsZero() || m.until.Before(earliest)) {
			earliest = m.until
		}
		return lapsed
	})
	q.waiting = append(back, q.waiting...)
	return earliest
}

func (q *Queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}
