package aws

import (
	"context"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// PrefetchQueue is a queue that starts its first receive before there is a worker,
// because a job waits for the agent's start. The caller must call Requeue at the
// end.
type PrefetchQueue struct {
	*Queue
	stop context.CancelFunc
	// first gets the first receive's result, once.
	first chan received

	mu        sync.Mutex
	delivered bool
}

type received struct {
	deliveries []worker.Delivery
	err        error
	at         time.Time
}

// prefetchLife is how long prefetched messages are usable. After a slow start their
// visibility timeout may be over.
const prefetchLife = 20 * time.Second

// lateTime is how long Requeue waits for the answer to the first receive.
const lateTime = time.Second

// NewPrefetchQueue starts to receive up to most messages, once, until ctx ends.
func NewPrefetchQueue(ctx context.Context, queue *Queue, most int) *PrefetchQueue {
	ctx, stop := context.WithCancel(ctx)
	q := &PrefetchQueue{Queue: queue, stop: stop, first: make(chan received, 1)}
	go func() { // Requeue ends it and waits for it
		deliveries, err := queue.Receive(ctx, most, maxWait)
		q.first <- received{deliveries, err, time.Now()}
	}()
	return q
}

// Receive implements worker.Queue.
func (q *PrefetchQueue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.delivered {
		return q.Queue.Receive(ctx, most, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case first := <-q.first:
		q.delivered = true
		if time.Since(first.at) < prefetchLife {
			return first.deliveries, first.err
		}
		if err := q.requeueAll(ctx, first.deliveries); err != nil {
			return nil, err
		}
		return q.Queue.Receive(ctx, most, wait)
	case <-timer.C:
		return nil, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Requeue ends the first receive, unless a worker has its result, and returns its
// messages to the queue. It waits for an answer that is on its way: otherwise its
// messages would stay hidden although no agent has them.
func (q *PrefetchQueue) Requeue(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.stop()
	if q.delivered {
		return nil
	}
	q.delivered = true
	waiting, cancel := context.WithTimeout(ctx, lateTime)
	defer cancel()
	defer context.AfterFunc(waiting, q.stop)()
	return q.requeueAll(ctx, (<-q.first).deliveries)
}

func (q *PrefetchQueue) requeueAll(ctx context.Context, deliveries []worker.Delivery) error {
	for _, delivery := range deliveries {
		if err := q.Hide(ctx, delivery, 0); err != nil {
			return err
		}
	}
	return nil
}
