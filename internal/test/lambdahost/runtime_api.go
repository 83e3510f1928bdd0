package lambdahost

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// invocation is an event on its way through a process.
type invocation struct {
	id    string
	event []byte
	// outcome gets what the process posts; it has room for it, so that the
	// Runtime API never waits for an invocation that was given up.
	outcome chan outcome
}

type outcome struct {
	response []byte
	failure  *FunctionError
}

func (o outcome) err() error {
	if o.failure == nil {
		return nil
	}
	return o.failure
}

// runtimeAPI is what one process talks to: it takes an event, posts a response
// or an error, and takes the next.
type runtimeAPI struct {
	arn     string
	timeout time.Duration
	// events hands over an invocation at the moment when the process asks.
	events chan *invocation
	// initErrors keeps the error of a process that could not start.
	initErrors chan []byte

	mu      sync.Mutex
	current *invocation
}

func newRuntimeAPI(arn string, timeout time.Duration) *runtimeAPI {
	return &runtimeAPI{arn: arn, timeout: timeout, events: make(chan *invocation), initErrors: make(chan []byte, 1)}
}

func (a *runtimeAPI) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.respond)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.fail)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", a.failInit)
	return mux
}

func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	select {
	case i := <-a.events:
		a.mu.Lock()
		a.current = i
		a.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(a.timeout).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", a.arn)
		_, _ = w.Write(i.event) // a process that is gone is noticed as one
	case <-r.Context().Done():
	}
}

func (a *runtimeAPI) respond(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, PayloadLimit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		failure := lambdaError("Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (%d bytes).", PayloadLimit)
		a.finish(w, r, outcome{failure: failure}, http.StatusRequestEntityTooLarge)
	case err == nil:
		a.finish(w, r, outcome{response: body}, http.StatusAccepted)
	}
}

func (a *runtimeAPI) fail(w http.ResponseWriter, r *http.Request) {
	if body, ok := readError(w, r); ok {
		a.finish(w, r, outcome{failure: readFunctionError(body)}, http.StatusAccepted)
	}
}

func (a *runtimeAPI) failInit(w http.ResponseWriter, r *http.Request) {
	body, ok := readError(w, r)
	if !ok {
		return
	}
	select {
	case a.initErrors <- body:
		w.WriteHeader(http.StatusAccepted)
	default:
		http.Error(w, `{"errorType":"InvalidStateTransition"}`, http.StatusForbidden)
	}
}

// finish ends the invocation that the request names.
func (a *runtimeAPI) finish(w http.ResponseWriter, r *http.Request, o outcome, status int) {
	a.mu.Lock()
	i := a.current
	known := i != nil && i.id == r.PathValue("id")
	if known {
		a.current = nil
	}
	a.mu.Unlock()
	if !known {
		http.Error(w, `{"errorType":"InvalidRequestID"}`, http.StatusBadRequest)
		return
	}
	w.WriteHeader(status)
	i.outcome <- o
}

// readError reads an error document; false when the process went away.
func readError(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, PayloadLimit))
	return body, err == nil
}
