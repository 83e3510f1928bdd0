package fakeaws

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// visibilityCheckInterval is how often a waiting receive looks for messages whose visibility
// timeout has run out: of that nobody is told.
const visibilityCheckInterval = 250 * time.Millisecond

// queueNotifier wakes those who wait for messages.
type queueNotifier struct {
	mutex sync.Mutex
	// channels has, for a queue's URL, what is closed when something may be there.
	channels map[string]chan struct{}
}

func (p *queueNotifier) channel(queue string) <-chan struct{} {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.channels[queue] == nil {
		p.channels[queue] = make(chan struct{})
	}
	return p.channels[queue]
}

func (p *queueNotifier) notify(queue string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if wakeup := p.channels[queue]; wakeup != nil {
		close(wakeup)
		delete(p.channels, queue)
	}
}

// forwardAndNotify passes on a call that may make messages receivable: one that sends,
// hides or deletes (a deleted message frees its group).
func (c *Cloud) forwardAndNotify(w http.ResponseWriter, r *http.Request) {
	var input struct {
		QueueURL string `json:"QueueUrl"`
	}
	if body, err := Body(r); err == nil {
		_ = json.Unmarshal(body, &input) // what has no queue rings for nobody
		c.attempts.changed(handles(body))
	}
	c.base.ServeHTTP(w, r)
	c.notifier.notify(input.QueueURL)
}

// receive waits for messages itself. A poll that MiniStack holds takes the next
// message also when its client has gone, and AWS's does not; here messages are
// asked for while the client listens, and given back if it has gone meanwhile.
func (c *Cloud) receive(w http.ResponseWriter, r *http.Request) {
	body, err := Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	input := map[string]any{}
	if json.Unmarshal(body, &input) != nil {
		c.base.ServeHTTP(w, r)
		return
	}
	queue, _ := input["QueueUrl"].(string)
	id, _ := input["ReceiveRequestAttemptId"].(string)
	if id == "" {
		answer(w, c.poll(r, queue, input))
		return
	}
	before, end, err := c.attempts.begin(r.Context(), attemptID{queue, id})
	if err != nil {
		return // the client has gone
	}
	hides := func() time.Duration { return c.time(r, queue, input, "VisibilityTimeout", "VisibilityTimeout") }
	given := before
	if given == nil || !c.hideAgain(r, queue, given, hides()) {
		given = c.poll(r, queue, input)
	}
	if given == nil || len(receipts(given.Body.Bytes())) == 0 {
		end(nil, 0)
	} else {
		end(given, hides())
	}
	answer(w, given)
}

// poll asks until there are messages or an error, or the wait is over. It is nil
// when the client has gone.
func (c *Cloud) poll(r *http.Request, queue string, input map[string]any) *httptest.ResponseRecorder {
	until := time.Now().Add(c.time(r, queue, input, "WaitTimeSeconds", "ReceiveMessageWaitTimeSeconds"))
	input["WaitTimeSeconds"] = 0
	for {
		wakeup := c.notifier.channel(queue) // before asking, so that nothing sent meanwhile is missed
		found := c.askQueue(r, "ReceiveMessage", input)
		if r.Context().Err() != nil {
			c.requeue(r, queue, found.Body.Bytes())
			return nil
		}
		c.attempts.gave(queue, receipts(found.Body.Bytes()))
		left := time.Until(until)
		if left <= 0 || found.Code != http.StatusOK || len(receipts(found.Body.Bytes())) > 0 {
			return found
		}
		wait(r.Context(), wakeup, min(left, visibilityCheckInterval))
	}
}

// time is a time in seconds that a call gives, or else the queue's attribute.
func (c *Cloud) time(r *http.Request, queue string, input map[string]any, parameter, attribute string) time.Duration {
	seconds, given := input[parameter].(float64)
	if !given {
		var found struct{ Attributes map[string]string }
		asked := c.askQueue(r, "GetQueueAttributes", map[string]any{"QueueUrl": queue, "AttributeNames": []string{attribute}})
		if json.Unmarshal(asked.Body.Bytes(), &found) == nil {
			seconds, _ = strconv.ParseFloat(found.Attributes[attribute], 64)
		}
	}
	return time.Duration(seconds * float64(time.Second))
}

// answer passes on an answer; a client that has gone gets none.
func answer(w http.ResponseWriter, given *httptest.ResponseRecorder) {
	if given == nil {
		return
	}
	maps.Copy(w.Header(), given.Header())
	w.WriteHeader(given.Code)
	_, _ = w.Write(given.Body.Bytes()) // the client's matter
}

func wait(ctx context.Context, wakeup <-chan struct{}, longest time.Duration) {
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-wakeup:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// askQueue asks MiniStack as the request does, whether its client is there or
// not: what has been asked for is known only by the answer.
func (c *Cloud) askQueue(r *http.Request, operation string, input map[string]any) *httptest.ResponseRecorder {
	body := jsonText(input)
	request := r.Clone(context.WithoutCancel(r.Context()))
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	request.Header.Del("Content-Length")
	request.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	recorder := httptest.NewRecorder()
	c.base.ServeHTTP(recorder, request)
	return recorder
}

func (c *Cloud) requeue(r *http.Request, queue string, received []byte) {
	c.attempts.changed(receipts(received))
	for _, receipt := range receipts(received) {
		c.askQueue(r, "ChangeMessageVisibility", map[string]any{"QueueUrl": queue, "ReceiptHandle": receipt, "VisibilityTimeout": 0})
	}
	c.notifier.notify(queue)
}

// receipts are the receipt handles in an answer to ReceiveMessage.
func receipts(answer []byte) []string {
	var received struct {
		Messages []struct{ ReceiptHandle string }
	}
	if json.Unmarshal(answer, &received) != nil {
		return nil
	}
	var handles []string
	for _, message := range received.Messages {
		handles = append(handles, message.ReceiptHandle)
	}
	return handles
}
