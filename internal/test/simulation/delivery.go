package simulation

import (
	"context"
	"time"

	"github.com/attini-go/runner/internal/launch"
)

// deliver delivers an event: perhaps late, twice or never. One whose function fails
// comes again, after a minute and two.
func (w *world) deliver(name string, do func(ctx context.Context, l *launch.Launcher) error) {
	if w.happens(eventLost, name) {
		w.log("%s is lost", name)
		return
	}
	times := 1
	if w.happens(eventDoubled, name) {
		times = 2
	}
	for range times {
		late := w.between(0, 2*time.Second)
		if w.happens(eventLate, name) {
			late = w.between(2*time.Second, 3*time.Minute)
		}
		w.after(late, func() { w.attempt(name, 3, do) })
	}
}

func (w *world) attempt(name string, tries int, do func(ctx context.Context, l *launch.Launcher) error) {
	w.invoke(name, true, do, func(failed bool) {
		if failed && tries > 1 {
			w.after(time.Minute, func() { w.attempt(name, tries-1, do) })
		}
	})
}

// redelivery is after which time SQS delivers a check again that was not done.
const redelivery = 6 * time.Minute

// noticeChecks has the launcher check the runner when a check is due. SQS delivers one
// until it is done.
func (w *world) noticeChecks() {
	at, found := w.fake.NextCheck()
	if !found || w.mutation.NoChecks {
		return
	}
	w.after(time.Until(at), func() {
		for _, runner := range w.fake.DueChecks() {
			w.check(runner, 10)
		}
		w.changed = true // the next check
	})
}

func (w *world) check(runner string, tries int) {
	do := func(ctx context.Context, l *launch.Launcher) error { return l.Check(ctx, runner) }
	w.invoke("Check", true, do, func(failed bool) {
		if failed && tries > 1 {
			w.after(redelivery, func() { w.check(runner, tries-1) })
		}
	})
}
