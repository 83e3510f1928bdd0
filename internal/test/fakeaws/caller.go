package fakeaws

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// Caller is who calls: of a Cloud, an access key; of a Proxy, everybody. It
// knows what was called, and answers in AWS's place where told.
type Caller struct {
	mutex   sync.Mutex
	answers map[string]Answer
	after   map[string]After
	calls   map[string]int
	actions map[string]bool
}

// Answer answers the call of an operation, the nth from 1, or reports that it
// leaves that to the server.
type Answer func(n int, w http.ResponseWriter, r *http.Request) bool

// After is done when the server has done what the nth call asks, and before the
// caller is told. It can read the request's body (Body). A panic with http.ErrAbortHandler (Lose) keeps the answer.
type After func(n int, r *http.Request)

func newCaller() *Caller {
	return &Caller{answers: map[string]Answer{}, after: map[string]After{}, calls: map[string]int{}, actions: map[string]bool{}}
}

// On has an operation, such as DescribeSubnets, answered; or all calls of a
// service, such as sqs. The operation goes before the service. A nil answer
// leaves them to the server again.
func (c *Caller) On(operation string, answer Answer) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.answers[operation] = answer
}

// After has something done after each call of an operation.
func (c *Caller) After(operation string, after After) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.after[operation] = after
}

// Calls is how often an operation, or a service, was called, whoever answered.
func (c *Caller) Calls(operation string) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.calls[operation]
}

// AllCalls is how often each operation was called, as "sqs.ReceiveMessage".
func (c *Caller) AllCalls() map[string]int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	all := maps.Clone(c.calls)
	maps.DeleteFunc(all, func(name string, _ int) bool { return !strings.Contains(name, ".") })
	return all
}

// Actions are the IAM actions that all calls needed, sorted.
func (c *Caller) Actions() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Sorted(maps.Keys(c.actions))
}

// serve answers a call: by what was told, or by the server.
func (c *Caller) serve(made Call, server http.Handler, w http.ResponseWriter, r *http.Request) {
	answer, after, n := c.count(made)
	if answer != nil && answer(n, w, r) {
		return
	}
	if after == nil {
		server.ServeHTTP(w, r)
		return
	}
	asked, err := Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, r)
	r.Body = io.NopCloser(bytes.NewReader(asked))
	after(n, r)
	maps.Copy(w.Header(), recorder.Header())
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes()) // the client's matter
}

// count counts a call, and returns what is to be done of it and its number:
// among the calls of the operation, or of the service where that is answered.
func (c *Caller) count(made Call) (Answer, After, int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, name := range []string{made.Operation, made.Service, made.Service + "." + made.Operation} {
		c.calls[name]++
	}
	for _, action := range made.actions() {
		c.actions[action] = true
	}
	n := c.calls[made.Operation]
	answer := c.answers[made.Operation]
	if answer == nil && c.answers[made.Service] != nil {
		answer, n = c.answers[made.Service], c.calls[made.Service]
	}
	return answer, c.after[made.Operation], n
}
