package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/attini-go/runner/asl/jsonata"
)

const (
	defaultMaxPayload = 262_144 // bytes; the service's quota
	maxEvents         = 25_000  // of an execution's history; the service's quota
)

// Machine is a compiled state machine. It does not change, and can run many times, also concurrently.
type Machine struct {
	graph   *graph
	timeout time.Duration
}

// Tasks lists every Task state, those inside Parallel and Map states too, in the definition's order.
func (m *Machine) Tasks() []TaskState {
	var tasks []TaskState
	for _, s := range m.graph.all() {
		if w, ok := s.work.(task); ok {
			tasks = append(tasks, TaskState{Name: s.name, Resource: w.resource, Parameters: s.written(), Path: s.at.path(nil)})
		}
	}
	return tasks
}

// written is the JSON of a state's Parameters or Arguments.
func (s *state) written() json.RawMessage {
	for i := range s.at.value.Len() {
		name, value := s.at.value.Field(i)
		if name == "Parameters" && !s.jsonata || name == "Arguments" && s.jsonata {
			text, _ := encode(decoded(value))
			return text
		}
	}
	return nil
}

// StateNames lists the names of all states, nested ones too, in the definition's order.
func (m *Machine) StateNames() []string {
	var names []string
	for _, s := range m.graph.all() {
		names = append(names, s.name)
	}
	return names
}

// Run executes the machine and returns its output: compact JSON, fields in their order. The error is an [*Error] if the execution failed, with the
// path of the state that failed, and context.Cause(ctx) if ctx ended.
func (m *Machine) Run(ctx context.Context, e Execution, o Options) (json.RawMessage, error) {
	return m.execute(ctx, e, o, func(ctx context.Context, r *run, input any) (any, error) {
		return r.graph(ctx, m.graph, place{}, input)
	})
}

// RunState executes one state alone, found by name at any depth, with e.Input as its input: its retriers and catchers work, its Next is
// ignored. A state inside a Map has no Map.Item in its context object then. Errors are those of Run.
func (m *Machine) RunState(ctx context.Context, name string, e Execution, o Options) (json.RawMessage, error) {
	for _, s := range m.graph.all() {
		if s.name == name {
			return m.execute(ctx, e, o, func(ctx context.Context, r *run, input any) (any, error) {
				e, err := r.visit(ctx, s, place{}, input)
				return e.output, err
			})
		}
	}
	return nil, fmt.Errorf("run state %q: the machine has no such state (its states: %s)", name, strings.Join(m.StateNames(), ", "))
}

func (m *Machine) execute(
	ctx context.Context, e Execution, o Options, do func(context.Context, *run, any) (any, error),
) (json.RawMessage, error) {
	if err := stopped(ctx); err != nil {
		return nil, err
	}
	r, input, err := newRun(e, o)
	if err != nil {
		return nil, err
	}
	limited, stop := withTimeLimit(ctx, r.clock, m.timeout)
	var output any
	if virtual, ok := r.clock.(*VirtualTime); ok {
		virtual.execution(func() { output, err = do(limited, r, input) })
	} else {
		output, err = do(limited, r, input)
	}
	timedOut := stop()
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, context.Cause(ctx)
	case timedOut:
		e := failure(Timeout, "the execution took longer than the machine's TimeoutSeconds, %s", m.timeout)
		e.own, e.event = true, false
		return nil, e
	case err != nil:
		return nil, err
	}
	return encode(output)
}

// run is one execution under way.
type run struct {
	tasks       Tasks
	clock       Clock
	newToken    func() string
	random      func() float64
	newID       func() string  // of what has a UUID
	given       func() float64 // Options.Random; nil if there is none
	maxPayload  int
	items       func(context.Context, ItemSource) (io.ReadCloser, error)
	results     func(context.Context, ResultFile) error
	fixed       *Object // the context object's constant part
	contextOnce func() *jsonata.Object
	events      *atomic.Int64 // of the history the service would write
	telling     *sync.Mutex   // keeps the observer's calls apart
	observer    Observer
}

func newRun(e Execution, o Options) (*run, any, error) {
	r := &run{
		tasks: o.Tasks, clock: o.Clock, newToken: o.NewToken, random: o.Random, maxPayload: o.MaxPayload, observer: o.Observer,
		items: o.Items, results: o.Results, events: &atomic.Int64{}, telling: &sync.Mutex{},
	}
	if r.clock == nil {
		r.clock = realClock{}
	}
	if r.newToken == nil {
		r.newToken = uuid.NewString
	} else {
		r.newToken = oneAtATime(o.NewToken)
	}
	if r.random == nil {
		r.random, r.newID = rand.Float64, uuid.NewString
	} else {
		r.random = oneAtATime(o.Random)
		r.given = r.random
		r.newID = func() string { return jsonata.UUID(r.random) }
	}
	if r.maxPayload == 0 {
		r.maxPayload = defaultMaxPayload
	}
	if len(e.Input) == 0 {
		e.Input = json.RawMessage("{}")
	}
	input, err := decode(e.Input)
	if err != nil {
		return nil, nil, outside(Runtime, "the execution's input is not JSON: %s", err)
	}
	if e.StartTime.IsZero() {
		e.StartTime = r.clock.Now()
	}
	r.fixed = executionContext(e, input)
	r.contextOnce = convertedOnce(r.fixed)
	r.events.Store(1) // ExecutionStarted
	_, err = r.sized("the execution's input", input)
	if e := (*Error)(nil); errors.As(err, &e) {
		e.event = false
	}
	return r, input, err
}

// oneAtATime keeps branches from calling the caller's function at once.
func oneAtATime[T any](f func() T) func() T {
	var mutex sync.Mutex
	return func() T {
		mutex.Lock()
		defer mutex.Unlock()
		return f()
	}
}

// child is a run whose history is its own, as that of an execution of a distributed Map.
func (r *run) child() *run {
	c := *r
	c.events = &atomic.Int64{}
	return &c
}

// count adds events to the history and gives the number of the last. The service limits how many there are: that ends a loop without an end.
func (r *run) count(events int64) (int64, error) {
	number := r.events.Add(events)
	if number > maxEvents {
		return number, failure(Runtime, "the execution reached the limit of %d events in its history; a loop in the plan may have no end", maxEvents)
	}
	return number, nil
}

// sized holds a value to the payload quota and gives its JSON.
func (r *run) sized(what string, value any) (json.RawMessage, error) {
	text, err := encode(value)
	if err != nil {
		return nil, failure(Runtime, "%s is not JSON: %s", what, err)
	}
	if len(text) > r.maxPayload {
		return nil, failure(DataLimitExceeded, "%s has %d bytes of JSON; the limit is %d", what, len(text), r.maxPayload)
	}
	return text, nil
}

// fits holds what a state or a task gave to the payload quota, and fails in the service's words.
func (r *run) fits(source string, value any) error {
	if text, err := encode(value); err != nil {
		return failure(Runtime, "the output of %q is not JSON: %s", source, err)
	} else if len(text) > r.maxPayload {
		return outside(DataLimitExceeded, "The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", source)
	}
	return nil
}

func (r *run) tell(e Event) {
	if r.observer == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.observer.Observe(e)
}
