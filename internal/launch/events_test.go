package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// TestForgedTaskEvents: an event about a task that runs ends no job, however it names
// the task.
func TestForgedTaskEvents(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*launch.TaskStatus)
		says   string
	}{
		"as it is":                {func(*launch.TaskStatus) {}, "ECS says that it is RUNNING"},
		"in another cluster":      {func(task *launch.TaskStatus) { task.Cluster = "evil" }, "ECS says that it is RUNNING"},
		"of another runner":       {func(task *launch.TaskStatus) { task.Group = configuration.Group("evil-Build") }, "ECS says that it is RUNNING"},
		"of another program":      {func(task *launch.TaskStatus) { task.Group = "service:orders" }, ""},
		"deleted":                 {func(task *launch.TaskStatus) { task.LastStatus = "DELETED" }, "ECS says that it is RUNNING"},
		"by another ARN":          {func(task *launch.TaskStatus) { task.ARN = strings.Replace(task.ARN, "eu-west-1", "us-east-1", 1) }, ""},
		"in a cluster of its own": {func(task *launch.TaskStatus) { task.ARN = strings.Replace(task.ARN, "attini-default", "evil", 1) }, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				a.launch("victim")
				agent := a.started()
				require.Len(t, agent.Take(1), 1)
				time.Sleep(time.Hour)
				running := a.Tasks()[0].TaskStatus
				forged := running
				forged.LastStatus, forged.StopReason = "STOPPED", "forged"
				c.change(&forged)
				err := a.launcher(nil).TaskEvent(t.Context(), forged)
				if c.says == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, c.says)
				}
				assert.Nil(t, a.Step("victim").Failure)
				assert.Equal(t, running.ARN, a.state().Task)
				assert.Len(t, a.Tasks(), 1)

				// The same event, once it is true.
				require.NoError(t, a.launcher(nil).TaskEvent(t.Context(), a.StopTask(running.ARN, "EssentialContainerExited", "out of memory")))
				a.failed("victim", "RuntimeError", "out of memory")
			})
		})
	}
}

// TestForgedHostOfATask: no event about a task that ECS does not know terminates a host.
func TestForgedHostOfATask(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("victim")
		a.registerAll()
		require.Len(t, a.started().Take(1), 1)
		host := a.Hosts()[0]
		for _, group := range []string{"evil-None", a.name()} {
			require.NoError(t, a.launcher(nil).TaskEvent(t.Context(), launch.TaskStatus{
				ARN: "arn:aws:ecs:eu-west-1:111122223333:task/none/none", Group: configuration.Group(group), LastStatus: "STOPPED", StartedBy: "attini-runner/" + host.ID,
			}))
			assert.Equal(t, host.State, a.Hosts()[0].State, group)
		}
	})
}

// TestForgedHostEvents: ECS says whose an instance is, and whether it is ready.
func TestForgedHostEvents(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("victim")
		host := a.Hosts()[0]
		for name, forged := range map[string]launch.Instance{
			"before it registered":       {Host: host.ID, Runner: a.name(), Ready: true},
			"of another runner":          {Host: host.ID, Runner: "evil-Build", Ready: true},
			"a host that does not exist": {Host: "i-0123456789abcdef0", Runner: a.name(), Ready: true},
		} {
			require.NoError(t, a.launcher(nil).HostEvent(t.Context(), a.c.Task.Cluster, forged), name)
			assert.Equal(t, "pending", a.Hosts()[0].State, name)
			assert.Empty(t, a.Tasks(), name)
		}
		instance := a.Register(host.ID, a.name())
		forged := instance
		forged.Runner = "evil-Build"
		require.NoError(t, a.launcher(nil).HostEvent(t.Context(), a.c.Task.Cluster, forged))
		assert.Len(t, a.Tasks(), 1, "it is dev-shop's, whatever the event says")
	})
}

// TestTaskOfAnEventIsUnknown: ECS forgets a task an hour after its end, and knows a new
// one late.
func TestTaskOfAnEventIsUnknown(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("job")
		require.Len(t, a.started().Take(1), 1)
		task := a.Tasks()[0].TaskStatus
		task.LastStatus = "STOPPED"
		a.ForgetTask(task.ARN)
		require.ErrorContains(t, a.launcher(nil).TaskEvent(t.Context(), task), "ECS does not know it yet")
		assert.Nil(t, a.Step("job").Failure)
		time.Sleep(time.Hour)
		require.NoError(t, a.launcher(nil).TaskEvent(t.Context(), task))
		a.failed("job", "RuntimeError", "ECS does not know the task any more")
		assert.Empty(t, a.state().Task)
	})
}
