package fakeaws

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// attempts are receives of a FIFO queue that have an attempt id. SQS answers a
// repeated one with the same messages and receipts, whether the first answer
// arrived or not, for as long as the messages are hidden and nobody has changed
// or deleted one.
type attempts struct {
	mutex sync.Mutex
	all   map[attemptID]*attempt
	// given are the receipts of all messages that were received, by the queue's URL.
	given map[string][]string
}

type attemptID struct{ queue, id string }

type attempt struct {
	// turn is held by the receive that is under way.
	turn chan struct{}
	// answer is the last one that had messages, which count until the time.
	answer   *httptest.ResponseRecorder
	receipts []string
	until    time.Time
}

// begin waits for the receive of the same attempt that is under way. It returns
// what that one was answered with, or nil. end must be called before the answer
// that is given now: with it and with how long it hides its messages, or with nil
// when it has none.
func (a *attempts) begin(ctx context.Context, id attemptID) (answer *httptest.ResponseRecorder, end func(*httptest.ResponseRecorder, time.Duration), err error) {
	a.mutex.Lock()
	for id, old := range a.all {
		if old.answer != nil && !time.Now().Before(old.until) {
			delete(a.all, id)
		}
	}
	found := a.all[id]
	if found == nil {
		found = &attempt{turn: make(chan struct{}, 1)}
		a.all[id] = found
	}
	a.mutex.Unlock()
	select {
	case found.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return found.answer, func(given *httptest.ResponseRecorder, hidden time.Duration) {
		a.mutex.Lock()
		defer a.mutex.Unlock()
		if given == nil {
			delete(a.all, id)
			found.answer, found.receipts = nil, nil
		} else {
			a.all[id] = found
			found.answer, found.receipts, found.until = given, receipts(given.Body.Bytes()), time.Now().Add(hidden)
		}
		<-found.turn
	}, nil
}

// gave notes the receipts of messages that were received.
func (a *attempts) gave(queue string, receipts []string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.given[queue] = append(a.given[queue], receipts...)
}

// Received are the receipts of all messages that were received from a queue, by its URL,
// those of deleted ones included.
func (c *Cloud) Received(queue string) []string {
	c.attempts.mutex.Lock()
	defer c.attempts.mutex.Unlock()
	return slices.Clone(c.attempts.given[queue])
}

// changed forgets the attempts that had one of the receipts.
func (a *attempts) changed(handles []string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for id, found := range a.all {
		if slices.ContainsFunc(found.receipts, func(receipt string) bool { return slices.Contains(handles, receipt) }) {
			found.answer, found.receipts = nil, nil
			delete(a.all, id)
		}
	}
}

// handles are the receipts that a call changes or deletes.
func handles(body []byte) []string {
	type entry struct{ ReceiptHandle string }
	var input struct {
		entry
		Entries []entry
	}
	if json.Unmarshal(body, &input) != nil {
		return nil
	}
	found := []string{input.ReceiptHandle}
	for _, e := range input.Entries {
		found = append(found, e.ReceiptHandle)
	}
	return slices.DeleteFunc(found, func(handle string) bool { return handle == "" })
}

// hideAgain hides the messages of an answer from now on. It reports whether they
// are as they were.
func (c *Cloud) hideAgain(r *http.Request, queue string, answer *httptest.ResponseRecorder, hidden time.Duration) bool {
	for _, receipt := range receipts(answer.Body.Bytes()) {
		done := c.askQueue(r, "ChangeMessageVisibility", map[string]any{
			"QueueUrl": queue, "ReceiptHandle": receipt, "VisibilityTimeout": int(hidden / time.Second),
		})
		if done.Code != http.StatusOK {
			return false
		}
	}
	return true
}
