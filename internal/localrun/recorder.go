package localrun

import (
	"context"
	"sync"
	"time"

	"github.com/attini-go/runner/asl"
)

// Step is one state that ran, for the summary.
type Step struct {
	// Name is the state's; Path also tells branches and iterations apart.
	Name string `json:"name"`
	Path string `json:"path"`
	// Type is the state's type in the state machine: Task, Choice, ….
	Type   string `json:"type"`
	Status Status `json:"status"`
	// Attempts counts the first try too.
	Attempts int `json:"attempts"`
	// Duration is from entry to end, retries and waits included.
	Duration time.Duration `json:"durationNanoseconds"`
	Error    *asl.Error    `json:"error,omitempty"`
	// LastLines are the end of a failed job's output.
	LastLines []string `json:"lastLines,omitempty"`
}

// recorder keeps what happened.
type recorder struct {
	observe func(asl.Event)
	steps   []Step
	// singleStep says that steps run without the plan around them: nothing goes on
	// from a Catch, so a step that ends there has failed.
	singleStep bool
	// failed is why a step that ran alone has, if its Catch took it.
	failed *asl.Error

	mu    sync.Mutex
	lines map[string][]string // a failed job's last lines by the state's path
}

var _ asl.Observer = (*recorder)(nil)

func newRecorder(watch func(asl.Event), alone bool) *recorder {
	if watch == nil {
		watch = func(asl.Event) {}
	}
	return &recorder{observe: watch, singleStep: alone, steps: []Step{}, lines: map[string][]string{}}
}

// Observe implements states.Observer.
func (d *recorder) Observe(event asl.Event) {
	d.observe(event)
	status, ended := map[asl.EventKind]Status{
		asl.Succeeded: Succeeded, asl.Failed: Failed, asl.Caught: Caught, asl.Aborted: Stopped,
	}[event.Kind]
	if !ended {
		return
	}
	if status == Caught && d.singleStep && event.Path == event.State {
		status, d.failed = Failed, event.Error
	}
	step := Step{
		Name: event.State, Path: event.Path, Type: event.Type, Status: status,
		Attempts: event.Attempt + 1, Duration: event.Duration, Error: event.Error,
	}
	if status != Succeeded {
		step.LastLines = d.lastLines(event.Path)
	}
	d.steps = append(d.steps, step)
}

func (d *recorder) setLastLines(path string, lines []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines[path] = lines
}

func (d *recorder) lastLines(path string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines[path]
}

// recordedTasks keeps the last lines of jobs for their states' entries.
type recordedTasks struct {
	next     asl.Tasks
	log      *jobLog
	recorder *recorder
}

var _ asl.Tasks = (*recordedTasks)(nil)

// Do implements asl.Tasks.
func (w *recordedTasks) Do(ctx context.Context, task asl.Task) (any, error) {
	result, err := w.next.Do(ctx, task)
	if task.Token != "" {
		if lines := w.log.takeTail(task.Token); err != nil {
			w.recorder.setLastLines(task.Path, lines)
		}
	}
	return result, err
}
