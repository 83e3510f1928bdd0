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

// virtual is a bench for a fake clock, where no process can run: a job runs
// when its source is asked to fill its directory, and fails at the end of it.
type virtual struct {
	*bench
	do func(ctx context.Context, step string)

	countMu sync.Mutex
	counts  map[string]int
}

var errRan = errors.New("it ran")

// ranFailure is how a job fails that ran.
func ranFailure() *worker.Failure {
	return &worker.Failure{Error: protocol.ErrorRuntime, Cause: "get the distribution: it ran"}
}

func newVirtualBench(t testing.TB) *virtual {
	t.Helper()
	v := &virtual{bench: newBench(t), counts: map[string]int{}, do: func(context.Context, string) {}}
	v.config.HeartbeatInterval = protocol.HeartbeatInterval
	v.config.LeaseTime = protocol.LeaseTime
	v.config.JobTimeout = 24 * time.Hour
	v.ports.Source = v
	return v
}

// runs sets what a job does while it runs.
func (v *virtual) runs(do func(ctx context.Context, step string)) { v.do = do }

func (v *virtual) useQueue(q *memory.Queue) { v.queue, v.ports.Queue = q, q }

// Fill implements worker.Source. The bench's stack names say which job it is.
func (v *virtual) Fill(ctx context.Context, origin protocol.DeploymentOrigin, _ string) error {
	step := strings.TrimPrefix(origin.StackName, "stack-")
	v.countMu.Lock()
	v.counts[step]++
	v.countMu.Unlock()
	v.do(ctx, step)
	return errRan
}

// ran is how often each job ran.
func (v *virtual) ran() map[string]int {
	v.countMu.Lock()
	defer v.countMu.Unlock()
	return maps.Clone(v.counts)
}

// fleet is what several agents of one runner share.
type fleet struct {
	*virtual
	state  *memory.State
	claims *memory.Claims
}

// newFleet has a queue that hides for a minute, and a state that names A.
func newFleet(t testing.TB) *fleet {
	t.Helper()
	f := &fleet{virtual: newVirtualBench(t), state: memory.NewState("A"), claims: memory.NewClaims()}
	f.useQueue(memory.NewHidingQueue(time.Minute))
	f.config.IdleTimeToLive = time.Hour
	f.as("A")
	return f
}

// as has the next worker be that task.
func (f *fleet) as(task string) {
	f.ports.Life, f.ports.Admission, f.ports.Claims = f.state.Life(task), f.state.Admission(task), f.claims.Of(task)
	f.ports.Queue, f.ports.Reporter, f.ports.Source = f.queue, f.reporter, f.virtual
}

// tapped puts a tap between the next worker and its ports.
func (f *fleet) tapped(t *tap) *tap {
	f.ports = t.through(f.ports)
	return t
}

// only fails the calls of one name with err.
func only(name string, err error) func(context.Context, string) error {
	return func(_ context.Context, call string) error {
		if call == name {
			return err
		}
		return nil
	}
}
