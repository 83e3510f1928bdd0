package memory

import (
	"context"
	"sync"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// State is the state of one runner.
type State struct {
	mu            sync.Mutex
	task          string
	started       bool
	retired       bool
	configuration int32
	ended         map[string]bool // executions that are not current
}

// NewState returns a runner's state that names the task.
func NewState(task string) *State {
	return &State{task: task, ended: map[string]bool{}}
}

// Replace makes another task the runner's, as a launcher does.
func (s *State) Replace(task string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.task, s.started, s.retired = task, false, false
}

// Configure sets the hash of the runner's configuration.
func (s *State) Configure(hash int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.configuration = hash
}

// EndExecution makes an execution no longer current.
func (s *State) EndExecution(arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[arn] = true
}

// Started reports whether the task's agent has started.
func (s *State) Started() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.started
}

// Retired reports whether the task's agent has retired.
func (s *State) Retired() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.retired
}

// RunnerState returns the state as the agent of a task uses it.
func (s *State) RunnerState(task string) worker.RunnerState { return taskState{s, task} }

// MessageFilter returns the filter for the agent of a task.
func (s *State) MessageFilter(task string) worker.MessageFilter { return taskState{s, task} }

type taskState struct {
	state *State
	task  string
}

// MarkStarted implements worker.RunnerState.
func (t taskState) MarkStarted(ctx context.Context) error {
	return t.write(ctx, func(s *State) { s.started = true })
}

// CheckCurrent implements worker.RunnerState.
func (t taskState) CheckCurrent(ctx context.Context) error {
	return t.write(ctx, func(*State) {})
}

// Retire implements worker.RunnerState.
func (t taskState) Retire(ctx context.Context) error {
	return t.write(ctx, func(s *State) { s.retired = true })
}

func (t taskState) write(ctx context.Context, change func(*State)) error {
	return locked(ctx, &t.state.mu, func() error {
		if t.state.task != t.task {
			return worker.ErrSuperseded
		}
		change(t.state)
		return nil
	})
}

// Check implements worker.MessageFilter.
func (t taskState) Check(ctx context.Context, message *protocol.Message) (worker.Decision, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	t.state.mu.Lock()
	defer t.state.mu.Unlock()
	switch {
	case t.state.task != t.task:
		return worker.Superseded, nil
	case t.state.ended[message.Metadata.ExecutionARN]:
		return worker.Discard, nil
	case t.state.configuration != message.ConfigurationHash:
		return worker.Requeue, nil
	}
	return worker.Accept, nil
}
