package launch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// foreignTask is a task that runs for another runner.
func (a *account) foreignTask() string {
	a.t.Helper()
	c := onFargate()
	c.RunnerName, c.QueueURL = "Other", c.QueueURL+"-other"
	id := a.Deploy(c)
	require.NoError(a.t, a.launcher(nil).Prewarm(a.t.Context(), []message.PrewarmTarget{{Runner: c.ResourceName(), Configuration: id}}))
	tasks := a.Tasks()
	arn := tasks[len(tasks)-1].ARN
	require.True(a.t, a.Agent(arn).Start())
	return arn
}

func (a *account) taskOf(arn string) launch.TaskStatus {
	for _, task := range a.Tasks() {
		if task.ARN == arn {
			return task.TaskStatus
		}
	}
	return launch.TaskStatus{}
}

// TestForgedTaskOfARunner: a job that writes another runner's or program's task into a
// runner's item has the runner's jobs wait for it no longer than a new task may be
// unknown to ECS, and has nobody stop that task.
func TestForgedTaskOfARunner(t *testing.T) {
	t.Parallel()
	for name, byCheck := range map[string]bool{"a job comes": false, "a check comes": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				foreign := a.foreignTask()
				a.launch("first")
				agent := a.started()
				require.Equal(t, 1, agent.Work())
				a.WriteTask(a.name(), foreign, "")
				time.Sleep(3 * time.Minute)
				a.launch("second")
				if byCheck {
					for range 10 {
						time.Sleep(time.Minute)
						require.NoError(t, a.launcher(nil).Check(t.Context(), a.name()))
					}
					assert.Equal(t, "RUNNING", a.taskOf(foreign).LastStatus)
					return
				}
				next := a.started()
				require.Equal(t, 1, next.Work(), "a task of another group is not the runner's")
				a.succeeded("first", "second")
				assert.Equal(t, "RUNNING", a.taskOf(foreign).LastStatus)
			})
		})
	}
}

// TestForgedMarkOfAnIsolatedTask: a job that takes back its agent's mark of retirement
// gets no other job into its task.
func TestForgedMarkOfAnIsolatedTask(t *testing.T) {
	t.Parallel()
	c := onFargate()
	c.Isolation = protocol.IsolationJob
	inAccount(t, c, func(t *testing.T, a *account) {
		a.launch("first")
		agent := a.started()
		require.Equal(t, []string{"first"}, agent.Take(1))
		agent.Retire()
		task := a.Tasks()[0].ARN
		a.WriteTask(a.name(), task, "")
		agent.Succeed("first")
		a.launch("second") // the launcher takes the task for warm
		require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), agent.Exit()))
		require.Len(t, a.Tasks(), 2)
		require.Equal(t, []string{"second"}, a.started().Take(1))
	})
}

// TestForgedSigns: a job that writes for a dead agent that it lives, even in the future,
// keeps neither the steps of that agent nor its task's end from being noticed.
func TestForgedSigns(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		secret := configuration.NewSecret(deployed())
		a.SetSecret(a.name(), secret)
		require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", func(event map[string]any) {
			event["RunnerConfig"] = map[string]any{"Runner": a.c.RunnerName, "ConfigurationId": secret.WithCapability(a.id)}
		})))
		agent := a.started()
		require.Equal(t, []string{"t"}, agent.Take(1))
		agent.RenewAt(time.Now().Add(1000 * time.Hour))
		require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), agent.Exit()))
		a.failed("t", protocol.ErrorRuntime, "the runner's task stopped while the job ran")
	})
}
