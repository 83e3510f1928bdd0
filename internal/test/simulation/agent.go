package simulation

import (
	"slices"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// Times of package worker, and of the runners that are simulated.
const (
	visibility    = time.Minute
	requeueDelay  = 5 * time.Second
	confirmDelay  = time.Second
	recordGrace   = 20 * time.Second
	retryPause    = time.Second
	pollPause     = 5 * time.Second
	maxConcurrent = 2
	idleTime      = 90 * time.Second
)

// agent is the model of package worker: it makes the same calls in the same order.
type agent struct {
	w     *world
	calls *launchtest.Agent
	name  string
	// skew is how much its clock is ahead.
	skew    time.Duration
	began   time.Time
	lastEnd time.Time
	// busyUntil is the time before which it does not count as idle.
	busyUntil time.Time
	renewed   time.Time
	held      map[string]*held
	order     []*held
	running   int
	// deciding counts the messages that were received and are not decided on.
	deciding int
	// jobs counts those that ever began or failed here.
	jobs    int
	leaving bool
	retired bool
	// waiting are the jobs that nobody had received when it retired. done means that
	// it has received for the last time.
	waiting  []string
	done     bool
	hangs    bool
	over     bool
	attempts int
	// waited means that it has waited for messages to be decided on.
	waited bool
	// named means that the state has named its task.
	named bool
	// told means that its task's end was noticed.
	told bool
	// stopping means that ECS is stopping its task.
	stopping bool
	// outdated means that jobs wait for another configuration, so that it leaves as
	// soon as it has no job.
	outdated bool
}

// held is a job that an agent holds.
type held struct {
	launchtest.Received
	token   string
	ready   bool
	claimed bool
	gone    bool
}

// do has an alive agent do something after a time.
func (a *agent) do(after time.Duration, what func()) { a.w.add(after, a, what) }

// act does what is due, unless the agent has died or dies now.
func (a *agent) act(what func()) {
	switch {
	case !a.works():
	case a.w.happens(agentKilled, a.name):
		a.w.fake.StopTask(a.calls.ARN(), "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage")
		a.w.changed = true
	default:
		what()
	}
}

// works reports whether the agent is alive and does not hang.
func (a *agent) works() bool {
	a.hangs = a.hangs || a.calls.Hangs()
	return !a.over && !a.hangs && a.calls.Runs()
}

func (a *agent) now() time.Time { return time.Now().Add(a.skew) }

// soon is the time until something else may happen.
func (a *agent) soon() time.Duration { return time.Duration(a.w.one(3)) * 300 * time.Millisecond }

// lost draws whether the answer to a call is lost.
func (a *agent) lost(call string) bool { return a.w.happens(answerLost, a.name, call) }

// start marks the agent as started, and begins its loops.
func (a *agent) start() {
	a.calls.Boot()
	if a.w.worker != nil {
		a.w.worker(a)
		return
	}
	a.begin()
}

// begin begins the model's loops.
func (a *agent) begin() {
	a.began, a.lastEnd, a.busyUntil = time.Now(), time.Now(), time.Now().Add(protocol.SettleTime)
	a.mark()
}

func (a *agent) mark() {
	switch {
	case a.calls.MarkStarted():
		a.w.log("%s has started", a.name)
		a.reap()
		a.tick()
		a.poll()
	case time.Since(a.began) < recordGrace:
		a.do(retryPause, a.mark)
	default:
		a.w.log("%s is not the runner's", a.name)
		if !a.named && a.w.kind == Calm && !a.w.records() {
			a.w.violate("a start is one task", "%s was never the runner's", a.name)
		}
		a.exit()
	}
}

// records reports whether a launcher is about to record a task: it took longer than the
// agent waits for it.
func (w *world) records() bool {
	return slices.ContainsFunc(w.living, func(i *invocation) bool { return i.call == "States.RecordTask" })
}

// tick is what an agent does every 20 s.
func (a *agent) tick() {
	for _, h := range slices.Clone(a.order) {
		if !a.w.mutation.NoHeartbeat && !a.calls.HeartbeatOf(h.token) {
			a.abandon(h)
			continue
		}
		if !h.claimed && !a.w.mutation.NoHide {
			a.calls.HideMessage(h.Receipt, visibility)
		}
	}
	if due := time.Since(a.renewed) >= protocol.LeaseTime/4; due && (len(a.order) > 0 || a.renewed.IsZero()) && !a.w.mutation.NoLease {
		a.renewed = time.Now()
		a.calls.RenewAt(a.now())
	}
	a.do(protocol.HeartbeatInterval, a.tick)
}

// abandon ends a job whose step has ended.
func (a *agent) abandon(h *held) {
	if h.claimed {
		return // it ends soon, and its report is refused
	}
	a.calls.DeleteMessage(h.Receipt)
	a.drop(h)
}

func (a *agent) drop(h *held) {
	if h.gone {
		return
	}
	h.gone = true
	delete(a.held, h.token)
	a.order = slices.DeleteFunc(a.order, func(other *held) bool { return other == h })
	a.leave()
}

// leave ends an agent that leaves and has no job.
func (a *agent) leave() {
	if a.leaving && !a.retired && len(a.order)+a.deciding == 0 {
		a.exit()
	}
}

// poll receives messages while the agent is neither idle nor leaving.
func (a *agent) poll() {
	if a.leaving {
		a.leave()
		return
	}
	idle := time.Since(a.lastEnd) >= idleTime || a.outdated
	if len(a.order) == 0 && idle && !time.Now().Before(a.busyUntil) {
		if a.deciding > 0 && !a.waited { // one that has just arrived may be a job
			a.waited = true
			a.do(2*confirmDelay, a.poll)
			return
		}
		a.retire()
		return
	}
	a.waited = false
	wait := pollPause
	if a.receive() > 0 {
		wait = a.soon()
	}
	a.do(wait, a.poll)
}

func (a *agent) receive() int {
	received := a.calls.Receive(10, visibility)
	if len(received) > 0 && a.lost("receive") {
		return 0
	}
	a.deciding += len(received)
	for _, r := range received {
		a.do(a.soon(), func() { a.handle(r, false) })
	}
	return len(received)
}

// handle decides what to do with a message.
func (a *agent) handle(r launchtest.Received, confirmed bool) {
	if a.decide(r, confirmed) {
		a.deciding--
		a.leave()
	}
}

// decide is handle's. It returns false if it will be asked again.
func (a *agent) decide(r launchtest.Received, confirmed bool) bool {
	token := r.Message.Metadata.TaskToken
	if a.w.trace != nil {
		a.w.log("%s gets %s", a.name, token)
	}
	if before := a.held[token]; before != nil {
		if before.claimed {
			a.calls.DeleteMessage(r.Receipt)
		} else {
			a.w.violate("a job that waits comes once", "%s comes to %s again", token, a.name)
			before.Receipt = r.Receipt
		}
		return true
	}
	switch {
	case a.leaving && !a.retired:
		a.calls.HideMessage(r.Receipt, 0)
	case !a.calls.IsCurrent() && !a.w.mutation.NoCurrent && !confirmed:
		a.do(confirmDelay, func() { a.handle(r, true) })
		return false
	case !a.calls.IsCurrent() && !a.w.mutation.NoCurrent:
		a.supersede()
		a.calls.HideMessage(r.Receipt, 0)
	case r.Message.ConfigurationHash != a.calls.Hash() && !a.w.mutation.NoHash && (a.w.mutation.NoOtherHeartbeat || a.calls.HeartbeatOf(token)):
		a.outdated = true
		a.calls.HideMessage(r.Receipt, requeueDelay)
	case !a.calls.HeartbeatOf(token):
		a.calls.DeleteMessage(r.Receipt)
	default:
		a.w.mayTake(a, r.Message)
		h := &held{Received: r, token: token, ready: true}
		a.held[token] = h
		a.order = append(a.order, h)
		a.next()
	}
	return true
}
