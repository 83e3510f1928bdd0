// Package history makes the events of a run of what Step Functions recorded of an
// execution, so that a run on AWS is shown as one on a laptop.
package history

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/runevents"
)

// Record is an event of an execution's history, with what a run needs of it.
type Record struct {
	// ID counts from 1. Previous is the ID of the event that led to this one.
	ID, Previous int64
	Time         time.Time
	// Type is Step Functions' name of the event, such as TaskStateEntered.
	Type string
	// Name is the state's; Input and Output are payloads.
	Name, Input, Output string
	// Index is the number of a Map's iteration.
	Index        int
	Error, Cause string
}

// Branch finds a branch of a Parallel by the state that it starts at; -1 if that is
// unknown.
type Branch func(parallel, start string) int

// Events are the events of a run: about says which one. An execution that has not ended
// has no runEnded.
func Events(about runevents.Run, records []Record, branch Branch) []runevents.Event {
	r := &reader{at: map[int64]position{}, branch: branch}
	for i, record := range records {
		if i == 0 {
			r.started = record.Time
			r.emit(runevents.Event{Kind: runevents.RunStarted, Time: record.Time, Version: runevents.Version, Run: &about, Input: payload(record.Input)})
		}
		r.at[record.ID] = r.take(record, r.at[record.Previous])
	}
	return r.events
}

// position is where in the plan an event happened.
type position struct {
	// prefix is that of paths there: Regions[1]. is inside an iteration.
	prefix string
	// around is the Parallel or Map that it is in, and visit the state; nil for none.
	around, visit *visit
	// branches says that the next states each start a branch.
	branches bool
}

// visit is a state that was entered.
type visit struct {
	runevents.Step
	// outside is the position of the state itself.
	outside  position
	started  time.Time
	attempts int
	branches int
	// failed is the failure of the last attempt; nil if it did not fail.
	failed   *runevents.Error
	failedAt time.Time
	ended    bool
}

type reader struct {
	events  []runevents.Event
	at      map[int64]position
	visits  []*visit
	branch  Branch
	started time.Time
	results []runevents.StepResult
}

func (r *reader) emit(event runevents.Event) { r.events = append(r.events, event) }

// take reads one record, and says where it happened. Step Functions' names of events
// have the state's type first and what happened last.
func (r *reader) take(record Record, before position) position {
	kind := record.Type
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		return r.enter(record, before)
	case strings.HasSuffix(kind, "StateExited"):
		return r.exit(record, before)
	case strings.HasPrefix(kind, "Execution"):
		r.endRun(record)
	case kind == "ParallelStateStarted":
		before.branches = true
	case strings.HasPrefix(kind, "MapIteration"):
		return r.iterate(record, before)
	case strings.HasPrefix(kind, "ParallelState"), strings.HasPrefix(kind, "MapState"):
		return r.container(record, before)
	case before.visit == nil:
	case strings.HasSuffix(kind, "Scheduled"):
		r.attempt(record, before.visit)
	case record.Error != "" || strings.HasSuffix(kind, "Failed") || strings.HasSuffix(kind, "TimedOut"):
		before.visit.failed, before.visit.failedAt = failure(record), record.Time
	}
	return before
}

func failure(record Record) *runevents.Error {
	name := record.Error
	if name == "" && strings.HasSuffix(record.Type, "TimedOut") {
		name = "States.Timeout"
	}
	return &runevents.Error{Name: name, Cause: record.Cause}
}

func payload(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

func (r *reader) enter(record Record, before position) position {
	outside := position{prefix: before.prefix, around: before.around}
	if before.branches && before.visit != nil {
		parallel := before.visit
		i := r.branch(parallel.Name, record.Name)
		if i < 0 {
			i = parallel.branches
		}
		parallel.branches++
		outside = position{prefix: fmt.Sprintf("%s[%d].", parallel.Path, i), around: parallel}
	}
	v := &visit{outside: outside, started: record.Time, Step: runevents.Step{
		Name: record.Name, Path: outside.prefix + record.Name,
		Type: strings.TrimSuffix(record.Type, "StateEntered"), Visit: len(r.visits) + 1,
	}}
	r.visits = append(r.visits, v)
	r.emit(runevents.Event{Kind: runevents.StepStarted, Time: record.Time, Step: &v.Step, Input: payload(record.Input)})
	outside.visit = v
	return outside
}

// iterate goes into an iteration of a Map, or comes out of it.
func (r *reader) iterate(record Record, before position) position {
	around := before.around
	if v := before.visit; v != nil && v.Type == "Map" && !v.ended {
		around = v
	}
	for around != nil && around.Name != record.Name && around.outside.around != nil {
		around = around.outside.around
	}
	if around == nil {
		return before
	}
	if record.Type == "MapIterationStarted" {
		return position{prefix: fmt.Sprintf("%s[%d].", around.Path, record.Index), around: around}
	}
	return inside(around)
}

// inside is the position of a state that has been entered.
func inside(v *visit) position {
	at := v.outside
	at.visit = v
	return at
}

// container is an event of a whole Parallel or Map.
func (r *reader) container(record Record, before position) position {
	v := before.visit
	if v == nil || v.ended || v.Type != "Parallel" && v.Type != "Map" {
		v = before.around
	}
	if v == nil {
		return before
	}
	if strings.HasSuffix(record.Type, "Failed") {
		v.failed, v.failedAt = r.lastFailure(v, record), record.Time
	}
	return inside(v)
}

// lastFailure is why a Parallel or Map failed: the error of the state in it that failed
// last, where the record has none.
func (r *reader) lastFailure(v *visit, record Record) *runevents.Error {
	if record.Error != "" {
		return failure(record)
	}
	var last *visit
	for _, other := range r.visits {
		if other.failed != nil && !other.ended && strings.HasPrefix(other.Path, v.Path+"[") && (last == nil || !other.failedAt.Before(last.failedAt)) {
			last = other
		}
	}
	if last == nil {
		return failure(record)
	}
	return last.failed
}

// attempt starts a try of a Task. The failure of the one before was retried.
func (r *reader) attempt(record Record, v *visit) {
	if v.failed != nil {
		r.emit(runevents.Event{
			Kind: runevents.AttemptFailed, Time: v.failedAt, Step: &v.Step, Attempt: v.attempts, Error: v.failed,
			Delay: runevents.Seconds(record.Time.Sub(v.failedAt)),
		})
		v.failed = nil
	}
	v.attempts++
	r.emit(runevents.Event{Kind: runevents.AttemptStarted, Time: record.Time, Step: &v.Step, Attempt: v.attempts})
}
