package launchtest

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

// Limits of SQS.
const (
	deduplication = 5 * time.Minute
	mostReceived  = 10
)

type queue struct {
	messages []*queuedMessage
	// sent is when each id was.
	sent map[string]time.Time
	last int
	// changed is closed when a message becomes visible before its time, and replaced.
	changed chan struct{}
}

func newQueue() *queue { return &queue{sent: map[string]time.Time{}, changed: make(chan struct{})} }

// wake ends the waits of receives. Only under the lock.
func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

type queuedMessage struct {
	id, receipt string
	body        []byte
	hidden      time.Time
}

// Queue implements launch.Queue.
type Queue struct{ *user }

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
		found.wake()
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
			if deliveries := found.visible(mostReceived, hide); len(deliveries) > 0 || !time.Now().Before(until) || ctx.Err() != nil {
				return deliveries, context.Cause(ctx)
			}
			changed, next := found.changed, found.nextVisible(until)
			q.unlocked(func() {
				if q.Await != nil {
					q.Await(ctx, changed, next)
				} else {
					await(ctx, changed, next)
				}
			})
		}
	})
}

// unlocked does something without the lock, and with it again after that, also after a
// user's death.
func (w *Fake) unlocked(do func()) {
	w.mu.Unlock()
	defer w.mu.Lock()
	do()
}

// nextVisible is when the next hidden message is visible again, at most until.
func (q *queue) nextVisible(until time.Time) time.Time {
	for _, m := range q.messages {
		if m.hidden.Before(until) {
			until = m.hidden
		}
	}
	return until
}

func await(ctx context.Context, changed <-chan struct{}, until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer.C:
	}
}

func (q *queue) visible(most int, hide time.Duration) []launch.Delivery {
	var deliveries []launch.Delivery
	for _, m := range q.messages {
		if len(deliveries) >= min(most, mostReceived) {
			break
		}
		if time.Now().Before(m.hidden) {
			continue
		}
		q.last++
		m.hidden, m.receipt = time.Now().Add(hide), "receipt-"+strconv.Itoa(q.last)
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
		found.hide(receipt, duration)
		return nil
	})
}

// hide hides a message that is hidden by this receipt.
func (q *queue) hide(receipt string, duration time.Duration) {
	for _, m := range q.messages {
		if m.receipt == receipt && time.Now().Before(m.hidden) {
			m.hidden = time.Now().Add(duration)
			q.wake()
		}
	}
}

func (q *queue) delete(receipt string) {
	q.messages = slices.DeleteFunc(q.messages, func(m *queuedMessage) bool { return m.receipt == receipt })
}

// Delete implements launch.Queue.
func (q Queue) Delete(_ context.Context, url, receipt string) error {
	return notify(q.user, "Queue.Delete", func() error {
		found, err := q.queue(url)
		if err != nil {
			return err
		}
		found.delete(receipt)
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

// Unseen are the tokens of the jobs in a queue that nobody has received yet.
func (w *Fake) Unseen(url string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var tokens []string
	if q := w.queues[url]; q != nil {
		for _, m := range q.messages {
			if m.receipt == "" {
				tokens = append(tokens, w.parse(m.body).Metadata.TaskToken)
			}
		}
	}
	return tokens
}

// Show has a job's message be visible, as if the queue had forgotten that it is hidden.
func (w *Fake) Show(url, token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.queues[url].messages {
		if w.parse(m.body).Metadata.TaskToken == token {
			m.hidden = time.Now()
		}
	}
	w.queues[url].wake()
}

// RemoveQueue is the deletion of a queue.
func (w *Fake) RemoveQueue(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if q := w.queues[url]; q != nil {
		q.wake()
	}
	delete(w.queues, url)
}
