package simulation

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"
	"sync"
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

// world is everything of one schedule. Only the goroutine of play uses it, apart from
// mu's fields.
type world struct {
	*schedule
	fake     *launchtest.Fake
	mutation Mutation
	events   events
	// due are the events whose time has come, in their order.
	due    []event
	number int
	trace  func(string)

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

	mu      sync.Mutex
	waiting []*call
	ended   []*invocation
	living  int
	signal  chan struct{}
	latest  int
	uniques int
	steps   int
	// starts are the requests that have started a task or a host.
	starts map[string]bool
	// before are states that were read, for a mutation.
	before map[string]readState
}

// event is something that happens at a time.
type event struct {
	at     time.Time
	number int
	do     func()
}

type events []event

func (e events) Len() int { return len(e) }

func (e events) Less(i, j int) bool {
	return cmp.Or(e[i].at.Compare(e[j].at), cmp.Compare(e[i].number, e[j].number)) < 0
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	(*e)[len(*e)-1] = event{}
	*e = (*e)[:len(*e)-1]
	return last
}

// after has something happen after a time.
func (w *world) after(duration time.Duration, do func()) {
	w.number++
	heap.Push(&w.events, event{time.Now().Add(duration), w.number, do})
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
		choice := 0
		if due+len(calls) > 1 {
			choice = w.one(due + len(calls))
		}
		if choice < len(calls) {
			w.allow(calls[choice])
			continue
		}
		chosen := w.due[choice-len(calls)]
		w.due = slices.Delete(w.due, choice-len(calls), choice-len(calls)+1)
		chosen.do()
	}
}

// settle waits until every invocation waits for something, and handles those that have
// ended.
func (w *world) settle() {
	w.mu.Lock()
	idle := w.living+len(w.ended) == 0
	w.mu.Unlock()
	if idle {
		return
	}
	synctest.Wait()
	w.finish()
}

// takeDue notes the events whose time has come. None comes before those that are noted.
func (w *world) takeDue() {
	for now := time.Now(); len(w.events) > 0 && !w.events[0].at.After(now); {
		w.due = append(w.due, heap.Pop(&w.events).(event))
	}
}

// sleep waits for the next event or call. It returns false when until has come, or
// nothing is left to wait for.
func (w *world) sleep(until time.Time) bool {
	next := until
	if len(w.events) > 0 && w.events[0].at.Before(until) {
		next = w.events[0].at
	}
	w.mu.Lock()
	living := w.living
	w.mu.Unlock()
	switch {
	case !time.Now().Before(until):
		return false
	case living == 0 && len(w.events) == 0:
		return false
	case living == 0:
		time.Sleep(time.Until(next))
		return true
	}
	timer := time.NewTimer(time.Until(next))
	defer timer.Stop()
	select {
	case <-w.signal:
	case <-timer.C:
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

// stop ends all invocations that are left.
func (w *world) stop() {
	for {
		synctest.Wait()
		w.mu.Lock()
		left, waiting := w.living, w.waiting
		w.waiting = nil
		w.mu.Unlock()
		for _, c := range waiting {
			if c.from.mortal {
				c.verdict <- die
			} else {
				c.verdict <- refuse // a panic in a goroutine of its own would end all
			}
		}
		if left == 0 {
			return
		}
		if len(waiting) == 0 {
			time.Sleep(time.Minute)
		}
	}
}

// background is the context of what nobody cancels.
func background() context.Context { return context.Background() }
