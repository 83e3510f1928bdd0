package plantesting

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/runevents"
)

// Seen is what happened in a run.
type Seen struct {
	Status       runevents.Status
	Error, Cause string
	// States are the paths of the states in the order of their entry; those inside a
	// Parallel or a Map follow it, branch by branch.
	States []string
	// Payload is the final one; of a run that failed, what the failed state of the top
	// level got.
	Payload json.RawMessage
	// Caught has the errors that catchers took, in their order.
	Caught []Entry
	// Attempts is how often each path was tried, the last time that it was entered.
	Attempts map[string]int
	Took     time.Duration
	Jobs     map[string][]Job
	// Ways counts how often each way out of a state was taken: state and Via.
	Ways map[Way]int
	// Entered counts states.
	Entered map[string]int
	// Failed are the steps that failed or whose error was caught, for an explanation.
	Failed []runevents.StepResult
}

// Way is a way out of a state.
type Way struct{ State, Via string }

// Job is what a job was given.
type Job struct {
	Runner      string
	Commands    []string
	Environment map[string]string
	Input       json.RawMessage
}

// watcher collects what happens in one run.
type watcher struct {
	seen Seen
	root visit
	open map[string]*visit

	jobs sync.Mutex
}

// visit is a state that was entered, and the states inside it.
type visit struct {
	path  string
	input any
	// branches are the states of each branch or iteration, in the order of the indexes.
	branches map[int][]*visit
}

func newWatcher() *watcher {
	return &watcher{
		seen: Seen{Attempts: map[string]int{}, Jobs: map[string][]Job{}, Ways: map[Way]int{}, Entered: map[string]int{}},
		open: map[string]*visit{}, root: visit{branches: map[int][]*visit{}},
	}
}

// observe takes the events of the interpreter, one at a time.
func (w *watcher) observe(event asl.Event) {
	if event.Kind == asl.Entered {
		w.seen.Entered[event.State]++
		w.enter(event)
		return
	}
	if event.Via != "" {
		w.seen.Ways[Way{event.State, event.Via}]++
	}
	switch event.Kind {
	case asl.Caught:
		w.seen.Caught = append(w.seen.Caught, Entry{Key: event.Path, Value: Value{Text: event.Error.Name}})
	case asl.Failed:
		if event.Path == event.State {
			w.seen.Payload = jsonOf(w.open[event.Path].input)
		}
	case asl.Entered, asl.Succeeded, asl.Retried, asl.Waiting, asl.Aborted:
	}
	if event.Kind != asl.Retried && event.Kind != asl.Waiting {
		w.seen.Attempts[event.Path] = event.Attempt + 1
	}
}

func (w *watcher) enter(event asl.Event) {
	entered := &visit{path: event.Path, input: event.Input, branches: map[int][]*visit{}}
	w.open[event.Path] = entered
	parent, index := &w.root, 0
	if prefix, ok := strings.CutSuffix(event.Path, "]."+event.State); ok {
		if open := strings.LastIndexByte(prefix, '['); open >= 0 {
			fmt.Sscanf(prefix[open+1:], "%d", &index) //nolint:errcheck // the interpreter writes a number
			if above := w.open[prefix[:open]]; above != nil {
				parent = above
			}
		}
	}
	parent.branches[index] = append(parent.branches[index], entered)
}

// states lists the paths below a visit.
func (v *visit) states(paths []string) []string {
	most := -1
	for i := range v.branches {
		most = max(most, i)
	}
	for i := range most + 1 {
		for _, inner := range v.branches[i] {
			paths = inner.states(append(paths, inner.path))
		}
	}
	return paths
}

// inspect notes what a job is given.
func (w *watcher) inspect(task asl.Task, message *protocol.Message) error {
	w.jobs.Lock()
	defer w.jobs.Unlock()
	w.seen.Jobs[task.Path] = append(w.seen.Jobs[task.Path], Job{
		Runner: message.Job.Runner, Commands: message.Job.Commands, Environment: message.Job.Environment, Input: message.Input(),
	})
	return nil
}

// end completes what was seen.
func (w *watcher) end(result runevents.Result) Seen {
	seen := w.seen
	seen.Status, seen.Took = result.Status, result.Duration.Duration()
	if result.Error != nil {
		seen.Error, seen.Cause = result.Error.Name, result.Error.Cause
	}
	if result.Status == runevents.Succeeded {
		seen.Payload = result.Output
	}
	seen.States = w.root.states([]string{})
	for _, step := range result.Steps {
		if step.Status == runevents.Failed || step.Status == runevents.Caught {
			seen.Failed = append(seen.Failed, step)
		}
	}
	return seen
}

func jsonOf(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return nil // only values that JSON cannot hold, which asl has none of
	}
	return text
}
