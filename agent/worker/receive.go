package worker

import (
	"context"
	"errors"
	"time"
)

const (
	// longPollTime is how long one receive waits, the most that SQS allows.
	longPollTime = 20 * time.Second
	// lastReceiveWait is how long the last receive waits. It is not 0: a receive
	// that does not wait may ask only some of SQS's servers.
	lastReceiveWait = time.Second
	// lateReceiveGrace is how long a receive may still answer after polling ended.
	lateReceiveGrace = time.Second
	// decisionTime is enough to learn whether a message is a job of this worker.
	decisionTime = 2 * confirmDelay
)

// receive receives jobs while there is room for them, until the queue is closed,
// polling ends, or the worker was idle for too long. polling ends with taking or
// before it; messages that were received by then are still handled.
func (w *Worker) receive(running, taking, polling context.Context) {
	pauses, longest := newPauses(), longPollTime
	for {
		slots := w.registry.reserve(polling)
		if slots == 0 {
			return
		}
		wait := w.untilIdle(polling)
		if wait <= 0 {
			w.registry.unreserve(slots)
			if w.retire(running, polling) {
				return
			}
			continue
		}
		_, err := w.receiveBatch(running, taking, polling, slots, min(wait, longest), nil)
		switch {
		case polling.Err() != nil, errors.Is(err, ErrQueueClosed), errors.Is(err, errDrained):
			return
		case err != nil:
			w.logger.Warn("cannot receive jobs; trying again", "error", err)
			longest = lastReceiveWait // a receive that hangs would hide the end of an outage
			pause(polling, pauses.NextBackOff())
		default:
			longest = longPollTime
			pauses.Reset()
		}
	}
}

// untilIdle is the registry's. A message that is no job does not keep the worker
// from being idle, but one that has just arrived may be a job.
func (w *Worker) untilIdle(ctx context.Context) time.Duration {
	wait := w.registry.untilIdle(w.config.IdleTimeToLive)
	if now := w.registry.current(); wait <= 0 && now.messages > now.accepted {
		pause(ctx, decisionTime)
		wait = w.registry.untilIdle(w.config.IdleTimeToLive)
	}
	return wait
}

// receiveBatch receives once, bounded in time, and starts to handle the messages.
// It gives back the reserved slots that it does not need. With refuse, jobs fail
// instead of running. When polling ends, an answer that is on its way may still
// arrive: without it, its messages would stay hidden although no agent has them.
func (w *Worker) receiveBatch(running, taking, polling context.Context, slots int, wait time.Duration, refuse *Failure) (received int, err error) {
	w.receiving <- struct{}{}
	defer func() { <-w.receiving }()
	defer func() { w.registry.unreserve(slots - received) }()
	switch {
	case polling.Err() != nil:
		return 0, context.Cause(polling)
	case w.draining.Err() != nil: // polling is about to end
		return 0, errDrained
	}
	var deliveries []Delivery
	err = w.call(running, wait+callTimeout, func(ctx context.Context) (err error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(polling, func() {
			pause(ctx, lateReceiveGrace)
			cancel()
		})()
		deliveries, err = w.ports.Queue.Receive(ctx, slots, wait)
		return err
	})
	if len(deliveries) > slots {
		w.logger.Error("the queue returned more messages than requested; it will deliver the rest again", "requested", slots, "returned", len(deliveries))
		deliveries = deliveries[:slots]
	}
	for _, delivery := range deliveries {
		release := w.registry.hold(delivery)
		w.deliveries.Go(func() {
			defer release()
			panicked := w.catchPanic(func() error {
				w.handleDelivery(running, taking, delivery, refuse)
				return nil
			})
			if panicked != nil {
				w.handleUnusable(running, delivery, panicked)
			}
		})
	}
	return len(deliveries), err
}

// awaitReceive waits for the receive in progress. After Drain, or when taking has
// ended, none follows.
func (w *Worker) awaitReceive() {
	w.receiving <- struct{}{}
	<-w.receiving
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
