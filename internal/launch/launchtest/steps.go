package launchtest

import (
	"context"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

// Step is a step that waits with a task token.
type Step struct {
	// Failure is why it failed; nil when it has not.
	Failure *message.Failure
	// Succeeded says that it has its result.
	Succeeded bool
	// Heartbeats counts them, and LastBeat is the last one's time.
	Heartbeats    int
	LastHeartbeat time.Time
	// Answers counts the answers, those that came too late too.
	Answers int
}

// Closed reports whether the step has ended.
func (s Step) Closed() bool { return s.Failure != nil || s.Succeeded }

// Steps implements launch.Steps.
type Steps struct{ *user }

var _ launch.Steps = Steps{}

// Wait has a step wait with a token.
func (w *Fake) Wait(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.steps[token] != nil {
		panic(fmt.Sprintf("the token %q is used twice", token)) // a test's mistake
	}
	w.steps[token] = &Step{}
}

// Step is what became of a step.
func (w *Fake) Step(token string) Step {
	w.mu.Lock()
	defer w.mu.Unlock()
	return *w.steps[token]
}

// open is a step that waits. Only under the lock.
func (w *Fake) open(token string) (*Step, error) {
	step := w.steps[token]
	if step == nil || step.Closed() {
		return nil, launch.ErrTokenClosed
	}
	return step, nil
}

// Fail implements launch.Steps.
func (s Steps) Fail(_ context.Context, token string, failure message.Failure) error {
	return notify(s.user, "Steps.Fail", func() error {
		if step := s.steps[token]; step != nil {
			step.Answers++
		}
		step, err := s.open(token)
		if err == nil {
			step.Failure = &failure
		}
		return err
	})
}

// Heartbeat implements launch.Steps.
func (s Steps) Heartbeat(_ context.Context, token string) error {
	return notify(s.user, "Steps.Heartbeat", func() error {
		step, err := s.open(token)
		if err == nil {
			step.Heartbeats++
			step.LastHeartbeat = time.Now()
		}
		return err
	})
}

// Abort ends a step as a timeout or a stopped execution does.
func (w *Fake) Abort(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps[token].Failure = &message.Failure{Name: "States.Timeout"}
}
