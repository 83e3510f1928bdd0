package launch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
)

// TestHiddenJobsAreLookedAtSoon: when the check looks, the agent of a changed
// configuration hides a job of the earlier one. The agent then ends, and its event is
// lost: the job does not wait for the check of a warm runner.
func TestHiddenJobsAreLookedAtSoon(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		before := a.id
		a.redeploy(func(c *configuration.Configuration) { c.Task.Memory = 2048 })
		a.launch("new")
		agent := a.started()
		agent.Work()
		a.id = before
		a.Wait("old")
		require.NoError(t, a.Ports(nil).Queue.Send(t.Context(), a.c.QueueURL, "old", []byte(a.message("old"))))
		agent.Hide(5 * time.Minute)
		a.pass(4 * time.Minute)
		agent.Exit()
		a.pass(3 * time.Minute)
		assert.Len(t, a.Tasks(), 2, "a task of the earlier configuration is started")
	})
}

// TestTheEndOfAnEarlierHost: while the event of a host's end is handled, a start puts
// another host in its place. The job waits for that one.
func TestTheEndOfAnEarlierHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("first")
		earlier := a.Hosts()[0].ID
		replaced := false
		replace := func(call string, done bool) error {
			if call == "States.OnHost" && done && !replaced {
				replaced = true
				a.redeploy(func(c *configuration.Configuration) { c.Task.Memory = 2048 })
				a.launch("second")
			}
			return nil
		}
		require.NoError(t, a.launcher(replace).HostEnded(t.Context(), earlier))
		assert.True(t, replaced)
		assert.Equal(t, 1, a.living())
		assert.Nil(t, a.Step("second").Failure)
	})
}
