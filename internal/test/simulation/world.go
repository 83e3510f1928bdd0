package simulation

import (
	"context"
	"fmt"
	"slices"
	"testing/synctest"
	"time"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

const (
	// maxSteps is far more than happens in a schedule.
	maxSteps = 20_000
	// mostDue is how many due events are chosen from.
	mostDue = 8
)

// world is everything of one schedule. One goroutine uses it at a time.
type world struct {
	*schedule
	fake     *launchtest.Fake
	mutation Mutation
	events   []event
	// due are the events whose time has come, in their order.
	due   []event
	trace func(string)

	// worker, in a test, runs an agent in the model's place; runs is how long jobs run.
	// No rule counts then.
	worker func(*agent)
	runs   func(token string) time.Duration

	runner configuration.Configuration
	// ids are the configurations that were deployed, in their order.
	ids     []string
	removed bool
	jobs    []*job
	byToken map[string]*job
	agents  []*agent
	byTask  map[string]*agent
	hosts   map[string]*host
	// changed means that tasks or hosts may have changed.
	changed   bool
	violation *Violation

	coroutines *coroutines
	// living are the invocations that have not ended, in their order; current is the one
	// that runs. ready is settle's, calls arrived's.
	living       []*invocation
	current      *invocation
	ready, calls []*invocation
	latest       int
	uniques      int
	steps        int
	// starts are the requests that have started a task or a host.
	starts map[string]bool
	// before are states that were read, for a mutation.
	before map[string]readState
}

// event is something that happens at a time.
type event struct {
	at time.Time
	do func()
	// by, if it is set, does it if it is alive then.
	by *agent
}

// after has something happen after a time.
func (w *world) after(duration time.Duration, do func()) { w.add(duration, nil, do) }

// add adds an event. They are in the order in which they happen, the next one last.
func (w *world) add(duration time.Duration, by *agent, do func()) {
	at := time.Now().Add(duration)
	i := len(w.events)
	for i > 0 && !at.Before(w.events[i-1].at) {
		i--
	}
	w.events = slices.Insert(w.events, i, event{at, do, by})
}

// happen has an event happen.
func (e event) happen() {
	if e.by != nil {
		e.by.act(e.do)
		return
	}
	e.do()
}

// next is when the next event happens, if that is before a time.
func (w *world) next(before time.Time) time.Time {
	if last := len(w.events) - 1; last >= 0 && w.events[last].at.Before(before) {
		return w.events[last].at
	}
	return before
}

// run lets things happen until a time, or until nothing can happen any more.
func (w *world) run(until time.Time) {
	for w.violation == nil {
		w.settle()
		if w.changed {
			w.changed = false
			w.notice()
		}
		w.takeDue()
		calls, due := w.arrived(), min(len(w.due), mostDue)
		if due+len(calls) == 0 {
			if !w.sleep(until) {
				return
			}
			continue
		}
		if w.steps++; w.steps > maxSteps {
			w.violate("work is bounded", "%d things happened", w.steps)
			return
		}
		choice := w.oneOf(due + len(calls))
		if choice < len(calls) {
			w.allow(calls[choice])
			continue
		}
		chosen := w.due[choice-len(calls)]
		w.due = slices.Delete(w.due, choice-len(calls), choice-len(calls)+1)
		chosen.happen()
	}
}

// takeDue notes the events whose time has come. None comes before those that are noted.
func (w *world) takeDue() {
	now, last := time.Now(), len(w.events)
	for ; last > 0 && !w.events[last-1].at.After(now); last-- {
		w.due = append(w.due, w.events[last-1])
	}
	clear(w.events[last:])
	w.events = w.events[:last]
}

// sleep waits for the next event, or the end of a pause. It returns false when until has
// come, or nothing is left to wait for.
func (w *world) sleep(until time.Time) bool {
	switch {
	case !time.Now().Before(until):
		return false
	case len(w.living) == 0 && len(w.events) == 0:
		return false
	case slices.ContainsFunc(w.living, func(i *invocation) bool { return i.mayGoOn(time.Now()) }):
		return true // the end of another one was what it waited for
	}
	time.Sleep(time.Until(w.nextPause(w.next(until))))
	if len(w.living) > 0 {
		synctest.Wait() // contexts that end now
	}
	return true
}

// violate notes the first rule that does not hold.
func (w *world) violate(rule, format string, values ...any) {
	if w.violation == nil && w.runs == nil {
		w.violation = &Violation{Rule: rule, Text: fmt.Sprintf("%7.1f s  ", time.Since(w.begun).Seconds()) + fmt.Sprintf(format, values...)}
	}
}

func (w *world) log(format string, values ...any) {
	if w.trace != nil {
		w.trace(fmt.Sprintf("%7.1f s  ", time.Since(w.begun).Seconds()) + fmt.Sprintf(format, values...))
	}
}

// background is the context of what nobody cancels.
func background() context.Context { return context.Background() }
