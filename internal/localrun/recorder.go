package localrun

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/runevents"
)

// recorder turns what the interpreter and the jobs do into events of the run.
type recorder struct {
	events *runevents.Stream
	watch  func(asl.Event)
	places Places
	// silent says that nobody takes events, so that no payload needs to be written for them.
	silent bool
	// singleStep says that steps run without the plan around them: nothing goes on
	// from a Catch, so a step that ends there has failed.
	singleStep bool
	// price is what a job of a Runner costs; nil if that is unknown.
	price func(runner string, took time.Duration) *float64

	// Only Observe uses these.
	steps []runevents.StepResult
	// failed is why a step that ran alone has, if its Catch took it.
	failed *asl.Error
	// failedStep is the path of the step that failed last.
	failedStep string

	mu     sync.Mutex
	visits int
	open   map[string]*openStep // by path
}

// openStep is a step that runs.
type openStep struct {
	runevents.Step
	started time.Time
	// timeout is the step's TimeoutSeconds, failure why the last attempt failed.
	timeout time.Duration
	failure *runevents.Failure
}

var _ asl.Observer = (*recorder)(nil)

func newRecorder(o Options) *recorder {
	r := &recorder{
		events: o.Events, watch: o.Watch, places: o.Places, singleStep: len(o.Steps) > 0,
		steps: []runevents.StepResult{}, open: map[string]*openStep{},
	}
	if r.watch == nil {
		r.watch = func(asl.Event) {}
	}
	if r.silent = r.events == nil; r.silent {
		r.events = runevents.NewStream()
	}
	return r
}

// Observe implements asl.Observer.
func (d *recorder) Observe(event asl.Event) {
	d.watch(event)
	switch event.Kind {
	case asl.Entered:
		step := d.enter(event)
		d.events.Emit(runevents.Event{
			Kind: runevents.StepStarted, Time: event.Time, Step: &step, Input: d.payload(event.Input), Variables: d.payload(event.Variables),
		})
	case asl.Retried:
		step := d.step(event.Path)
		d.events.Emit(runevents.Event{
			Kind: runevents.AttemptFailed, Time: event.Time, Step: &step.Step, Attempt: event.Attempt,
			Error: eventError(event.Error), Failure: d.failure(event.Path, event.Error), Delay: runevents.Seconds(event.Delay),
		})
	case asl.Waiting:
		step := d.step(event.Path)
		d.events.Emit(runevents.Event{Kind: runevents.WaitStarted, Time: event.Time, Step: &step.Step, Delay: runevents.Seconds(event.Delay)})
	case asl.Succeeded, asl.Failed, asl.Caught, asl.Aborted:
		d.ended(event)
	}
}

// payload is a value as JSON, if somebody takes it.
func (d *recorder) payload(value any) json.RawMessage {
	if d.silent {
		return nil
	}
	return encoded(value)
}

// enter notes that a step runs.
func (d *recorder) enter(event asl.Event) runevents.Step {
	places := d.places.Steps[event.State]
	d.mu.Lock()
	defer d.mu.Unlock()
	d.visits++
	step := runevents.Step{
		Name: event.State, Path: event.Path, Type: event.Type, Runner: places.Runner, Place: places.Step, Visit: d.visits,
	}
	d.open[event.Path] = &openStep{Step: step, started: event.Time}
	return step
}

// step is a step that runs.
func (d *recorder) step(path string) openStep {
	d.mu.Lock()
	defer d.mu.Unlock()
	return *d.open[path]
}

func (d *recorder) ended(event asl.Event) {
	step := d.step(event.Path)
	status := map[asl.EventKind]runevents.Status{
		asl.Succeeded: runevents.Succeeded, asl.Failed: runevents.Failed, asl.Caught: runevents.Caught, asl.Aborted: runevents.Stopped,
	}[event.Kind]
	if status == runevents.Caught && d.singleStep && event.Path == event.State {
		status, d.failed = runevents.Failed, event.Error
	}
	result := runevents.StepResult{
		Step: step.Step, Status: status, Attempts: event.Attempt + 1, Started: step.started,
		Duration: runevents.Seconds(event.Duration), Error: eventError(event.Error), Original: eventError(event.Original), Next: event.Next,
	}
	if step.Runner != "" {
		result.Price = d.price(step.Runner, event.Duration)
	}
	if status != runevents.Succeeded {
		cause := event.Error
		if event.Original != nil {
			cause = event.Original
		}
		result.Failure = d.failure(event.Path, cause)
	}
	if status == runevents.Failed && !strings.HasPrefix(d.failedStep, event.Path+"[") {
		d.failedStep = event.Path // not the Parallel around a step that failed
	}
	d.steps = append(d.steps, result)
	d.mu.Lock()
	delete(d.open, event.Path)
	d.mu.Unlock()
	emitted := runevents.Event{Kind: runevents.StepEnded, Time: event.Time, Step: &result.Step, Ended: &result}
	if event.Output != nil {
		emitted.Output = d.payload(event.Output)
	}
	d.events.Emit(emitted)
}

// failure is why the last attempt of a step failed, beyond its error; nil if there is
// nothing more to say.
func (d *recorder) failure(path string, cause *asl.Error) *runevents.Failure {
	step := d.step(path)
	failure := step.failure
	if cause != nil && cause.Name == asl.Timeout && step.timeout > 0 {
		limited := runevents.Failure{}
		if failure != nil {
			limited = *failure
		}
		limited.Limit = &runevents.Limit{
			Name: "TimeoutSeconds of step " + step.Name, Value: runevents.Seconds(step.timeout), Place: d.places.Steps[step.Name].Timeout,
		}
		return &limited
	}
	return failure
}

// began notes an attempt.
func (d *recorder) began(task asl.Task) runevents.Step {
	d.mu.Lock()
	step := d.open[task.Path]
	step.timeout, step.failure = task.Timeout, nil
	started := step.Step
	d.mu.Unlock()
	d.events.Emit(runevents.Event{Kind: runevents.AttemptStarted, Step: &started, Attempt: task.Attempt + 1})
	return started
}

// attemptFailed notes why an attempt failed.
func (d *recorder) attemptFailed(task asl.Task, err error, lastLines []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	step := d.open[task.Path]
	failure := &runevents.Failure{LastLines: lastLines}
	var script *scriptError
	if errors.As(err, &script) {
		d.describe(failure, step, script.end)
	}
	if failure.Command != nil || len(lastLines) > 0 || failure.Limit != nil {
		step.failure = failure
	}
}

// describe fills in how a script ended.
func (d *recorder) describe(failure *runevents.Failure, step *openStep, end *worker.ScriptEnd) {
	failure.ExitCode, failure.Signal, failure.Meaning = end.Code, end.Signal, end.Words()
	if end.Command > 0 {
		failure.Command = &runevents.Command{
			Number: end.Command, Count: end.Commands, Line: end.Line, Text: end.Text,
			Place: d.places.Steps[step.Name].command(end.Command, end.Line),
		}
	}
	if end.Limit > 0 {
		failure.Limit = d.places.jobTimeout(step.Runner, end.Limit)
	}
}

func eventError(e *asl.Error) *runevents.Error {
	if e == nil {
		return nil
	}
	return &runevents.Error{Name: e.Name, Cause: e.Cause}
}

// recordedTasks tells the recorder of attempts and of the ends of their jobs.
type recordedTasks struct {
	next     asl.Tasks
	log      *jobLog
	recorder *recorder
}

var _ asl.Tasks = (*recordedTasks)(nil)

// Do implements asl.Tasks.
func (w *recordedTasks) Do(ctx context.Context, task asl.Task) (any, error) {
	step := w.recorder.began(task)
	if task.Token != "" {
		w.log.expect(task.Token, step)
	}
	result, err := w.next.Do(ctx, task)
	var lines []string
	if task.Token != "" {
		lines = w.log.forget(task.Token)
	}
	if err != nil {
		w.recorder.attemptFailed(task, err, lines)
	}
	return result, err
}
