package simulation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing/synctest"
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
	thread *coroutine
	// call is the call that it waits to make; "" if it waits for something else.
	// delayed means that the call does not come yet, next what becomes of it.
	call    string
	delayed bool
	next    verdict
	// until is when a pause ends, unless changed is closed before. expires means that the
	// context ends then, too.
	until   time.Time
	changed <-chan struct{}
	expires bool

	dead  bool
	ended bool
	err   error
	end   func(failed bool)
}

// invoke has a function run do, and calls end with what became of it.
func (w *world) invoke(name string, mortal bool, do func(ctx context.Context, l *launch.Launcher) error, end func(failed bool)) {
	w.latest++
	i := &invocation{number: w.latest, name: name, mortal: mortal, end: end}
	if w.trace != nil {
		w.log("%s begins (%d)", name, i.number)
	}
	launcher, err := launch.New(settings(), w.mutation.ports(w, w.fake.Ports(func(call string, done bool) error { return w.hook(i, call, done) })), nil)
	if err != nil {
		panic(err) // the simulation's mistake
	}
	launcher = launcher.WithPauses(func(ctx context.Context, d time.Duration) { w.pause(i, ctx, nil, time.Now().Add(d)) })
	i.thread = w.coroutines.take(func() {
		ctx, cancel := context.WithTimeout(background(), functionTimeout)
		defer cancel()
		i.err = survive(func() error { return do(ctx, launcher) })
		i.ended = true
	})
	w.living = append(w.living, i)
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

// wait has an invocation wait until it is resumed.
func (i *invocation) wait() {
	i.thread.wait(struct{}{})
	if i.dead {
		panic(errDead)
	}
}

// hook is called in the invocation's coroutine, before and after each call.
func (w *world) hook(i *invocation, name string, done bool) error {
	if i.dead {
		panic(errDead)
	}
	v := i.next
	if !done {
		i.call = name
		i.wait()
		v, i.call = i.next, ""
	}
	switch {
	case v == die, v == dieAfter && done:
		i.dead = true
		panic(errDead)
	case v == refuse, v == unanswer && done:
		i.next = pass
		return errFailed
	}
	return nil
}

// pause has an invocation wait until a time, or until changed is closed.
func (w *world) pause(i *invocation, ctx context.Context, changed <-chan struct{}, until time.Time) {
	if ctx.Err() != nil {
		return
	}
	i.until, i.changed = until, changed
	if end, bounded := ctx.Deadline(); bounded && !end.After(until) {
		i.until, i.expires = end, true
	}
	i.wait()
}

// mayGoOn reports whether an invocation goes on by itself.
func (i *invocation) mayGoOn(now time.Time) bool {
	if i.call != "" || i.ended {
		return false
	}
	select {
	case <-i.changed:
		return true
	default:
		return !now.Before(i.until)
	}
}

// settle has every invocation go on until it waits for something, in an order that the
// seed decides, and handles those that have ended.
func (w *world) settle() {
	for now := time.Now(); ; {
		w.ready = w.ready[:0]
		for _, i := range w.living {
			if i.mayGoOn(now) {
				w.ready = append(w.ready, i)
			}
		}
		if len(w.ready) == 0 {
			break
		}
		w.resume(w.ready[w.oneOf(len(w.ready))])
	}
	var ended []*invocation
	w.living = slices.DeleteFunc(w.living, func(i *invocation) bool {
		if i.ended {
			ended = append(ended, i)
		}
		return i.ended
	})
	for _, i := range ended {
		if w.trace != nil {
			w.log("%s ends (%d): %v", i.name, i.number, i.err)
		}
		i.end(i.err != nil)
	}
}

// resume has an invocation go on.
func (w *world) resume(i *invocation) {
	if i.expires {
		synctest.Wait() // its context ends by a timer
	}
	i.until, i.changed, i.expires = time.Time{}, nil, false
	w.current = i
	i.thread.resume()
	if i.ended {
		w.coroutines.put(i.thread)
	}
}

// arrived are the invocations whose calls wait to be made, in their order.
func (w *world) arrived() []*invocation {
	w.calls = w.calls[:0]
	for _, i := range w.living {
		if i.call != "" && !i.delayed {
			w.calls = append(w.calls, i)
		}
	}
	return w.calls
}

// allow has a call made, fail, or wait longer.
func (w *world) allow(i *invocation) {
	on := i.call
	if w.trace != nil {
		on = fmt.Sprintf("%s of %s (%d)", i.call, i.name, i.number)
	}
	v := pass
	switch {
	case w.happens(callDelayed, on):
		w.log("%s is delayed", on)
		i.delayed = true
		w.after(w.between(100*time.Millisecond, 20*time.Second), func() { i.delayed = false })
		return
	case w.happens(callFails, on):
		v = refuse
	case w.happens(callUnanswered, on):
		v = unanswer
	case i.mortal && w.happens(launcherDies, on):
		v = die
	case i.mortal && w.happens(launcherDied, on):
		v = dieAfter
	}
	if w.trace != nil {
		w.log("%s: %s", on, [...]string{"done", "refused", "done, not answered", "death before", "death after"}[v])
	}
	switch i.call {
	case "Cluster.Run", "Cluster.Stop", "Cluster.Deregister", "Hosts.Run", "Hosts.Terminate", "Checks.At":
		w.changed = true
	}
	i.next = v
	w.resume(i)
}

// nextPause is when the first pause ends before a time.
func (w *world) nextPause(before time.Time) time.Time {
	for _, i := range w.living {
		if i.call == "" && i.until.Before(before) {
			before = i.until
		}
	}
	return before
}

// stop ends all invocations that are left.
func (w *world) stop() {
	for _, i := range w.living {
		i.dead = true
		w.resume(i)
	}
	w.living = nil
}
