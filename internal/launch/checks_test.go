package launch_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
)

// TestChecksThatFail: AWS answers no question for some minutes. The step fails with the
// reason; without one it would wait for its heartbeat.
func TestChecksThatFail(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("warm")
		a.started().Work()
		time.Sleep(2 * time.Minute)
		denied := func(name string, _ bool) error {
			if name == "Cluster.Task" {
				return errors.New("not allowed to call ecs:DescribeTasks; grant it to the function's role")
			}
			return nil
		}
		began := time.Now()
		require.NoError(t, a.launcher(denied).Launch(t.Context(), a.job("t")))
		a.passWith(denied, 295*time.Second)
		a.failed("t", "TaskFailedToStart", "grant it to the function's role")
		assert.Less(t, time.Since(began), 300*time.Second)
	})
}

// TestCostOfChecks: what a warm runner costs in calls, and that a cold one costs none.
func TestCostOfChecks(t *testing.T) {
	t.Parallel()
	for most, c := range map[int]configuration.Configuration{48: onFargate(), 56: onHost()} {
		inAccount(t, c, func(t *testing.T, a *account) {
			a.launch("warm")
			a.registerAll()
			agent := a.started()
			agent.Work()
			a.pass(10 * time.Minute)
			before := a.AllCalls()
			a.pass(time.Hour)
			calls := 0
			for call, count := range a.AllCalls() {
				calls += count - before[call]
			}
			assert.LessOrEqual(t, calls, most, "what a warm runner costs an hour")
			a.stopped(agent.StopIdle())
			a.pass(30 * time.Minute)
			a.quiet()
			before = a.AllCalls()
			a.pass(24 * time.Hour)
			assert.Equal(t, before, a.AllCalls(), "a cold runner costs nothing")
		})
	}
}

// TestChecksAtTheSameMoment: SQS delivers a check twice, and a launcher's death leaves
// one more. They do not live on beside each other.
func TestChecksAtTheSameMoment(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("warm")
		a.started().Work()
		due := slices.Repeat([]string{a.name()}, 8)
		for range 3 {
			next, _ := a.NextCheck()
			time.Sleep(time.Until(next) + time.Second)
			var all sync.WaitGroup
			for range append(due, a.DueChecks()...) {
				all.Go(func() { assert.NoError(t, a.launcher(nil).Check(t.Context(), a.name())) })
			}
			all.Wait()
			due = nil
		}
		next, found := a.NextCheck()
		require.True(t, found)
		time.Sleep(time.Until(next) + time.Minute)
		assert.Len(t, a.DueChecks(), 1)
	})
}
