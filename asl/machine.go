package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

const (
	defaultMaxPayload = 262_144 // bytes; the service's quota
	maxEvents         = 25_000  // of an execution's history; the service's quota
)

// Machine is a compiled state machine. It does not change; it may be run many times, at once too.
type Machine struct {
	graph   *graph
	timeout time.Duration
}

// Tasks lists every Task state, those inside Parallel and Map states too, in the definition's order.
func (m *Machine) Tasks() []TaskState {
	var tasks []TaskState
	for _, s := range m.graph.all() {
		if w, ok := s.work.(task); ok {
			tasks = append(tasks, TaskState{Name: s.name, Resource: w.resource, Parameters: w.parameters, Place: s.place})
		}
	}
	return tasks
}

// StateNames lists the names of all states, nested ones too, in the definition's order.
func (m *Machine) StateNames() []string {
	var names []string
	for _, s := range m.graph.all() {
		names = append(names, s.name)
	}
	return names
}

// Run executes the machine and returns its output: compact JSON with sorted keys. The error is an [*Error] if the execution failed, with the
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
				output, _, err := r.visit(ctx, s, place{}, input)
				return output, err
			})
		}
	}
	return nil, fmt.Errorf("run state %q: there is no such state; the states are %s", name, strings.Join(m.StateNames(), ", "))
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
	output, err := do(limited, r, input)
	timedOut := stop()
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, context.Cause(ctx)
	case timedOut:
		return nil, failure(Timeout, "the execution took longer than the machine's TimeoutSeconds, %s", m.timeout)
	case err != nil:
		return nil, err
	}
	return encode(output)
}

// run is one execution under way.
type run struct {
	tasks      Tasks
	clock      Clock
	newToken   func() string
	random     func() float64
	maxPayload int
	fixed      map[string]any // the context object's constant part
	events     atomic.Int64   // of the history the service would write
	telling    sync.Mutex     // keeps the observer's calls apart
	observer   Observer
}

func newRun(e Execution, o Options) (*run, any, error) {
	r := &run{
		tasks: o.Tasks, clock: o.Clock, newToken: o.NewToken, random: o.Random, maxPayload: o.MaxPayload, observer: o.Observer,
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
		r.random = rand.Float64
	} else {
		r.random = oneAtATime(o.Random)
	}
	if r.maxPayload == 0 {
		r.maxPayload = defaultMaxPayload
	}
	if len(e.Input) == 0 {
		e.Input = json.RawMessage("{}")
	}
	input, err := decode(e.Input)
	if err != nil {
		return nil, nil, failure(Runtime, "the execution's input is not JSON: %s", err)
	}
	if e.StartTime.IsZero() {
		e.StartTime = r.clock.Now()
	}
	r.fixed = executionContext(e, input)
	r.events.Store(1) // ExecutionStarted
	return r, input, r.checkSize("the execution's input", input)
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

// count adds events to the history, which the service limits: that ends a loop without an end.
func (r *run) count(events int64) error {
	if r.events.Add(events) > maxEvents {
		return failure(Runtime, "the execution reached the limit of %d events in its history; a loop in the plan may have no end", maxEvents)
	}
	return nil
}

// checkSize holds a value to the payload quota.
func (r *run) checkSize(what string, value any) error {
	text, err := encode(value)
	if err != nil {
		return failure(Runtime, "%s is not JSON: %s", what, err)
	}
	if len(text) > r.maxPayload {
		return failure(DataLimitExceeded, "%s has %d bytes of JSON; the limit is %d", what, len(text), r.maxPayload)
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
