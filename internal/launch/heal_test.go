package launch_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// living counts the hosts that cost money.
func (a *account) living() int {
	count := 0
	for _, host := range a.Hosts() {
		if host.State == "pending" || host.State == "running" {
			count++
		}
	}
	return count
}

// quiet asserts that no check comes any more.
func (a *account) quiet() {
	a.t.Helper()
	at, found := a.NextCheck()
	assert.False(a.t, found, "a check comes at %s", at)
}

// TestHungTask: the agent of a warm Fargate task hangs.
func TestHungTask(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("warm")
		a.started().Work()
		a.pass(time.Hour)
		a.launch("waits")
		a.pass(5 * time.Minute)
		require.Len(t, a.Tasks(), 2)
		assert.Equal(t, "STOPPED", a.Tasks()[0].LastStatus)
		a.started().Work()
		a.succeeded("waits")
	})
	// It hangs with a job: its step ends by its own heartbeat, the task by a check.
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("runs")
		assert.Len(t, a.started().Take(1), 1)
		a.pass(25 * time.Minute)
		a.failed("runs", "RuntimeError", "has not renewed its claims")
		assert.Equal(t, "STOPPED", a.Tasks()[0].LastStatus)
		a.pass(30 * time.Minute)
		a.quiet()
	})
	// It hangs without a job, when it should have ended.
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("warm")
		a.started().Work()
		a.pass(3 * time.Hour)
		assert.Equal(t, "STOPPED", a.Tasks()[0].LastStatus)
		a.quiet()
	})
}

// TestWorkingTaskIsLeftAlone: an agent that renews its claims may work for long.
func TestWorkingTaskIsLeftAlone(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("runs")
		a.registerAll()
		agent := a.started()
		agent.Take(1)
		for range 10 * 60 {
			a.pass(time.Minute)
			agent.Renew()
		}
		agent.Succeed("runs")
		a.succeeded("runs")
		assert.Len(t, a.Tasks(), 1)
		assert.Equal(t, "running", a.Hosts()[0].State)
	})
}

// TestThrottledLook: the job is in the queue of a warm runner. No question that is not
// answered fails it.
func TestThrottledLook(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Cluster.Task", "States.State", "States.SetCheck"} {
		t.Run(call, func(t *testing.T) {
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				a.launch("warm")
				agent := a.started()
				agent.Work()
				time.Sleep(2 * time.Minute)
				throttled := func(name string, _ bool) error {
					if name == call {
						return errors.New("AWS throttled it")
					}
					return nil
				}
				require.NoError(t, a.launcher(throttled).Launch(t.Context(), a.job("t")))
				agent.Work()
				a.succeeded("t")
			})
		})
	}
}

// TestManyJobsAskOnce: a Map of hundreds of jobs would throttle DescribeTasks.
func TestManyJobsAskOnce(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("warm")
		a.started().Work()
		time.Sleep(2 * time.Minute)
		l, before := a.launcher(nil), a.Calls("Cluster.Task")
		for i := range 20 {
			require.NoError(t, l.Launch(t.Context(), a.job(fmt.Sprint("t", i))))
			time.Sleep(time.Second)
		}
		assert.Equal(t, 2, a.Calls("Cluster.Task")-before, "once in ten seconds")
		before = a.Calls("Cluster.Task")
		require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t")))
		assert.Equal(t, 1, a.Calls("Cluster.Task")-before, "another process has not seen it")
	})
}

// TestSlowStart: images of ten minutes, and hosts that boot for minutes.
func TestSlowStart(t *testing.T) {
	t.Parallel()
	for _, c := range []configuration.Configuration{onFargate(), onHost()} {
		inAccount(t, c, func(t *testing.T, a *account) {
			began := time.Now()
			a.launch("t")
			if c.Host != nil {
				a.pass(4 * time.Minute)
				a.registered(a.Register(a.Hosts()[0].ID, a.name()))
			}
			a.SetTask(a.state().Task, "PENDING", "RUNNING")
			for range 10 {
				a.pass(time.Minute)
				assert.Less(t, time.Since(a.Step("t").LastHeartbeat), 2*time.Minute)
			}
			a.started().Work()
			a.succeeded("t")
			assert.Greater(t, time.Since(began), 10*time.Minute)
			assert.Len(t, a.Tasks(), 1)
		})
	}
	// One that never starts is stopped, and so are the two after it.
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("t")
		for range 50 {
			a.pass(time.Minute)
		}
		a.failed("t", "USER_INITIATED", "3 times in a row", "has not started within 15 minutes")
	})
}

// TestPrewarmSideBySide: a runner without capacity does not delay the others.
func TestPrewarmSideBySide(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		var wanted []message.PrewarmTarget
		for i := range 3 {
			c := a.c
			c.RunnerName = fmt.Sprint("R", i)
			c.QueueURL += c.RunnerName
			wanted = append(wanted, message.PrewarmTarget{Runner: c.ResourceName(), Configuration: a.Deploy(c)})
		}
		a.RefuseTask = func(_ int, r launch.TaskRequest) error {
			if r.Group == configuration.Group("dev-shop-R0") {
				return &launch.Refusal{Failures: []launch.RunFailure{{Reason: "Capacity is unavailable at this time"}}}
			}
			return nil
		}
		began := time.Now()
		require.Error(t, a.launcher(nil).Prewarm(t.Context(), wanted))
		require.Len(t, a.Tasks(), 2)
		for _, task := range a.Tasks() {
			assert.Zero(t, task.Since.Sub(began))
		}
	})
}

// TestHiddenWhenAStartIsGivenUp: a job in the hands of an agent that dies is seen by a
// check.
func TestHiddenWhenAStartIsGivenUp(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		refusing := true
		a.RefuseTask = func(int, launch.TaskRequest) error {
			if !refusing {
				return nil
			}
			return &launch.Refusal{Code: "ClusterNotFoundException", Message: "no"}
		}
		a.Wait("hidden")
		queue := a.Ports(nil).Queue
		require.NoError(t, queue.Send(t.Context(), a.c.QueueURL, "hidden", []byte(a.message("hidden"))))
		_, err := queue.Receive(t.Context(), a.c.QueueURL, 0, time.Minute)
		require.NoError(t, err)
		a.launch("first")
		assert.True(t, a.Step("first").Closed())
		a.pass(3 * time.Minute)
		a.failed("hidden", "TaskFailedToStart", "ClusterNotFoundException")
		a.pass(time.Hour)
		a.quiet()
	})
}

// TestLostEvents: a task's end, or a registration, of which no event tells.
func TestLostEvents(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("runs")
		a.started().Take(1)
		a.launch("waits")
		a.StopTask(a.state().Task, "EssentialContainerExited", "killed")
		a.pass(2 * time.Minute)
		a.failed("runs", "RuntimeError", "killed")
		a.started().Work()
		a.succeeded("waits")
	})
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("t")
		a.Register(a.Hosts()[0].ID, a.name())
		a.pass(time.Minute)
		a.started().Work()
		a.succeeded("t")
		a.StopTask(a.state().Task, "EssentialContainerExited", "killed")
		a.pass(30 * time.Minute)
		assert.Zero(t, a.living())
		a.quiet()
	})
}

// TestReplacedTaskHasEnded: a task ended with a job, and its event was lost. The start of
// another configuration answers for the job, which nobody would find any more.
func TestReplacedTaskHasEnded(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("begun")
		require.Len(t, a.started().Take(1), 1)
		time.Sleep(2 * time.Minute)
		a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "OutOfMemoryError")
		a.redeploy(func(c *configuration.Configuration) { c.Task.Memory = 4096 })
		a.launch("next")
		a.failed("begun", "RuntimeError", "OutOfMemoryError")
		a.started().Work()
		a.succeeded("next")
	})
}

// TestDeletedQueueIsAskedOnce: the queue is deleted while an event's launcher waits for
// the messages that an agent may have held.
func TestDeletedQueueIsAskedOnce(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("job")
		a.started().Work()
		event := a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "OutOfMemoryError")
		a.RemoveQueue(a.c.QueueURL)
		before := a.Calls("Queue.Receive")
		limit := func(call string, _ bool) error {
			if a.Calls("Queue.Receive") > before+10 {
				panic(errDead) // it never ends: the queue answers at once
			}
			return nil
		}
		assert.True(t, survives(func() { require.NoError(t, a.launcher(limit).TaskStopped(t.Context(), event)) }))
		assert.LessOrEqual(t, a.Calls("Queue.Receive"), before+1)
	})
}
