//go:build bench

package bench_test

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
)

// What a job that waits for a run slot has as its step's input, in bytes; how many such
// jobs an agent receives at most; and how long the calls are counted: two intervals of
// heartbeats and of extended visibility timeouts.
const (
	waitingInput = 2 << 10
	agentHolds   = 1000
	waitingTime  = 40 * time.Second
)

// TestTableOfWaitingJobs prints the memory and the calls of an agent with 20 running jobs
// and many that wait for a run slot.
func TestTableOfWaitingJobs(t *testing.T) {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "what\tof which the agent holds\tMB\tmost MB\theartbeats/s\tSQS/s\tDynamoDB/s\t")
	for _, waiting := range []int{1, 100, 1000, 10_000} {
		f := newFakeAWS(t)
		for job := range 20 {
			f.send(t, fmt.Sprint("Running", job), "sleep 3600")
		}
		for job := range waiting {
			f.send(t, fmt.Sprint("Waiting", job), "true", strings.Repeat("x", waitingInput))
		}
		agent := f.program(t, "../cmd/attini-runner")
		require.NoError(t, agent.Start())
		held := min(waiting, agentHolds)
		require.Eventually(t, func() bool { return waiting-f.unreceived() >= held }, 3*time.Minute, 100*time.Millisecond)
		before := f.counted()
		time.Sleep(waitingTime) // calls are counted meanwhile, two rounds of heartbeats
		after := f.counted()
		rate := func(service string) (calls float64) {
			for name, count := range after {
				if strings.Contains(name, service) {
					calls += float64(count-before[name]) / waitingTime.Seconds()
				}
			}
			return calls
		}
		pid := agent.Process.Pid
		fmt.Fprintf(table, "%d jobs wait\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\n", waiting, held, memoryOf(t, pid, "RSS"), memoryOf(t, pid, "HWM"),
			rate("SendTaskHeartbeat"), rate("AmazonSQS"), rate("DynamoDB"))
		end(agent)
	}
	require.NoError(t, table.Flush())
}

// unreceived is how many messages are left.
func (f *fakeAWS) unreceived() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return len(f.messages)
}

func (f *fakeAWS) counted() map[string]int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return maps.Clone(f.calls)
}
