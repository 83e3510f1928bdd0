package local

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// queue is a runner's queue in memory: unbounded, first in, first out.
type queue struct {
	mu       sync.Mutex
	messages []worker.Delivery
	// received has what was received and not deleted, by its receipt.
	received map[string]worker.Delivery
	receipts int
	closed   bool
	changed  chan struct{} // closed and replaced at every change
}

var _ worker.Queue = (*queue)(nil)

func newQueue() *queue {
	return &queue{changed: make(chan struct{}), received: map[string]worker.Delivery{}}
}

// send appends a message.
func (q *queue) send(body []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = append(q.messages, worker.Delivery{Body: body, Sent: time.Now()})
	q.wake()
}

// close says that no message will follow.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake()
}

func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// Receive implements worker.Queue.
func (q *queue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx) // what nobody takes stays
		}
		deliveries, changed, err := q.take(most)
		if len(deliveries) > 0 || err != nil {
			return deliveries, err
		}
		select {
		case <-changed:
		case <-over.C:
			return nil, nil
		case <-ctx.Done():
		}
	}
}

func (q *queue) take(most int) ([]worker.Delivery, <-chan struct{}, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.messages) == 0 && q.closed {
		return nil, nil, worker.ErrQueueClosed
	}
	deliveries := slices.Clone(q.messages[:min(most, len(q.messages))])
	for i := range deliveries {
		q.receipts++
		deliveries[i].Receipt = strconv.Itoa(q.receipts)
		deliveries[i].Receives++
		q.received[deliveries[i].Receipt] = deliveries[i]
	}
	q.messages = q.messages[len(deliveries):]
	return deliveries, q.changed, nil
}

// Hide implements worker.Queue. What is not given back never comes again,
// since queue and worker end together.
func (q *queue) Hide(_ context.Context, delivery worker.Delivery, duration time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if received, found := q.received[delivery.Receipt]; found && duration <= 0 {
		delete(q.received, delivery.Receipt)
		q.messages = slices.Insert(q.messages, 0, received)
		q.wake()
	}
	return nil
}

// Delete implements worker.Queue.
func (q *queue) Delete(_ context.Context, delivery worker.Delivery) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.received, delivery.Receipt)
	return nil
}
