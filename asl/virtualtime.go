package asl

import (
	"context"
	"sync"
	"time"
)

// VirtualTime is a Clock on which nothing has to be waited for: when every branch of the execution waits, the time becomes that of the next one to
// go on. It also lets only one branch or iteration go on at a time, and each one state at a time in turn, so that a run whose tasks are
// deterministic is so as a whole. A VirtualTime belongs to one execution.
type VirtualTime struct {
	mutex   sync.Mutex
	now     time.Time
	busy    bool        // some branch goes on
	ready   []*turn     // those that can, in their order
	timers  []*alarm    // sleepers and limits, in the order in which they began
	outside int         // calls of Outside that have not ended
	since   time.Time   // the real time at which now was right, while outside > 0
	wakeUp  *time.Timer // for the next alarm, while outside > 0
}

// turn is a goroutine that waits until it may go on.
type turn struct{ begin chan struct{} }

// alarm is something that happens at a time.
type alarm struct {
	at   time.Time
	ctx  context.Context //nolint:containedctx // of the sleeper
	turn *turn           // the sleeper; nil for a limit
	fire func()          // of a limit
}

// NewVirtualTime returns a clock that starts at a time.
func NewVirtualTime(start time.Time) *VirtualTime { return &VirtualTime{now: start} }

var _ Clock = (*VirtualTime)(nil)

// Now implements Clock.
func (t *VirtualTime) Now() time.Time {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.time()
}

func (t *VirtualTime) time() time.Time {
	if t.outside > 0 {
		return t.now.Add(time.Since(t.since))
	}
	return t.now
}

// Sleep implements Clock. Only goroutines of the execution may call it.
func (t *VirtualTime) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	t.mutex.Lock()
	mine := newTurn()
	t.timers = append(t.timers, &alarm{at: t.time().Add(d), ctx: ctx, turn: mine})
	t.handOver(mine)
	return ctx.Err()
}

// Outside runs work that takes real time, such as a job. Meanwhile the clock goes as fast as the real one, and other branches go on.
func (t *VirtualTime) Outside(work func()) {
	t.mutex.Lock()
	if t.outside == 0 {
		t.since = time.Now()
	}
	t.outside++
	t.next()
	t.mutex.Unlock()

	work()

	t.mutex.Lock()
	t.now, t.since = t.time(), time.Now()
	t.outside--
	mine := newTurn()
	t.ready = append(t.ready, mine)
	if !t.busy {
		t.next()
	}
	t.mutex.Unlock()
	<-mine.begin
}

func newTurn() *turn { return &turn{make(chan struct{})} }

// handOver lets the next one go on, and waits for mine. The mutex is held before, and not after.
func (t *VirtualTime) handOver(mine *turn) {
	t.next()
	t.mutex.Unlock()
	<-mine.begin
}

// next chooses who goes on. The mutex is held.
func (t *VirtualTime) next() {
	t.busy = false
	for {
		t.wakeAll()
		switch {
		case len(t.ready) > 0:
			t.busy = true
			close(t.ready[0].begin)
			t.ready = t.ready[1:]
			return
		case t.first() == nil:
			return // Outside's end goes on, or the execution has ended
		case t.outside > 0:
			t.awaken(t.first().at.Sub(t.time()))
			return
		}
		t.now = t.first().at
	}
}

// wakeAll makes those ready whose time has come, or whose context has ended.
func (t *VirtualTime) wakeAll() {
	now := t.time()
	for a := t.first(); a != nil && a.fire != nil && !a.at.After(now); a = t.first() {
		t.drop(a)
		a.fire()
	}
	var left []*alarm
	for _, a := range t.timers {
		if a.turn != nil && (a.ctx.Err() != nil || !a.at.After(now)) {
			t.ready = append(t.ready, a.turn)
		} else {
			left = append(left, a)
		}
	}
	t.timers = left
}

// first is the alarm with the least time; of those at one time, the one that began first.
func (t *VirtualTime) first() *alarm {
	var found *alarm
	for _, a := range t.timers {
		if found == nil || a.at.Before(found.at) {
			found = a
		}
	}
	return found
}

func (t *VirtualTime) drop(which *alarm) {
	for i, a := range t.timers {
		if a == which {
			t.timers = append(t.timers[:i], t.timers[i+1:]...)
			return
		}
	}
}

// awaken has next called after a real time, unless somebody goes on by then.
func (t *VirtualTime) awaken(d time.Duration) {
	if t.wakeUp != nil {
		t.wakeUp.Stop()
	}
	t.wakeUp = time.AfterFunc(d, func() {
		t.mutex.Lock()
		defer t.mutex.Unlock()
		if !t.busy && t.outside > 0 {
			t.next()
		}
	})
}

// execution runs the goroutine that an execution begins with.
func (t *VirtualTime) execution(run func()) {
	t.mutex.Lock()
	mine := newTurn()
	t.ready = append(t.ready, mine)
	if !t.busy {
		t.next()
	}
	t.mutex.Unlock()
	<-mine.begin
	defer func() {
		t.mutex.Lock()
		defer t.mutex.Unlock()
		t.busy = false // limits that are left do not fire
	}()
	run()
}

// pass lets all others that can go on do so first.
func (t *VirtualTime) pass() {
	t.mutex.Lock()
	mine := newTurn()
	t.ready = append(t.ready, mine)
	t.handOver(mine)
}

// together runs work n times and returns when all have ended.
func (t *VirtualTime) together(n int, work func()) {
	if n == 0 {
		return
	}
	t.mutex.Lock()
	parent, left := newTurn(), n
	for range n {
		child := newTurn()
		t.ready = append(t.ready, child)
		go func() {
			<-child.begin
			work()
			t.mutex.Lock()
			defer t.mutex.Unlock()
			if left--; left == 0 {
				t.ready = append(t.ready, parent)
			}
			t.next()
		}()
	}
	t.handOver(parent)
}

// limit is withTimeLimit without a goroutine.
func (t *VirtualTime) limit(parent context.Context, d time.Duration) (ctx context.Context, stop func() (timedOut bool)) {
	ctx, cancel := context.WithCancelCause(parent)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	mine := &alarm{at: t.time().Add(d), fire: func() { cancel(errTimedOut) }}
	t.timers = append(t.timers, mine)
	return ctx, func() bool {
		t.mutex.Lock()
		defer t.mutex.Unlock()
		t.drop(mine)
		cancel(errDone)
		return context.Cause(ctx) == errTimedOut && parent.Err() == nil
	}
}
