package worker_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
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

func (v *virtual) useQueue(q *porttest.MemoryQueue) { v.queue, v.ports.Queue = q, q }

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
