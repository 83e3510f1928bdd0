package memory

import (
	"context"
	"sync"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// State is the state of one runner, and with it what decides whether a
// message is an agent's to take.
type State struct {
	mu            sync.Mutex
	task          string
	started       bool
	retired       bool
	configuration int32
	ended         map[string]bool // executions that are not current any more
}

// NewState returns a runner's state that names the task.
func NewState(task string) *State {
	return &State{task: task, ended: map[string]bool{}}
}

// Replace makes another task the runner's, as who starts one does.
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

// EndExecution makes an execution one that is not current any more.
func (s *State) EndExecution(arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[arn] = true
}

// Started reports whether the state's task is up.
func (s *State) Started() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.started
}

// Retired reports whether the state's task takes nothing more.
func (s *State) Retired() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.retired
}

// Life is the state as one task writes it.
func (s *State) Life(task string) worker.Life { return taskState{s, task} }

// Admission is the state as one task asks it.
func (s *State) Admission(task string) worker.Admission { return taskState{s, task} }

type taskState struct {
	state *State
	task  string
}

// Started implements worker.Life.
func (t taskState) Started(ctx context.Context) error {
	return t.write(ctx, func(s *State) { s.started = true })
}

// Ours implements worker.Life.
func (t taskState) Ours(ctx context.Context) error {
	return t.write(ctx, func(*State) {})
}

// Retire implements worker.Life.
func (t taskState) Retire(ctx context.Context) error {
	return t.write(ctx, func(s *State) { s.retired = true })
}

func (t taskState) write(ctx context.Context, change func(*State)) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t.state.mu.Lock()
	defer t.state.mu.Unlock()
	if t.state.task != t.task {
		return worker.ErrNotOurs
	}
	change(t.state)
	return nil
}

// Admit implements worker.Admission.
func (t taskState) Admit(ctx context.Context, message *protocol.Message) (worker.Verdict, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	t.state.mu.Lock()
	defer t.state.mu.Unlock()
	switch {
	case t.state.task != t.task:
		return worker.Leaving, nil
	case t.state.ended[message.Metadata.ExecutionARN]:
		return worker.Drop, nil
	case t.state.configuration != message.ConfigurationHash:
		return worker.Leave, nil
	}
	return worker.Take, nil
}
