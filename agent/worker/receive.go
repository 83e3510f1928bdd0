package worker

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// pollTime is how long one receive waits, the most that SQS does.
	pollTime = 20 * time.Second
	// lookTime is how long a last look waits. It does wait: a receive that
	// does not may ask only some of SQS's servers.
	lookTime = time.Second
	// lateTime is how long an answer may take that nobody waits for any more.
	lateTime = time.Second
	// atOnce is how many jobs one receive asks for, the most that SQS gives.
	atOnce = 10
	// fullPause is the time between two looks for memory for more messages.
	fullPause = time.Second
	// settleTime is enough to learn whether a message is a job of this worker.
	settleTime = 2 * confirmAfter
)

// receive takes jobs while there is room for them, until the queue is closed,
// polling ends, or the worker was idle for too long. polling ends with taking
// or before it; then what was received is still dealt with.
func (w *Worker) receive(running, taking, polling context.Context) {
	pauses := backoff.NewExponentialBackOff()
	for {
		free, ok := w.takeSlots(polling)
		if !ok {
			return
		}
		wait := w.untilIdle(polling)
		if wait <= 0 {
			w.giveSlots(free)
			if w.retire(running, polling) {
				return
			}
			continue
		}
		deliveries, err := w.poll(running, polling, free, min(wait, pollTime))
		w.acceptAll(running, taking, deliveries, nil)
		w.giveSlots(free - len(deliveries))
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
	wait := w.held.untilIdle(w.config.IdleTimeToLive)
	if wait <= 0 && w.held.undecided() {
		pause(ctx, settleTime)
		wait = w.held.untilIdle(w.config.IdleTimeToLive)
	}
	return wait
}

// poll receives once, bounded in time. When polling ends, an answer that is on
// its way has a moment to come: its messages would stay hidden, with nobody who
// holds them.
func (w *Worker) poll(running, polling context.Context, most int, wait time.Duration) ([]Delivery, error) {
	w.polls <- struct{}{}
	defer func() { <-w.polls }()
	switch {
	case polling.Err() != nil:
		return nil, context.Cause(polling)
	case w.isDrained(): // polling is about to end
		return nil, errDrained
	}
	ctx, cancel := context.WithTimeout(running, wait+callTimeout)
	defer cancel()
	defer context.AfterFunc(polling, func() {
		pause(ctx, lateTime)
		cancel()
	})()
	deliveries, err := w.ports.Queue.Receive(ctx, most, wait)
	if len(deliveries) > most {
		w.logger.Error("the queue handed out more jobs than asked for; the rest is left", "asked", most, "received", len(deliveries))
		deliveries = deliveries[:most]
	}
	return deliveries, err
}

// awaitPoll waits for the receive under way. Once taking has ended, or the worker
// is drained, none begins any more.
func (w *Worker) awaitPoll() {
	w.polls <- struct{}{}
	<-w.polls
}

// acceptAll starts on deliveries, each of which has its slot. With refuse they
// fail so and do not run.
func (w *Worker) acceptAll(running, taking context.Context, deliveries []Delivery, refuse *Failure) {
	for _, delivery := range deliveries {
		w.held.enter(delivery)
		w.holding.Go(func() {
			defer w.giveSlots(1)
			defer w.held.leave(delivery)
			w.take(running, taking, delivery, refuse)
		})
	}
}

// takeSlots waits for one free slot and takes as many as one receive can fill.
func (w *Worker) takeSlots(ctx context.Context) (int, bool) {
	for ctx.Err() == nil && w.held.size() > heldBytes {
		pause(ctx, fullPause)
	}
	if ctx.Err() != nil {
		return 0, false
	}
	select {
	case w.slots <- struct{}{}:
	case <-ctx.Done():
		return 0, false
	}
	for taken := 1; taken < atOnce; taken++ {
		select {
		case w.slots <- struct{}{}:
		default:
			return taken, true
		}
	}
	return atOnce, true
}

func (w *Worker) giveSlots(count int) {
	for range count {
		<-w.slots
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
