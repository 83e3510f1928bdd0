package memory

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/attini-go/runner/agent/worker"
)

// Answer is the answer to a step: an output or a failure.
type Answer struct {
	Output  json.RawMessage
	Failure *worker.Failure
}

// Reporter has the steps that wait, and gives each its answer.
type Reporter struct {
	mu   sync.Mutex
	open map[string]*waiting
}

type waiting struct {
	answers    chan Answer
	heartbeats int
}

var _ worker.Reporter = (*Reporter)(nil)

// NewReporter returns a reporter for which every token is closed.
func NewReporter() *Reporter { return &Reporter{open: map[string]*waiting{}} }

// Open opens a token and returns the channel for its answer.
func (r *Reporter) Open(token string) <-chan Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := &waiting{answers: make(chan Answer, 1)}
	r.open[token] = w
	return w.answers
}

// Close closes a token without an answer, as a stopped execution does.
func (r *Reporter) Close(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, token)
}

// Heartbeats returns the number of heartbeats for an open token.
func (r *Reporter) Heartbeats(token string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.open[token]; w != nil {
		return w.heartbeats
	}
	return 0
}

// Succeed implements worker.Reporter.
func (r *Reporter) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	return r.answer(ctx, token, Answer{Output: slices.Clone(output)})
}

// Fail implements worker.Reporter.
func (r *Reporter) Fail(ctx context.Context, token string, failure worker.Failure) error {
	return r.answer(ctx, token, Answer{Failure: &failure})
}

// Heartbeat implements worker.Reporter.
func (r *Reporter) Heartbeat(ctx context.Context, token string) error {
	return locked(ctx, &r.mu, func() error {
		w := r.open[token]
		if w == nil {
			return worker.ErrTokenClosed
		}
		w.heartbeats++
		return nil
	})
}

func (r *Reporter) answer(ctx context.Context, token string, answer Answer) error {
	return locked(ctx, &r.mu, func() error {
		w := r.open[token]
		if w == nil {
			return worker.ErrTokenClosed
		}
		delete(r.open, token)
		w.answers <- answer
		return nil
	})
}
