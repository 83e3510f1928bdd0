package local

import (
	"context"
	"sync"

	"github.com/attini-go/runner/agent/worker"
)

// queue is a runner's queue in memory: unbounded, first in, first out.
type queue struct {
	mu      sync.Mutex
	bodies  [][]byte
	closed  bool
	changed chan struct{} // closed and replaced at every change
}

var _ worker.Queue = (*queue)(nil)

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

// send appends a message.
func (q *queue) send(body []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bodies = append(q.bodies, body)
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
func (q *queue) Receive(ctx context.Context, most int) ([]worker.Delivery, error) {
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
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (q *queue) take(most int) ([]worker.Delivery, <-chan struct{}, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.bodies) == 0 && q.closed {
		return nil, nil, worker.ErrQueueClosed
	}
	count := min(most, len(q.bodies))
	deliveries := make([]worker.Delivery, count)
	for i, body := range q.bodies[:count] {
		deliveries[i] = worker.Delivery{Body: body}
	}
	q.bodies = q.bodies[count:]
	return deliveries, q.changed, nil
}

// Delete implements worker.Queue: what was received is gone already, since
// queue and worker end together.
func (q *queue) Delete(context.Context, worker.Delivery) error { return nil }
