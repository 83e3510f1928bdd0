package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch"
)

// Mutation takes a protection away.
type Mutation struct {
	// Name says what is missing; "" for nothing. Guards says what it is for.
	Name, Guards string
	// From is a seed from which on a schedule soon notices that it is missing.
	From uint64

	NoClaim, NoAttempt, DeleteFirst, NoHeartbeat, NoHide, NoLease bool
	NoFinalReceive, NoRetire, NoCurrent, NoHash                   bool
	NoEvents, NoChecks, NoLock                                    bool
	OneDeduplicationID, StaleState, NoRequestToken                bool
	NoHiddenLook, NoOtherHeartbeat                                bool
}

// Mutations are the protections, each taken away.
func Mutations() []Mutation {
	return []Mutation{
		{Name: "no claim", Guards: "a job begins once", NoClaim: true},
		{Name: "a claim without its attempt", Guards: "a claim whose answer is lost is the agent's own", NoAttempt: true},
		{Name: "the message is deleted before the claim", From: 1630, Guards: "a job that never began is not lost", DeleteFirst: true},
		{Name: "no heartbeat of the agent", Guards: "a step waits for its job", NoHeartbeat: true},
		{Name: "no heartbeat for jobs of another configuration", Guards: "a step waits while another configuration works", NoOtherHeartbeat: true},
		{Name: "no lease", Guards: "an agent that hangs is told from one that works", NoLease: true},
		{Name: "no look whether the agent is replaced", From: 2028, Guards: "a changed configuration drains", NoCurrent: true},
		{Name: "no look at the configuration of a job", Guards: "an execution keeps its configuration", NoHash: true},
		{Name: "no event of a task's end", From: 50, Guards: "a job that began gets its answer", NoEvents: true},
		{Name: "no checks", Guards: "events may be lost", NoChecks: true},
		{Name: "no start lock", From: 640, Guards: "a runner is started once", NoLock: true},
		{Name: "no token in the deduplication id", Guards: "a retry is its own job", OneDeduplicationID: true},
		{Name: "stale reads of the state", Guards: "no wake-up is missed", StaleState: true},
		{Name: "no look at hidden messages", From: 140, Guards: "an agent that died may have held messages", NoHiddenLook: true},
		{Name: "a message that waits is not hidden", Guards: "a second delivery would be received again and again; the claim keeps the job from a second run", NoHide: true},
		{Name: "no last receive", Guards: "a job that comes as the agent goes idle runs at once, not on the next task", NoFinalReceive: true},
		{Name: "no mark of the agent that leaves", From: 100, Guards: "a job that comes meanwhile starts the next task at once, not after the event or the check of the first one's end", NoRetire: true},
		{Name: "no idempotency token of a start", Guards: "a start whose answer is lost is one task; without it the second ends by itself, idle", NoRequestToken: true},
	}
}

// ports takes away what the launcher has.
func (m Mutation) ports(w *world, p launch.Ports) launch.Ports {
	if m.OneDeduplicationID {
		p.Queue = oneID{p.Queue}
	}
	if m.NoHiddenLook {
		p.Queue = impatient{p.Queue}
	}
	if m.StaleState {
		p.States = stale{p.States, w}
	}
	if m.NoRequestToken {
		p.Cluster = tokenless{p.Cluster, w}
		p.Hosts = tokenlessHosts{p.Hosts, w}
	}
	return p
}

type oneID struct{ launch.Queue }

func (q oneID) Send(ctx context.Context, queue, _ string, body []byte) error {
	return q.Queue.Send(ctx, queue, "Build", body)
}

type impatient struct{ launch.Queue }

func (q impatient) Hidden(context.Context, string) (int, error) { return 0, nil }

func (q impatient) Receive(ctx context.Context, queue string, _, hide time.Duration) ([]launch.Delivery, error) {
	return q.Queue.Receive(ctx, queue, time.Millisecond, hide)
}

// stale answers every other read with the one before it.
type stale struct {
	launch.States
	w *world
}

func (s stale) State(ctx context.Context, runner string) (launch.State, error) {
	state, err := s.States.State(ctx, runner)
	before, there := s.w.before[runner]
	if there && !before.used && err == nil {
		s.w.before[runner] = readState{before.state, true}
		return before.state, nil
	}
	s.w.before[runner] = readState{state, false}
	return state, err
}

type readState struct {
	state launch.State
	used  bool
}

type tokenless struct {
	launch.Cluster
	w *world
}

func (c tokenless) Run(ctx context.Context, request launch.TaskRequest) (launch.TaskStatus, error) {
	request.Token += c.w.unique()
	return c.Cluster.Run(ctx, request)
}

type tokenlessHosts struct {
	launch.Hosts
	w *world
}

func (h tokenlessHosts) Run(ctx context.Context, request launch.HostRequest) (string, error) {
	request.Token += h.w.unique()
	return h.Hosts.Run(ctx, request)
}

func (w *world) unique() string {
	w.uniques++
	return fmt.Sprint("#", w.uniques)
}
