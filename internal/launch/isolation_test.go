package launch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// TestIsolatedJobs: every job of a runner with Isolation: job gets a task of its own. A
// task that has its job does not count as warm, also right after its start; jobs that
// waited for it get the next one when it has ended.
func TestIsolatedJobs(t *testing.T) {
	t.Parallel()
	c := onFargate()
	c.Isolation = protocol.IsolationJob
	inAccount(t, c, func(t *testing.T, a *account) {
		a.launch("first")
		agent := a.started()
		require.Equal(t, []string{"first"}, agent.Take(1))
		a.launch("waits")
		assert.Len(t, a.Tasks(), 1, "one job at a time")
		agent.Retire()
		agent.Succeed("first")
		time.Sleep(time.Second)

		a.launch("second")
		require.Len(t, a.Tasks(), 2, "no task is counted on that leaves")
		next := a.started()
		require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), agent.Exit()))
		assert.Len(t, a.Tasks(), 2, "the second task has the job that waits")
		require.Equal(t, []string{"waits"}, next.Take(1))
		next.Retire()
		next.Succeed("waits")

		require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), next.Exit()))
		require.Len(t, a.Tasks(), 3, "a job waits, and nothing else starts a task for it")
		last := a.started()
		require.Equal(t, []string{"second"}, last.Take(1))
		last.Retire()
		last.Succeed("second")
		require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), last.Exit()))
		assert.Len(t, a.Tasks(), 3)
		a.succeeded("first", "waits", "second")
	})
}
