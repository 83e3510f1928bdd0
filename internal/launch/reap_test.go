package launch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// TestKilledTask: five jobs run and ten wait when the task is killed. The five
// fail at once with the reason, the ten run on the new task, whose time to
// start does not count against their heartbeats.
func TestKilledTask(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		all := tokens(15)
		for _, token := range all {
			a.launch(token)
		}
		killed := a.started()
		assert.Len(t, killed.Take(5), 5)
		require.True(t, killed.Hide(time.Minute), "a job that the agent held is hidden for a while")
		time.Sleep(4 * time.Minute)

		event := a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "Essential container in task exited")
		event.Containers = []launch.ContainerStatus{{Name: "Container", Ended: true, ExitCode: 137, Reason: "OutOfMemoryError: container killed due to memory usage"}}
		began := time.Now()
		a.stopped(event)
		assert.Less(t, time.Since(began), 10*time.Second)
		for _, token := range all[:5] {
			a.failed(token, "RuntimeError", "EssentialContainerExited: Essential container in task exited",
				"container Container: exit code 137, OutOfMemoryError")
		}
		for _, token := range all[5:] {
			assert.Equal(t, 1, a.Step(token).Heartbeats, token)
		}
		next := a.started()
		time.Sleep(time.Minute)
		assert.Equal(t, 10, next.Work())
		a.succeeded(all[5:]...)
		assert.Equal(t, 2, len(a.Tasks()), "tasks")
	})
}

// TestAContainerThatBecomesNoAgent says why with its exit code, and the steps
// that wait are told.
func TestAContainerThatBecomesNoAgent(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("a")
		for range 3 {
			tasks := a.Tasks()
			event := a.StopTask(tasks[len(tasks)-1].ARN, "EssentialContainerExited", "Essential container in task exited")
			event.Containers = []launch.ContainerStatus{{Name: "Container", Ended: true, ExitCode: 69}}
			a.stopped(event)
		}
		a.failed("a", "ESSENTIAL_CONTAINER_EXITED", "container Container: exit code 69 (the image has no agent that is new enough, and the download failed)")
	})
}

// TestHiddenJobsAreFound: the only jobs that wait were in the killed
// agent's hands, and so are hidden for a while.
func TestHiddenJobsAreFound(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("held")
		agent := a.started()
		require.True(t, agent.Hide(time.Minute))
		a.stopped(a.StopTask(a.state().Task, "SpotInterruption", "gone"))
		assert.LessOrEqual(t, a.Calls("Queue.Receive"), 5, "by long looks")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("held")
	})
}

// TestIdleEnd: an agent that left by itself costs one look, and nothing is
// started.
func TestIdleEnd(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("t")
		agent := a.started()
		agent.Work()
		before := a.AllCalls()
		began := time.Now()
		event := agent.StopIdle()
		a.stopped(event)
		assert.LessOrEqual(t, time.Since(began), time.Second)
		after := a.AllCalls()
		for name := range before {
			after[name] -= before[name]
			if after[name] == 0 {
				delete(after, name)
			}
		}
		assert.Equal(t, map[string]int{"States.State": 1, "Claims.Claims": 1, "States.RemoveTask": 1, "Queue.Hidden": 1, "Queue.Receive": 1}, after)
		assert.Empty(t, a.state().Task)

		began = time.Now()
		a.stopped(event)
		assert.LessOrEqual(t, time.Since(began), time.Second, "an event that comes twice")
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
	})
}

// TestEventsOfOthers: tasks that are no runner's, that have not stopped, or
// that the state does not know, change nothing.
func TestEventsOfOthers(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("t")
		agent := a.started()
		agent.Take(1)
		before := a.state()
		for _, event := range []launch.TaskStatus{
			{},
			{Group: "family:web", LastStatus: "STOPPED", ARN: before.Task},
			{Group: configuration.Group(a.name()), LastStatus: "DEPROVISIONING", DesiredStatus: "STOPPED", ARN: before.Task},
			{Group: configuration.Group(a.name()), LastStatus: "STOPPED", ARN: "arn:aws:ecs:eu-west-1:111122223333:task/x/other"},
			{Group: configuration.Group("no-such"), LastStatus: "STOPPED", ARN: "arn:aws:ecs:eu-west-1:111122223333:task/x/other"},
		} {
			a.stopped(event)
		}
		assert.Equal(t, before, a.state())
		assert.False(t, a.Step("t").Closed())
	})
}

// TestEventsInAnyOrder: the ends of three tasks that followed each other are
// delivered in every order, some twice, also between the launches.
func TestEventsInAnyOrder(t *testing.T) {
	t.Parallel()
	orders := [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}, {2, 2, 0, 1, 0}}
	for _, order := range orders {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				var events []launch.TaskStatus
				all := tokens(6)
				for i := range 3 {
					a.launch(all[2*i])
					agent := a.started()
					agent.Take(1)
					time.Sleep(time.Minute)
					a.launch(all[2*i+1]) // it waits when the task dies
					events = append(events, a.StopTask(a.state().Task, "SpotInterruption", fmt.Sprint("number ", i)))
				}
				for _, i := range order {
					a.stopped(events[i])
				}
				agents := a.agents()
				require.Len(t, agents, 1)
				agents[0].Work()
				for i := range 3 {
					a.failed(all[0], "RuntimeError", "number 0")
					assert.True(t, a.Step(all[2*i+1]).Closed())
				}
				assert.LessOrEqual(t, len(a.Tasks()), 4)
			})
		})
	}
}

// TestNeverComesUp: the task ends before it takes a job, again and again. After
// three times everybody who waits is told the last reason, by its code's name;
// later jobs begin anew.
func TestNeverComesUp(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		a.launch("second")
		for i := 1; i <= 3; i++ {
			require.Equal(t, i, len(a.Tasks()), "tasks")
			assert.False(t, a.Step("first").Closed())
			a.stopped(a.StopTask(a.state().Task, "TaskFailedToStart", fmt.Sprintf("CannotPullContainerError: try %d", i)))
		}
		assert.Equal(t, 3, len(a.Tasks()), "tasks")
		for _, token := range []string{"first", "second"} {
			a.failed(token, "TASK_FAILED_TO_START", "ended before it took a job, 3 times in a row; the last time: TaskFailedToStart: CannotPullContainerError: try 3", "What to do: ")
		}
		assert.Empty(t, a.Messages(a.c.QueueURL))
		assert.Zero(t, a.state().StartFailures)

		a.launch("later")
		assert.Equal(t, 1, a.started().Work())
	})
}

// TestNeverComesUpAndItsEventIsLost: the same without events: each launch finds
// the dead task.
func TestNeverComesUpAndItsEventIsLost(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		for i, token := range tokens(4) {
			a.launch(token)
			if i < 3 {
				a.StopTask(a.state().Task, "", "")
			}
			time.Sleep(20 * time.Second)
		}
		for _, token := range tokens(4) {
			a.failed(token, "unknown stop code", "3 times in a row; the last time: ECS gives no reason")
		}
	})
}

// TestFailuresInARowOnly: a task that took a job, or left by itself, ends the
// row, and so does a look that finds nobody waiting.
func TestFailuresInARowOnly(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		for round := range 5 {
			token := fmt.Sprint("round ", round)
			a.launch(token)
			a.stopped(a.StopTask(a.state().Task, "TaskFailedToStart", "capacity"))
			a.stopped(a.StopTask(a.state().Task, "TaskFailedToStart", "capacity"))
			agent := a.started()
			assert.Equal(t, 1, agent.Work())
			a.stopped(agent.StopIdle())
			a.succeeded(token)
		}
		a.launch("given up")
		a.Abort("given up")
		a.stopped(a.StopTask(a.state().Task, "TaskFailedToStart", "capacity"))
		assert.Zero(t, a.state().StartFailures)
		assert.Empty(t, a.Messages(a.c.QueueURL), "what nobody waits for is gone")
	})
}

// TestPoisonedJob: a job that kills its task is failed each time, and does not
// keep others from running.
func TestPoisonedJob(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		all := tokens(6)
		for _, token := range all {
			a.launch(token)
		}
		for i := range 5 {
			agent := a.started()
			assert.Equal(t, all[i:i+1], agent.Take(1))
			a.stopped(agent.Exit())
		}
		assert.Equal(t, 1, a.started().Work())
		a.succeeded(all[5])
	})
}

// TestRestartKeepsTheConfiguration: jobs of an older configuration get a task
// of that one.
func TestRestartKeepsTheConfiguration(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("old")
		old := a.id
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		a.stopped(a.StopTask(a.state().Task, "SpotInterruption", "gone"))
		assert.Equal(t, old, a.state().Configuration)
		assert.Equal(t, 1, a.started().Work())
	})
}

// TestClaimOfAnAnsweredStep: an agent that died between its answer and the end
// of its claim has answered.
func TestClaimOfAnAnsweredStep(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("t")
		agent := a.started()
		agent.Take(1)
		a.Abort("t")
		a.stopped(agent.Exit())
		claims, err := a.Ports(nil).Claims.Claims(t.Context(), a.name(), "")
		require.NoError(t, err)
		require.Len(t, claims, 1)
		assert.True(t, claims[0].Finished)
		assert.Empty(t, claims[0].Token)
	})
}

// TestOneStepThatCannotBeFailed does not keep the others from being told.
func TestOneStepThatCannotBeFailed(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		for _, token := range tokens(3) {
			a.launch(token)
		}
		agent := a.started()
		agent.Take(3)
		event := agent.Exit()
		failed := false
		l := a.launcher(func(call string, done bool) error {
			if call == "Steps.Fail" && !done && !failed {
				failed = true
				return errFailed
			}
			return nil
		})
		require.ErrorIs(t, l.TaskStopped(t.Context(), event), errFailed, "so that the event comes again")
		assert.False(t, a.Step("token-0").Closed())
		assert.True(t, a.Step("token-1").Closed())
		assert.True(t, a.Step("token-2").Closed())
		a.stopped(event)
		assert.True(t, a.Step("token-0").Closed())
	})
}

// TestStartIsImpossible: jobs wait for a configuration that is gone.
func TestStartIsImpossible(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("t")
		require.NoError(t, a.Ports(nil).Configurations.DeleteConfigurations(t.Context(), a.name()))
		a.stopped(a.StopTask(a.state().Task, "SpotInterruption", "gone"))
		a.failed("t", "RunnerConfigError", "has no configuration "+a.id)
		assert.Empty(t, a.Messages(a.c.QueueURL))
	})
}

// TestNoJobs: what is no job in the queue starts nobody.
func TestNoJobs(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("t")
		a.started().Work()
		for i, body := range []string{"no", "{}"} {
			require.NoError(t, a.Ports(nil).Queue.Send(t.Context(), a.c.QueueURL, fmt.Sprint(i), []byte(body)))
		}
		a.stopped(a.StopTask(a.state().Task, "SpotInterruption", "gone"))
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
		assert.Len(t, a.Messages(a.c.QueueURL), 2)
	})
}
