package launch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
)

// TestRemovalOfDraining: a runner is deleted whose older task still has jobs.
func TestRemovalOfDraining(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("old")
		a.started().Take(1)
		a.redeploy(func(c *configuration.Configuration) { c.Task.Cluster = "other" })
		a.launch("new")
		a.started().Take(1)
		require.NoError(t, a.remove(nil))
		for _, task := range a.Tasks() {
			assert.True(t, task.StopAsked, task.ARN)
		}
		assert.Equal(t, 2, a.Calls("Cluster.Stop"), "each task is stopped once")
		a.failed("old", "RunnerRemoved")
		a.failed("new", "RunnerRemoved")
		// The events of their ends come late.
		for _, task := range a.Tasks() {
			a.stopped(task.TaskStatus)
		}
	})
}

// TestRemovalWaitsForTasks: what a task still begins while it stops fails too,
// and nothing of it is left when the stack goes on to delete its network. One
// that never stops does not hold up the deletion for ever.
func TestRemovalWaitsForTasks(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.StopTime = 30 * time.Second
		a.launch("late")
		agent := a.started()
		began := time.Now()
		require.NoError(t, a.remove(func(call string, done bool) error {
			if call == "Cluster.Stop" && done {
				agent.Take(1)
			}
			return nil
		}))
		a.failed("late", "RunnerRemoved")
		assert.GreaterOrEqual(t, time.Since(began), 30*time.Second)
	})
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.StopTime = time.Hour
		a.launch("t")
		began := time.Now()
		require.NoError(t, a.remove(nil))
		assert.Less(t, time.Since(began), 4*time.Minute)
		a.failed("t", "RunnerRemoved")
	})
}

// TestRemovalOfHiddenJobs: the agent had a job when it ended, or the answer that had it was
// lost. Nobody could find it any more when the queue is deleted.
func TestRemovalOfHiddenJobs(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("hidden")
		require.True(t, a.started().Hide(time.Minute))
		began := time.Now()
		require.NoError(t, a.remove(nil))
		a.failed("hidden", "RunnerRemoved")
		assert.Less(t, time.Since(began), 2*time.Minute)
	})
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("for long")
		require.True(t, a.started().Hide(time.Hour))
		began := time.Now()
		require.NoError(t, a.remove(nil))
		assert.Less(t, time.Since(began), 4*time.Minute, "it does not hold up the deletion for ever")
	})
}

// TestRemovalOfBothHosts: a task drains on one host while another boots.
func TestRemovalOfBothHosts(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("old")
		a.registerAll()
		a.started().Take(1)
		a.redeploy(func(c *configuration.Configuration) { c.Task.Memory = 1024 })
		a.launch("new")
		require.Len(t, a.Hosts(), 2)
		require.NoError(t, a.remove(nil))
		for _, host := range a.Hosts() {
			assert.Equal(t, "terminated", host.State, host.ID)
		}
	})
}

// TestRemoveOfATaskThatECSDoesNotKnowYet: the stack is deleted as the task starts. It is
// stopped as soon as ECS knows it.
func TestRemoveOfATaskThatECSDoesNotKnowYet(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.UnknownTime = 3 * time.Second
		a.launch("t")
		require.NoError(t, a.remove(nil))
		require.Len(t, a.Tasks(), 1)
		assert.Equal(t, "STOPPED", a.Tasks()[0].DesiredStatus)
	})
}
