package launch_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
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

// TestStartWithoutACheck: nothing would look at a task that never starts. So none is
// started until a check is arranged, and a job for which that is impossible fails.
func TestStartWithoutACheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refused int
		fails   bool
	}{
		"SQS answers the second try": {1, false},
		"SQS answers no try":         {10, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				tries := 0
				refused := func(call string, done bool) error {
					if call != "Checks.At" || done {
						return nil
					}
					if tries++; tries > c.refused {
						return nil
					}
					return errFailed
				}
				require.NoError(t, a.launcher(refused).Launch(t.Context(), a.job("t")))
				assert.Empty(t, a.Tasks(), "nobody looks at it")
				if c.fails {
					a.failed("t", "TaskFailedToStart", "arrange a check", errFailed.Error())
					return
				}
				a.pass(2 * time.Minute)
				a.started().Work()
				a.succeeded("t")
			})
		})
	}
}

// TestAttemptOfAWarmRunner: a launcher dies with the lock of a runner that is there. Its
// attempt starts nothing, so the check ends it, and sees that the agent hangs.
func TestAttemptOfAWarmRunner(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("warm")
		agent := a.started()
		require.Equal(t, []string{"warm"}, agent.Take(1))
		_, err := a.Ports(nil).States.Lock(t.Context(), a.name(), launch.Lock{Owner: "dead", Until: time.Now().Add(time.Minute), Attempt: "a", Configuration: a.id})
		require.NoError(t, err)
		a.pass(4 * time.Minute)
		assert.Empty(t, a.state().Attempt)
		a.pass(30 * time.Minute)
		a.failed("warm", "RuntimeError", "has not renewed its claims")
		assert.Empty(t, a.state().Task)
	})
}
