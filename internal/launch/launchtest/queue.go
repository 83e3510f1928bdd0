package launchtest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

// Limits of SQS.
const (
	deduplication = 5 * time.Minute
	mostReceived  = 10
	pollPause     = 50 * time.Millisecond
)

type queue struct {
	messages []*queuedMessage
	// sent is when each id was.
	sent map[string]time.Time
	last int
}

type queuedMessage struct {
	id, receipt string
	body        []byte
	hidden      time.Time
}

// Queue implements launch.Queue.
type Queue struct{ user }

var _ launch.Queue = Queue{}

func (w *Fake) queue(url string) (*queue, error) {
	q := w.queues[url]
	if q == nil {
		return nil, launch.ErrNoQueue
	}
	return q, nil
}

// Send implements launch.Queue.
func (q Queue) Send(_ context.Context, url, id string, body []byte) error {
	return notify(q.user, "Queue.Send", func() error {
		found, err := q.queue(url)
		if err != nil {
			return err
		}
		most := q.MaxMessage
		if most == 0 {
			most = message.MaxSize
		}
		if len(body) > most {
			return launch.ErrTooLarge
		}
		if at, twice := found.sent[id]; twice && time.Since(at) < deduplication {
			return nil
		}
		found.sent[id] = time.Now()
		found.messages = append(found.messages, &queuedMessage{id: id, body: slices.Clone(body)})
		return nil
	})
}

// Receive implements launch.Queue.
func (q Queue) Receive(ctx context.Context, url string, wait, hide time.Duration) ([]launch.Delivery, error) {
	until := time.Now().Add(wait)
	return call(q.user, "Queue.Receive", func() ([]launch.Delivery, error) {
		for {
			found, err := q.queue(url)
			if err != nil {
				return nil, err
			}
			if deliveries := found.visible(hide); len(deliveries) > 0 || !time.Now().Before(until) || ctx.Err() != nil {
				return deliveries, context.Cause(ctx)
			}
			q.mu.Unlock()
			time.Sleep(pollPause)
			q.mu.Lock()
		}
	})
}

func (q *queue) visible(hide time.Duration) []launch.Delivery {
	var deliveries []launch.Delivery
	for _, m := range q.messages {
		if len(deliveries) == mostReceived {
			break
		}
		if time.Now().Before(m.hidden) {
			continue
		}
		q.last++
		m.hidden, m.receipt = time.Now().Add(hide), fmt.Sprint("receipt-", q.last)
		deliveries = append(deliveries, launch.Delivery{Body: slices.Clone(m.body), Receipt: m.receipt})
	}
	return deliveries
}

// Hidden implements launch.Queue.
func (q Queue) Hidden(_ context.Context, url string) (int, error) {
	return call(q.user, "Queue.Hidden", func() (int, error) {
		found, err := q.queue(url)
		if err != nil {
			return 0, err
		}
		hidden := 0
		for _, m := range found.messages {
			if time.Now().Before(m.hidden) {
				hidden++
			}
		}
		return hidden, nil
	})
}

// Hide implements launch.Queue.
func (q Queue) Hide(_ context.Context, url, receipt string, duration time.Duration) error {
	return notify(q.user, "Queue.Hide", func() error {
		found, err := q.queue(url)
		if err != nil {
			return err
		}
		for _, m := range found.messages {
			if m.receipt == receipt && time.Now().Before(m.hidden) {
				m.hidden = time.Now().Add(duration)
			}
		}
		return nil
	})
}

// Delete implements launch.Queue.
func (q Queue) Delete(_ context.Context, url, receipt string) error {
	return notify(q.user, "Queue.Delete", func() error {
		found, err := q.queue(url)
		if err != nil {
			return err
		}
		found.messages = slices.DeleteFunc(found.messages, func(m *queuedMessage) bool { return m.receipt == receipt })
		return nil
	})
}

// Messages are the bodies in a queue, hidden ones too.
func (w *Fake) Messages(url string) [][]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	var bodies [][]byte
	if q := w.queues[url]; q != nil {
		for _, m := range q.messages {
			bodies = append(bodies, m.body)
		}
	}
	return bodies
}

// RemoveQueue is the deletion of a queue.
func (w *Fake) RemoveQueue(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.queues, url)
}
