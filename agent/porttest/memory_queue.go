package porttest

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/attini-go/runner/agent/worker"
)

// MemoryQueue is an unbounded queue, first in, first out. A received message
// stays out of sight until it is deleted, or until Redeliver.
type MemoryQueue struct {
	mu       sync.Mutex
	waiting  []message
	received []message
	receipts int
	closed   bool
	changed  chan struct{} // closed and replaced at every change
}

type message struct {
	body    []byte
	receipt string
}

var _ worker.Queue = (*MemoryQueue)(nil)

// NewQueue returns an empty queue.
func NewQueue() *MemoryQueue { return &MemoryQueue{changed: make(chan struct{})} }

// Send appends a message.
func (q *MemoryQueue) Send(body []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, message{body: slices.Clone(body)})
	q.wake()
}

// Close says that no message will follow: once all are received, Receive
// returns worker.ErrQueueClosed.
func (q *MemoryQueue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake()
}

// Redeliver ends the invisibility of all messages that were received and not
// deleted. They come again, with new receipts, before what waits.
func (q *MemoryQueue) Redeliver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.received, q.waiting...)
	q.received = nil
	q.wake()
}

// Waiting is the number of messages that can be received now.
func (q *MemoryQueue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// Undeleted is the number of messages that were received and not deleted.
func (q *MemoryQueue) Undeleted() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.received)
}

// Receive implements worker.Queue. A poll lasts until ctx ends.
func (q *MemoryQueue) Receive(ctx context.Context, most int) ([]worker.Delivery, error) {
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		deliveries, changed, err := q.take(most)
		if len(deliveries) > 0 || err != nil {
			return deliveries, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// Delete implements worker.Queue. A receipt that names nothing any more is
// fine, as with SQS.
func (q *MemoryQueue) Delete(ctx context.Context, delivery worker.Delivery) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.received = slices.DeleteFunc(q.received, func(m message) bool { return m.receipt == delivery.Receipt })
	return nil
}

func (q *MemoryQueue) take(most int) ([]worker.Delivery, <-chan struct{}, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 && q.closed {
		return nil, nil, worker.ErrQueueClosed
	}
	deliveries := make([]worker.Delivery, min(most, len(q.waiting)))
	for i := range deliveries {
		m := q.waiting[i]
		q.receipts++
		m.receipt = strconv.Itoa(q.receipts)
		q.received = append(q.received, m)
		deliveries[i] = worker.Delivery{Body: slices.Clone(m.body), Receipt: m.receipt}
	}
	q.waiting = q.waiting[len(deliveries):]
	return deliveries, q.changed, nil
}

func (q *MemoryQueue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}
