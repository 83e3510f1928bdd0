package aws

import (
	"context"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// EarlyQueue is a queue whose first receive is on its way before its worker is
// there: a job waits for the agent to start. GiveBack must be called at the end.
type EarlyQueue struct {
	*Queue
	stop context.CancelFunc
	// first gets the first receive's result, once.
	first chan received

	mu    sync.Mutex
	taken bool
}

type received struct {
	deliveries []worker.Delivery
	err        error
	at         time.Time
}

// earlyTime is how long what came early is taken: after long startup commands
// it may be in the queue again, since nobody kept it hidden.
const earlyTime = 20 * time.Second

// lateTime is how long an answer may take that nobody waits for any more.
const lateTime = time.Second

// NewEarlyQueue receives once, at most so many messages, until ctx ends.
func NewEarlyQueue(ctx context.Context, queue *Queue, most int) *EarlyQueue {
	ctx, stop := context.WithCancel(ctx)
	q := &EarlyQueue{Queue: queue, stop: stop, first: make(chan received, 1)}
	go func() { // it ends with ctx, which GiveBack waits for
		deliveries, err := queue.Receive(ctx, most, maxWait)
		q.first <- received{deliveries, err, time.Now()}
	}()
	return q
}

// Receive implements worker.Queue.
func (q *EarlyQueue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.taken {
		return q.Queue.Receive(ctx, most, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case first := <-q.first:
		q.taken = true
		if time.Since(first.at) < earlyTime {
			return first.deliveries, first.err
		}
		if err := q.giveBack(ctx, first.deliveries); err != nil {
			return nil, err
		}
		return q.Queue.Receive(ctx, most, wait)
	case <-timer.C:
		return nil, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// GiveBack ends the first receive, if nobody wanted its result, and gives back
// what it brought. An answer that is on its way has a moment to come: its
// messages would stay hidden, and no agent would have them.
func (q *EarlyQueue) GiveBack(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.stop()
	if q.taken {
		return nil
	}
	q.taken = true
	waiting, cancel := context.WithTimeout(ctx, lateTime)
	defer cancel()
	defer context.AfterFunc(waiting, q.stop)()
	return q.giveBack(ctx, (<-q.first).deliveries)
}

func (q *EarlyQueue) giveBack(ctx context.Context, deliveries []worker.Delivery) error {
	for _, delivery := range deliveries {
		if err := q.Hide(ctx, delivery, 0); err != nil {
			return err
		}
	}
	return nil
}
