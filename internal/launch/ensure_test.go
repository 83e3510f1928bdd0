package launch_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// TestChangedConfiguration: every change starts a new task, also adding or
// removing the host while the task definition stays. The old task is not stopped
// and finishes its jobs.
func TestChangedConfiguration(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		from   configuration.Configuration
		change func(*configuration.Configuration)
	}{
		"idle time":       {onFargate(), func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 }},
		"a host is added": {onFargate(), func(c *configuration.Configuration) { c.Host = onHost().Host; c.Network = onHost().Network }},
		"host is removed": {onHost(), func(c *configuration.Configuration) { c.Host = nil }},
		"another cluster": {onFargate(), func(c *configuration.Configuration) { c.Task.Cluster = "other" }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, c.from, func(t *testing.T, a *account) {
				a.launch("old")
				a.registerAll()
				old := a.started()
				assert.Equal(t, []string{"old"}, old.Take(1))
				time.Sleep(time.Minute)

				a.redeploy(c.change)
				a.launch("new")
				a.registerAll()
				assert.Equal(t, 2, len(a.Tasks()), "tasks")
				next := a.started()
				assert.Zero(t, old.Work(), "it takes nothing more")
				assert.Equal(t, 1, next.Work())
				old.Succeed("old")
				a.succeeded("old", "new")
				assert.Zero(t, a.Calls("Cluster.Stop"))

				a.stopped(old.Exit())
				a.launch("newer")
				assert.Equal(t, 1, next.Work())
				assert.Equal(t, 2, len(a.Tasks()), "the new one stays")
				for _, host := range a.Hosts() {
					assert.True(t, host.State == "shutting-down" || host.ID == a.state().Host, "no host is left over")
				}
			})
		})
	}
}

// TestCrashWhileTheConfigurationChanges: the state never names the new
// configuration before a task runs with it.
func TestCrashWhileTheConfigurationChanges(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{false, true} {
		for n := 1; n <= 6; n++ {
			t.Run(fmt.Sprint(n, done), func(t *testing.T) {
				t.Parallel()
				inAccount(t, onFargate(), func(t *testing.T, a *account) {
					a.launch("old")
					a.started().Work()
					a.redeploy(func(c *configuration.Configuration) { c.Runner.MaxConcurrentJobs = 1 })
					dead := a.launcher(dieAtCall(n, done))
					event := a.job("lost")
					invoke(func() error { return dead.Launch(t.Context(), event) })
					a.launch("new")
					for _, agent := range a.agents() {
						agent.Work()
					}
					a.succeeded("new")
				})
			})
		}
	}
}

// TestForeignCluster: a task is described in the cluster where it runs.
func TestForeignCluster(t *testing.T) {
	t.Parallel()
	c := onFargate()
	c.Task.Cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/own"
	inAccount(t, c, func(t *testing.T, a *account) {
		a.launch("first")
		a.started().Work()
		time.Sleep(time.Hour)
		a.launch("second")
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
		assert.Equal(t, c.Task.Cluster, a.Tasks()[0].Request.Cluster)
	})
}

// TestStaleTask: a task that is no more is found out, whatever became of it,
// although its event was lost.
func TestStaleTask(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		end   func(a *account, task string)
		tasks int
	}{
		"runs":      {func(*account, string) {}, 1},
		"pending":   {func(a *account, task string) { a.SetTask(task, "PENDING", "RUNNING") }, 1},
		"stopping":  {func(a *account, task string) { a.SetTask(task, "RUNNING", "STOPPED") }, 2},
		"draining":  {func(a *account, task string) { a.SetTask(task, "DEPROVISIONING", "STOPPED") }, 2},
		"stopped":   {func(a *account, task string) { a.StopTask(task, "SpotInterruption", "gone") }, 2},
		"forgotten": {func(a *account, task string) { a.ForgetTask(task) }, 1},
		"retired":   {func(a *account, task string) { a.Agent(task).Retire() }, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				a.launch("first")
				a.started().Work()
				time.Sleep(time.Hour)
				before := a.state().Task
				c.end(a, before)
				a.launch("second")
				assert.Equal(t, c.tasks, len(a.Tasks()), "tasks")
				assert.Equal(t, name == "runs" || name == "pending", a.state().Task == before && a.state().Retired == "")
			})
		})
	}
}

// TestLostEvent: the task died with a job, and no event told. The next job's
// launch finds out, and the first one gets its answer.
func TestLostEvent(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		a.started().Take(1)
		time.Sleep(time.Minute)
		a.StopTask(a.state().Task, "SpotInterruption", "Your Spot Task was interrupted.")
		a.launch("second")
		a.failed("first", "RuntimeError", "SpotInterruption: Your Spot Task was interrupted.")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("second")
	})
}

// TestJustStarted: ECS may not know a task at once.
func TestJustStarted(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.UnknownTime = time.Minute
		a.launch("a")
		for _, token := range tokens(5) {
			time.Sleep(8 * time.Second)
			a.launch(token)
		}
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
	})
}

// TestStartedIsNeverReset: a launch never writes back an attribute that it only read.
func TestStartedIsNeverReset(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		var agentUp, second sync.Once
		slow := a.launcher(func(call string, done bool) error {
			if call == "States.State" && done {
				agentUp.Do(func() { a.started() })
				second.Do(func() { a.launch("third") })
			}
			return nil
		})
		require.NoError(t, slow.Launch(t.Context(), a.job("second")))
		assert.True(t, a.Started(a.name()))
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
		assert.Equal(t, 1, a.Calls("States.RecordTask"))
	})
}

// TestSlowOwner: the owner of the lock hangs for longer than the lock lasts.
// Another launcher takes over with the same client token, so there is one task;
// the slow owner notices and does not stop it.
func TestSlowOwner(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"Cluster.Run", "States.RecordTask"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				slow := a.launcher(func(call string, done bool) error {
					if call == where && !done {
						time.Sleep(3 * time.Minute)
					}
					return nil
				})
				var both sync.WaitGroup
				event := a.job("first")
				both.Go(func() { assert.NoError(t, slow.Launch(t.Context(), event)) })
				time.Sleep(time.Second)
				a.launch("second")
				both.Wait()
				assert.Equal(t, 1, len(a.Tasks()), "tasks")
				assert.Equal(t, a.Tasks()[0].ARN, a.state().Task)
				assert.Zero(t, a.Calls("Cluster.Stop"))
				assert.Equal(t, 2, a.started().Work())
			})
		})
	}
}

// TestRunnerIsBeingDeleted: nothing is started for it, and what was started is
// stopped.
func TestRunnerIsBeingDeleted(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		_, err := a.Ports(nil).States.MarkDeleted(t.Context(), a.name())
		require.NoError(t, err)
		a.launch("t")
		a.failed("t", "RunnerConfigError", "is not deployed, or is being deleted")
		assert.Empty(t, a.Tasks())
	})
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		l := a.launcher(func(call string, done bool) error {
			if call == "Cluster.Run" && done {
				_, err := a.Ports(nil).States.MarkDeleted(t.Context(), a.name())
				return err
			}
			return nil
		})
		require.NoError(t, l.Launch(t.Context(), a.job("t")))
		a.failed("t", "RunnerConfigError", "is being deleted")
		assert.Equal(t, "STOPPED", a.Tasks()[0].LastStatus)
	})
}

func TestPrewarm(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		event := fmt.Appendf(nil, `{"attiniActionType":"Prewarm","Runners":[{"Runner":"Build","ConfigurationId":%q},{"Runner":"Off","ConfigurationId":"none"}],
			"input":{"deploymentOriginData":{"stackName":"dev-shop"}}}`, a.id)
		wanted, err := message.ParsePrewarm(event)
		require.NoError(t, err)
		require.Equal(t, []message.PrewarmTarget{{Runner: "dev-shop-Build", Configuration: a.id}}, wanted)
		require.NoError(t, a.launcher(nil).Prewarm(t.Context(), wanted))
		agent := a.started()
		a.launch("t")
		assert.Equal(t, 1, agent.Work(), "it waits for nothing")
		assert.Equal(t, 1, len(a.Tasks()), "tasks")

		err = a.launcher(nil).Prewarm(t.Context(), []message.PrewarmTarget{{Runner: "dev-shop-Other", Configuration: "v1-0"}})
		var failure *message.Failure
		require.True(t, errors.As(err, &failure))
		assert.Contains(t, err.Error(), "start the runner dev-shop-Other ahead")
	})
}
