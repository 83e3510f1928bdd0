package memory

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// Queue is an unbounded queue, first in, first out. A received message
// stays out of sight until it is deleted, until its time of invisibility is
// over, or until Redeliver.
type Queue struct {
	mu                sync.Mutex
	visibilityTimeout time.Duration
	waiting           []message
	received          []message
	receipts          int
	closed            bool
	changed           chan struct{} // closed and replaced at every change
}

type message struct {
	body     []byte
	sent     time.Time
	receives int
	receipt  string
	// until is when a received message comes again; zero is never.
	until time.Time
}

var _ worker.Queue = (*Queue)(nil)

// NewQueue returns an empty queue. What is received comes again only when it
// is hidden for a time, or with Redeliver.
func NewQueue() *Queue { return &Queue{changed: make(chan struct{})} }

// NewHidingQueue returns an empty queue that hides what is received for so
// long.
func NewHidingQueue(hides time.Duration) *Queue {
	return &Queue{changed: make(chan struct{}), visibilityTimeout: hides}
}

// Send appends a message.
func (q *Queue) Send(body []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, message{body: slices.Clone(body), sent: time.Now()})
	q.notify()
}

// Close says that no message will follow: once all are received and none will
// come again, Receive returns worker.ErrQueueClosed.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.notify()
}

// Redeliver ends the invisibility of all messages that were received and not
// deleted. They come again, with new receipts, before what waits.
func (q *Queue) Redeliver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.received, q.waiting...)
	q.received = nil
	q.notify()
}

// Waiting is the number of messages that can be received now.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expireVisibility()
	return len(q.waiting)
}

// Undeleted is the number of messages that were received and not deleted.
func (q *Queue) Undeleted() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expireVisibility()
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
		deliveries, next, changed, err := q.receive(most)
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

// Hide implements worker.Queue. A receipt that names nothing any more is fine.
func (q *Queue) Hide(ctx context.Context, delivery worker.Delivery, duration time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.received {
		if q.received[i].receipt == delivery.Receipt {
			q.received[i].until = time.Now().Add(duration)
		}
	}
	q.notify()
	return nil
}

// Delete implements worker.Queue. A receipt that names nothing any more is
// fine, as with SQS.
func (q *Queue) Delete(ctx context.Context, delivery worker.Delivery) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.received = slices.DeleteFunc(q.received, func(m message) bool { return m.receipt == delivery.Receipt })
	q.notify()
	return nil
}

// receive receives what waits; next fires when a hidden message comes again.
func (q *Queue) receive(most int) (deliveries []worker.Delivery, next <-chan time.Time, changed <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	earliest := q.expireVisibility()
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
		if m.until = (time.Time{}); q.visibilityTimeout > 0 {
			m.until = time.Now().Add(q.visibilityTimeout)
		}
		q.received = append(q.received, m)
		deliveries[i] = worker.Delivery{Body: slices.Clone(m.body), Receipt: m.receipt, Receives: m.receives, Sent: m.sent}
	}
	q.waiting = q.waiting[len(deliveries):]
	return deliveries, next, q.changed, nil
}

// expireVisibility puts what is hidden no longer back, and returns when the next is.
func (q *Queue) expireVisibility() (earliest time.Time) {
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

func (q *Queue) notify() {
	close(q.changed)
	q.changed = make(chan struct{})
}
