package memory

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/attini-go/runner/agent/worker"
)

// Answer is how a step was answered: by its output, or by its failure.
type Answer struct {
	Output  json.RawMessage
	Failure *worker.Failure
}

// Reporter knows the steps that wait for task tokens, and gives each the one
// answer that it gets.
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

// Open begins to wait for a token's one answer.
func (r *Reporter) Open(token string) <-chan Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := &waiting{answers: make(chan Answer, 1)}
	r.open[token] = w
	return w.answers
}

// Close ends the wait without an answer, as a stopped execution does.
func (r *Reporter) Close(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, token)
}

// Heartbeats is the number of heartbeats for a token that is still open.
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
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.open[token]
	if w == nil {
		return worker.ErrTokenClosed
	}
	w.heartbeats++
	return nil
}

func (r *Reporter) answer(ctx context.Context, token string, answer Answer) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.open[token]
	if w == nil {
		return worker.ErrTokenClosed
	}
	delete(r.open, token)
	w.answers <- answer
	return nil
}
