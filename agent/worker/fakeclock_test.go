package worker_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

// fakeClockFixture is a bench for a fake clock, where no process can run: a job runs
// when its source is asked to fill its directory, and fails at the end of it.
type fakeClockFixture struct {
	*fixture
	do func(ctx context.Context, step string)

	countMu sync.Mutex
	counts  map[string]int
}

var errRan = errors.New("it ran")

// sourceFailure is how a job fails that ran.
func sourceFailure() *worker.Failure {
	return &worker.Failure{Error: protocol.ErrorRuntime, Cause: "get the distribution: it ran"}
}

func newFakeClockFixture(t testing.TB) *fakeClockFixture {
	t.Helper()
	v := &fakeClockFixture{fixture: newFixture(t), counts: map[string]int{}, do: func(context.Context, string) {}}
	v.config.HeartbeatInterval = protocol.HeartbeatInterval
	v.config.LeaseTime = protocol.LeaseTime
	v.config.JobTimeout = 24 * time.Hour
	v.ports.Source = v
	return v
}

// onRun sets what a job does while it runs.
func (v *fakeClockFixture) onRun(do func(ctx context.Context, step string)) { v.do = do }

func (v *fakeClockFixture) useQueue(q *memory.Queue) { v.queue, v.ports.Queue = q, q }

// Fill implements worker.Source. The bench's stack names say which job it is.
func (v *fakeClockFixture) Fill(ctx context.Context, origin protocol.DeploymentOrigin, _ string) error {
	step := strings.TrimPrefix(origin.StackName, "stack-")
	v.countMu.Lock()
	v.counts[step]++
	v.countMu.Unlock()
	v.do(ctx, step)
	return errRan
}

// runCounts is how often each job ran.
func (v *fakeClockFixture) runCounts() map[string]int {
	v.countMu.Lock()
	defer v.countMu.Unlock()
	return maps.Clone(v.counts)
}

// agentGroup is what several agents of one runner share.
type agentGroup struct {
	*fakeClockFixture
	state  *memory.State
	claims *memory.Claims
}

// newAgentGroup has a queue that hides for a minute, and a state that names A.
func newAgentGroup(t testing.TB) *agentGroup {
	t.Helper()
	f := &agentGroup{fakeClockFixture: newFakeClockFixture(t), state: memory.NewState("A"), claims: memory.NewClaims()}
	f.useQueue(memory.NewHidingQueue(time.Minute))
	f.config.IdleTimeToLive = time.Hour
	f.useTask("A")
	return f
}

// useTask has the next worker be that task.
func (f *agentGroup) useTask(task string) {
	f.ports.State, f.ports.Filter, f.ports.Claims = f.state.RunnerState(task), f.state.MessageFilter(task), f.claims.Of(task)
	f.ports.Queue, f.ports.Reporter, f.ports.Source = f.queue, f.reporter, f.fakeClockFixture
}

// record puts a tap between the next worker and its ports.
func (f *agentGroup) record(t *portRecorder) *portRecorder {
	f.ports = t.wrap(f.ports)
	return t
}

// failCalls fails the calls of one name with err.
func failCalls(name string, err error) func(context.Context, string) error {
	return func(_ context.Context, call string) error {
		if call == name {
			return err
		}
		return nil
	}
}
