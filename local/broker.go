package local

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/attini-go/runner/agent/worker"
)

// broker plays Step Functions' side of task tokens: who waits for which, and
// the one answer that each gets.
type broker struct {
	mu      sync.Mutex
	waiting map[string]chan answer
}

// answer is how a job ended: its output, or why it failed.
type answer struct {
	output  json.RawMessage
	failure *worker.Failure
}

var _ worker.Reporter = (*broker)(nil)

func newBroker() *broker { return &broker{waiting: map[string]chan answer{}} }

// open begins to wait for a token's answer.
func (b *broker) open(token string) <-chan answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	answers := make(chan answer, 1)
	b.waiting[token] = answers
	return answers
}

// close ends the wait: the next heartbeat of the job finds that nobody waits,
// which ends it.
func (b *broker) close(token string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.waiting, token)
}

// Succeed implements worker.Reporter.
func (b *broker) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	return b.answer(ctx, token, answer{output: output})
}

// Fail implements worker.Reporter.
func (b *broker) Fail(ctx context.Context, token string, failure worker.Failure) error {
	return b.answer(ctx, token, answer{failure: &failure})
}

// Heartbeat implements worker.Reporter.
func (b *broker) Heartbeat(ctx context.Context, token string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, open := b.waiting[token]; !open {
		return worker.ErrTokenClosed
	}
	return nil
}

func (b *broker) answer(ctx context.Context, token string, a answer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx) // a call that is cancelled is no answer
	}
	answers, open := b.waiting[token]
	if !open {
		return worker.ErrTokenClosed
	}
	delete(b.waiting, token)
	answers <- a
	return nil
}
