package worker

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// longPollTime is how long one receive waits, the most that SQS does.
	longPollTime = 20 * time.Second
	// lastReceiveWait is how long a last look waits. It does wait: a receive that
	// does not may ask only some of SQS's servers.
	lastReceiveWait = time.Second
	// lateReceiveGrace is how long an answer may take that nobody waits for any more.
	lateReceiveGrace = time.Second
	// maxBatch is how many jobs one receive asks for, the most that SQS gives.
	maxBatch = 10
	// memoryPause is the time between two looks for memory for more messages.
	memoryPause = time.Second
	// decisionTime is enough to learn whether a message is a job of this worker.
	decisionTime = 2 * confirmDelay
)

// receive takes jobs while there is room for them, until the queue is closed,
// polling ends, or the worker was idle for too long. polling ends with taking
// or before it; then what was received is still dealt with.
func (w *Worker) receive(running, taking, polling context.Context) {
	pauses := backoff.NewExponentialBackOff()
	for {
		free, ok := w.acquireHeldSlots(polling)
		if !ok {
			return
		}
		wait := w.untilIdle(polling)
		if wait <= 0 {
			w.releaseHeldSlots(free)
			if w.retire(running, polling) {
				return
			}
			continue
		}
		deliveries, err := w.receiveBatch(running, polling, free, min(wait, longPollTime))
		w.startDeliveries(running, taking, deliveries, nil)
		w.releaseHeldSlots(free - len(deliveries))
		switch {
		case polling.Err() != nil, errors.Is(err, ErrQueueClosed), errors.Is(err, errDrained):
			return
		case err != nil:
			w.logger.Warn("receive jobs", "error", err)
			pause(polling, pauses.NextBackOff())
		default:
			pauses.Reset()
		}
	}
}

// untilIdle is the registry's. What is no job does not keep the worker, however
// often it comes; but what came just now may be one.
func (w *Worker) untilIdle(ctx context.Context) time.Duration {
	wait := w.registry.untilIdle(w.config.IdleTimeToLive)
	if wait <= 0 && w.registry.hasUndecided() {
		pause(ctx, decisionTime)
		wait = w.registry.untilIdle(w.config.IdleTimeToLive)
	}
	return wait
}

// receiveBatch receives once, bounded in time. When polling ends, an answer that is on
// its way has a moment to come: its messages would stay hidden, with nobody who
// holds them.
func (w *Worker) receiveBatch(running, polling context.Context, most int, wait time.Duration) ([]Delivery, error) {
	w.receiving <- struct{}{}
	defer func() { <-w.receiving }()
	switch {
	case polling.Err() != nil:
		return nil, context.Cause(polling)
	case w.isDrained(): // polling is about to end
		return nil, errDrained
	}
	ctx, cancel := context.WithTimeout(running, wait+callTimeout)
	defer cancel()
	defer context.AfterFunc(polling, func() {
		pause(ctx, lateReceiveGrace)
		cancel()
	})()
	deliveries, err := w.ports.Queue.Receive(ctx, most, wait)
	if len(deliveries) > most {
		w.logger.Error("the queue handed out more jobs than asked for; the rest is left", "asked", most, "received", len(deliveries))
		deliveries = deliveries[:most]
	}
	return deliveries, err
}

// awaitReceive waits for the receive under way. Once taking has ended, or the worker
// is drained, none begins any more.
func (w *Worker) awaitReceive() {
	w.receiving <- struct{}{}
	<-w.receiving
}

// startDeliveries starts on deliveries, each of which has its slot. With refuse they
// fail so and do not run.
func (w *Worker) startDeliveries(running, taking context.Context, deliveries []Delivery, refuse *Failure) {
	for _, delivery := range deliveries {
		w.registry.deliveryReceived(delivery)
		w.deliveries.Go(func() {
			defer w.releaseHeldSlots(1)
			defer w.registry.deliveryDone(delivery)
			w.handleDelivery(running, taking, delivery, refuse)
		})
	}
}

// acquireHeldSlots waits for one free slot and takes as many as one receive can fill.
func (w *Worker) acquireHeldSlots(ctx context.Context) (int, bool) {
	for ctx.Err() == nil && w.registry.totalBytes() > maxHeldBytes {
		pause(ctx, memoryPause)
	}
	if ctx.Err() != nil {
		return 0, false
	}
	select {
	case w.heldSlots <- struct{}{}:
	case <-ctx.Done():
		return 0, false
	}
	for taken := 1; taken < maxBatch; taken++ {
		select {
		case w.heldSlots <- struct{}{}:
		default:
			return taken, true
		}
	}
	return maxBatch, true
}

func (w *Worker) releaseHeldSlots(count int) {
	for range count {
		<-w.heldSlots
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
