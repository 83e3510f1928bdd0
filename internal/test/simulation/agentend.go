package simulation

import (
	"slices"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// supersede has the agent take no more jobs, and gives those back that wait.
func (a *agent) supersede() {
	a.leaving, a.retired = true, false
	for _, h := range slices.Clone(a.order) {
		if h.ready {
			a.calls.HideMessage(h.Receipt, 0)
			a.drop(h)
		}
	}
}

// retire says that the idle agent leaves, and looks once more.
func (a *agent) retire() {
	if len(a.calls.Unfinished(a.now())) > 0 && a.calls.IsCurrent() {
		a.busyUntil = time.Now().Add(protocol.LeaseTime / 2)
		a.do(pollPause, a.poll)
		return
	}
	if !a.calls.IsCurrent() {
		a.exit()
		return
	}
	if !a.w.over && a.w.one(3) == 0 { // a job comes just now
		a.w.after(0, func() { a.w.submit(0) })
	}
	a.do(a.soon(), a.markRetired)
}

func (a *agent) markRetired() {
	if !a.w.mutation.NoRetire {
		a.calls.Retire()
	}
	a.leaving, a.retired = true, true
	a.waiting = a.w.fake.Unseen(a.w.runner.QueueURL)
	a.w.log("%s retires", a.name)
	if a.w.mutation.NoFinalReceive {
		a.done = true
		a.do(a.soon(), a.exit)
		return
	}
	a.do(a.soon(), a.finalReceive)
}

func (a *agent) finalReceive() {
	before := a.jobs
	received := a.calls.Receive(10, visibility)
	if len(received) > 0 && a.lost("the last receive") {
		a.do(retryPause, a.finalReceive)
		return
	}
	a.deciding += len(received)
	for _, r := range received {
		a.handle(r, false)
	}
	a.afterFinal(before)
}

// afterFinal waits for the jobs of the last receive.
func (a *agent) afterFinal(before int) {
	switch {
	case !a.retired: // superseded meanwhile
		a.leave()
	case len(a.order)+a.running+a.deciding > 0:
		a.do(pollPause, func() { a.afterFinal(before) })
	case a.jobs > before:
		a.finalReceive()
	default:
		a.done = true
		a.do(2*confirmDelay, a.exit)
	}
}

func (a *agent) exit() {
	if a.over {
		return
	}
	a.over = true
	a.w.log("%s ends", a.name)
	if a.retired {
		a.w.mayLeave(a)
	}
	a.calls.Exit()
	a.w.changed = true
}
