package porttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/worker"
)

// QueueFixture is an empty queue under test.
type QueueFixture struct {
	Queue worker.Queue
	// Send puts a message into the queue.
	Send func(t testing.TB, body []byte)
	// Lapses means that visibility timeouts end.
	Lapses bool
	// Close means that no message will follow. Nil skips the cases that need it.
	Close func(t testing.TB)
}

// Queue checks worker.Queue. open returns a new, empty queue for each case; cases run
// concurrently.
func Queue(t *testing.T, open func(t *testing.T) QueueFixture) {
	t.Helper()
	cases := map[string]func(*testing.T, QueueFixture){
		"a body arrives as it was sent":              bodiesArrive,
		"no more than asked for":                     noMoreThanAsked,
		"a poll waits for a message":                 pollWaits,
		"a poll ends with its context":               pollEnds,
		"a message that was not received waits on":   unreceivedWaits,
		"each message goes to one of many receivers": eachOnce,
		"deleting twice is fine":                     deleteTwice,
		"a closed queue empties and then says so":    closes,
		"closing ends a poll":                        closeEndsPoll,
		"a poll ends when its wait runs out":         waitRunsOut,
		"a message given back comes again":           requeuedIsRedelivered,
		"a hidden message stays out of sight":        hiddenStaysAway,
		"a hidden message comes again":               hiddenIsRedelivered,
	}
	for name, check := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

// pollTime is how long the cases' receives wait.
const pollTime = 5 * time.Second

// receive polls until there is a delivery.
func receive(ctx context.Context, t testing.TB, q worker.Queue, most int) []worker.Delivery {
	t.Helper()
	for {
		deliveries, err := q.Receive(ctx, most, pollTime)
		require.NoError(t, err)
		require.LessOrEqual(t, len(deliveries), most)
		if len(deliveries) > 0 {
			return deliveries
		}
	}
}

func impatient(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeoutCause(t.Context(), testTimeout, errors.New("no message came"))
	t.Cleanup(cancel)
	return ctx
}

func bodiesArrive(t *testing.T, f QueueFixture) {
	ctx := impatient(t)
	for _, body := range []string{`{"a":1}`, "{\"text\":\"日本 🚀 \\u0000 <&>\"}\n", `{ "big" : 12345678901234567890 }`} {
		f.Send(t, []byte(body))
		delivery := receive(ctx, t, f.Queue, 1)[0]
		assert.Equal(t, body, string(delivery.Body))
		require.NoError(t, f.Queue.Delete(ctx, delivery))
	}
}

func noMoreThanAsked(t *testing.T, f QueueFixture) {
	ctx := impatient(t)
	for i := range 5 {
		f.Send(t, fmt.Appendf(nil, `{"n":%d}`, i))
	}
	seen := map[string]int{}
	for len(seen) < 5 {
		for _, delivery := range receive(ctx, t, f.Queue, 2) {
			seen[string(delivery.Body)]++
			require.NoError(t, f.Queue.Delete(ctx, delivery))
		}
	}
	assert.Equal(t, map[string]int{`{"n":0}`: 1, `{"n":1}`: 1, `{"n":2}`: 1, `{"n":3}`: 1, `{"n":4}`: 1}, seen)
}

func pollWaits(t *testing.T, f QueueFixture) {
	ctx := impatient(t)
	received := make(chan []worker.Delivery, 1)
	var wait sync.WaitGroup
	wait.Go(func() {
		for ctx.Err() == nil {
			if deliveries, err := f.Queue.Receive(ctx, 1, pollTime); err != nil || len(deliveries) > 0 {
				received <- deliveries
				return
			}
		}
	})
	f.Send(t, []byte(`{}`))
	wait.Wait()
	require.Len(t, received, 1)
	deliveries := <-received
	require.Len(t, deliveries, 1)
	assert.NoError(t, f.Queue.Delete(ctx, deliveries[0]))
}

func pollEnds(t *testing.T, f QueueFixture) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		for {
			if _, err := f.Queue.Receive(ctx, 1, pollTime); err != nil {
				ended <- err
				return
			}
		}
	}()
	cancel()
	err := <-ended
	require.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, worker.ErrQueueClosed)
}

func unreceivedWaits(t *testing.T, f QueueFixture) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	f.Send(t, []byte(`{}`))
	deliveries, err := f.Queue.Receive(over, 1, pollTime)
	require.Error(t, err)
	require.Empty(t, deliveries)
	ctx := impatient(t)
	assert.NoError(t, f.Queue.Delete(ctx, receive(ctx, t, f.Queue, 1)[0]))
}

func eachOnce(t *testing.T, f QueueFixture) {
	const messages, receivers = 50, 5
	ctx, done := context.WithCancel(impatient(t))
	defer done()
	var mu sync.Mutex
	seen := map[string]int{}
	var wait sync.WaitGroup
	for range receivers {
		wait.Go(func() {
			for ctx.Err() == nil {
				deliveries, err := f.Queue.Receive(ctx, 3, pollTime)
				if err != nil {
					continue // a cancelled poll, or a service that is busy
				}
				for _, delivery := range deliveries {
					assert.NoError(t, f.Queue.Delete(context.WithoutCancel(ctx), delivery))
					mu.Lock()
					if seen[string(delivery.Body)]++; len(seen) == messages {
						done()
					}
					mu.Unlock()
				}
			}
		})
	}
	for i := range messages {
		f.Send(t, fmt.Appendf(nil, `{"n":%d}`, i))
	}
	wait.Wait()
	assert.Len(t, seen, messages)
	for i := range messages {
		body := fmt.Sprintf(`{"n":%d}`, i)
		assert.Equal(t, 1, seen[body], body)
	}
}

func deleteTwice(t *testing.T, f QueueFixture) {
	ctx := impatient(t)
	f.Send(t, []byte(`{}`))
	delivery := receive(ctx, t, f.Queue, 1)[0]
	require.NoError(t, f.Queue.Delete(ctx, delivery))
	assert.NoError(t, f.Queue.Delete(ctx, delivery))
}

func closes(t *testing.T, f QueueFixture) {
	if f.Close == nil {
		t.Skip("this queue cannot be closed with messages in it")
	}
	ctx := impatient(t)
	for range 3 {
		f.Send(t, []byte(`{}`))
	}
	f.Close(t)
	for received := 0; received < 3; {
		deliveries := receive(ctx, t, f.Queue, 2)
		received += len(deliveries)
		for _, delivery := range deliveries {
			require.NoError(t, f.Queue.Delete(ctx, delivery))
		}
	}
	for range 2 {
		_, err := f.Queue.Receive(ctx, 1, pollTime)
		assert.ErrorIs(t, err, worker.ErrQueueClosed)
	}
}

func closeEndsPoll(t *testing.T, f QueueFixture) {
	if f.Close == nil {
		t.Skip("this queue cannot be closed")
	}
	ctx := impatient(t)
	ended := make(chan error, 1)
	go func() {
		for {
			if _, err := f.Queue.Receive(ctx, 1, pollTime); err != nil {
				ended <- err
				return
			}
		}
	}()
	f.Close(t)
	assert.ErrorIs(t, <-ended, worker.ErrQueueClosed)
}
