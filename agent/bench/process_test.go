//go:build bench

package bench_test

import (
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var timeZero time.Time

// end ends a process that nothing depends on.
func end(process *exec.Cmd) {
	_ = process.Process.Kill()
	_ = process.Wait()
}

// idleMemory: an agent that waits for jobs.
func idleMemory() row {
	return row{
		name: "resident memory, idle", unit: "MB", limit: 25, compare: atMost,
		measure: func(t *testing.T) (float64, float64) {
			f := newFakeAWS(t)
			agent := f.program(t, "../cmd/attini-runner")
			require.NoError(t, agent.Start())
			defer end(agent)
			<-f.received
			time.Sleep(3 * time.Second) // a real process gives back what its start took; memory is measured, not time
			return memoryOf(t, agent.Process.Pid, "RSS"), 0
		},
	}
}

// busyMemory: the most that 20 printing jobs make of it.
func busyMemory() row {
	return row{
		name: "resident memory, 20 printing jobs", unit: "MB", limit: 40, compare: atMost,
		measure: func(t *testing.T) (float64, float64) {
			f := newFakeAWS(t)
			agent := f.program(t, "../cmd/attini-runner")
			for job := range 20 {
				f.send(t, fmt.Sprint("Step", job), "for i in $(seq 100); do seq -f '%059g' 2000; sleep 0.1; done")
			}
			require.NoError(t, agent.Start())
			defer end(agent)
			require.Eventually(t, func() bool {
				f.mutex.Lock()
				defer f.mutex.Unlock()
				return f.succeeded == 20
			}, 3*time.Minute, 100*time.Millisecond)
			return memoryOf(t, agent.Process.Pid, "HWM"), 0
		},
	}
}

// startTime: from the process's start to the first receive on the wire.
func startTime() row {
	return row{
		name: "process start to first receive", reference: "a Go program's one SDK receive", unit: "ms", limit: 1.5, compare: ratioAtMost,
		measure: func(t *testing.T) (float64, float64) {
			f := newFakeAWS(t)
			agent, one := f.program(t, "../cmd/attini-runner"), f.program(t, "./onereceive")
			start := func(file string) float64 {
				process := f.process(t, file)
				began := time.Now()
				require.NoError(t, process.Start())
				<-f.received
				took := time.Since(began)
				end(process)
				return took.Seconds() * 1e3
			}
			return inTurn(30, func() float64 { return start(agent.Path) }, func() float64 { return start(one.Path) })
		},
	}
}
