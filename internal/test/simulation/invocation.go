package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/attini-go/runner/internal/launch"
)

var (
	errDead   = errors.New("the launcher died")
	errFailed = errors.New("the service does not answer")
)

// functionTimeout is the launcher's, as its function has it.
const functionTimeout = 5 * time.Minute

// verdict is what becomes of a call.
type verdict int

const (
	pass verdict = iota
	refuse
	unanswer
	die
	dieAfter
)

// invocation is one invocation of the launcher.
type invocation struct {
	number int
	name   string
	// mortal means that it may die at a call.
	mortal bool
	next   verdict
	dead   bool
	err    error
	end    func(failed bool)
}

// call is a call of an invocation that waits to be made.
type call struct {
	from    *invocation
	name    string
	delayed bool
	verdict chan verdict
}

// invoke has a function run do, and calls end with what became of it.
func (w *world) invoke(name string, mortal bool, do func(ctx context.Context, l *launch.Launcher) error, end func(failed bool)) {
	w.latest++
	i := &invocation{number: w.latest, name: name, mortal: mortal, end: end}
	w.log("%s begins (%d)", name, i.number)
	launcher, err := launch.New(settings(), w.mutation.ports(w, w.fake.Ports(func(call string, done bool) error { return w.hook(i, call, done) })), nil)
	if err != nil {
		panic(err) // the simulation's mistake
	}
	launcher = launcher.WithoutJitter()
	w.mu.Lock()
	w.living++
	w.mu.Unlock()
	go func() {
		ctx, cancel := context.WithTimeout(background(), functionTimeout)
		defer cancel()
		i.err = survive(func() error { return do(ctx, launcher) })
		w.mu.Lock()
		defer w.mu.Unlock()
		w.living--
		w.ended = append(w.ended, i)
		w.wake()
	}()
}

// survive turns an invocation's death into an error.
func survive(do func() error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			if thrown != errDead {
				panic(thrown)
			}
			err = errDead
		}
	}()
	return do()
}

// wake has the world look again. Only under the lock.
func (w *world) wake() {
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// hook is called in the invocation's goroutine, before and after each call.
func (w *world) hook(i *invocation, name string, done bool) error {
	if i.dead {
		panic(errDead)
	}
	if done {
		v := i.next
		i.next = pass
		switch v {
		case dieAfter:
			i.dead = true
			panic(errDead)
		case unanswer:
			return errFailed
		}
		return nil
	}
	c := &call{from: i, name: name, verdict: make(chan verdict)}
	w.mu.Lock()
	w.waiting = append(w.waiting, c)
	w.wake()
	w.mu.Unlock()
	switch i.next = <-c.verdict; i.next {
	case die:
		i.dead = true
		panic(errDead)
	case refuse:
		i.next = pass
		return errFailed
	}
	return nil
}

// arrived are the calls that wait to be made, in the order of their invocations.
func (w *world) arrived() []*call {
	w.mu.Lock()
	defer w.mu.Unlock()
	var calls []*call
	for _, c := range w.waiting {
		if !c.delayed {
			calls = append(calls, c)
		}
	}
	slices.SortFunc(calls, func(a, b *call) int { return cmp.Compare(a.from.number, b.from.number) })
	return calls
}

// allow has a call made, fail, or wait longer.
func (w *world) allow(c *call) {
	on := c.name
	if w.trace != nil {
		on = fmt.Sprintf("%s of %s (%d)", c.name, c.from.name, c.from.number)
	}
	v := pass
	switch {
	case w.happens(callDelayed, on):
		w.log("%s is delayed", on)
		c.delayed = true
		w.after(w.between(100*time.Millisecond, 20*time.Second), func() { c.delayed = false })
		return
	case w.happens(callFails, on):
		v = refuse
	case w.happens(callUnanswered, on):
		v = unanswer
	case c.from.mortal && w.happens(launcherDies, on):
		v = die
	case c.from.mortal && w.happens(launcherDied, on):
		v = dieAfter
	}
	w.log("%s: %s", on, [...]string{"done", "refused", "done, not answered", "death before", "death after"}[v])
	switch c.name {
	case "Cluster.Run", "Cluster.Stop", "Cluster.Deregister", "Hosts.Run", "Hosts.Terminate", "Checks.At":
		w.changed = true
	}
	w.mu.Lock()
	w.waiting = slices.DeleteFunc(w.waiting, func(other *call) bool { return other == c })
	w.mu.Unlock()
	c.verdict <- v
}

// finish handles the invocations that have ended.
func (w *world) finish() {
	w.mu.Lock()
	ended := w.ended
	w.ended = nil
	w.mu.Unlock()
	slices.SortFunc(ended, func(a, b *invocation) int { return cmp.Compare(a.number, b.number) })
	for _, i := range ended {
		w.log("%s ends (%d): %v", i.name, i.number, i.err)
		i.end(i.err != nil)
	}
}
