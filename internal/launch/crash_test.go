package launch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// fault is what becomes of a user's call: its ports die or fail at call n,
// before it is done or after that.
type fault struct {
	name string
	hook func(n int, done bool) launchtest.Hook
	done bool
}

func faults() []fault {
	return []fault{
		{"dies before call", dieAtCall, false},
		{"dies after call", dieAtCall, true},
		{"call is refused", failing, false},
		{"answer is lost at call", failing, true},
	}
}

// everyCall runs a story once for each of its calls, with the fault in that
// call, until the story has fewer calls.
func everyCall(t *testing.T, c configuration.Configuration, story func(t *testing.T, a *account, faulty launchtest.Hook)) {
	t.Helper()
	for _, f := range faults() {
		n, over := 1, false
		for !over {
			name := fmt.Sprintf("%s %d", f.name, n)
			passed := t.Run(name, func(t *testing.T) {
				inAccount(t, c, func(t *testing.T, a *account) {
					hook, calls := f.hook(n, f.done), 0
					story(t, a, func(call string, done bool) error {
						if done == f.done {
							calls++
						}
						return hook(call, done)
					})
					over = calls < n
				})
			})
			if n++; !passed || n > 200 {
				require.True(t, passed, name)
				require.Less(t, n, 200, "the story ends")
				return
			}
		}
	}
}

// invoke is one invocation of a function, and whether it went well.
func invoke(do func() error) bool {
	var err error
	return survives(func() { err = do() }) && err == nil
}

// delivered delivers an event as EventBridge does: again after a minute, and
// after two more, when the function fails or dies.
func (a *account) delivered(faulty launchtest.Hook, handle func(l *launch.Launcher) error) {
	a.t.Helper()
	first := a.launcher(faulty)
	if invoke(func() error { return handle(first) }) {
		return
	}
	for _, wait := range []time.Duration{time.Minute, 2 * time.Minute} {
		time.Sleep(wait)
		again := a.launcher(nil)
		if invoke(func() error { return handle(again) }) {
			return
		}
	}
	assert.Fail(a.t, "the event was never handled")
}

// agents starts the agents of all tasks that have not started, and lets those
// leave that the state does not name; their ends are delivered.
func (a *account) agents() (named []*launchtest.Agent) {
	a.t.Helper()
	for _, task := range a.Tasks() {
		if task.LastStatus == "STOPPED" {
			continue
		}
		agent := a.Agent(task.ARN)
		if agent.Start() {
			named = append(named, agent)
			continue
		}
		a.stopped(agent.Exit())
	}
	return named
}

// answered asserts that nobody waits any more, and that a job that began ran
// once.
func (a *account) answered(ran []string, tokens ...string) {
	a.t.Helper()
	times := map[string]int{}
	for _, token := range ran {
		times[token]++
	}
	for _, token := range tokens {
		step := a.Step(token)
		assert.True(a.t, step.Closed(), "%s waits for ever", token)
		assert.LessOrEqual(a.t, times[token], 1, "%s ran more than once", token)
		assert.False(a.t, step.Succeeded && times[token] != 1, token)
	}
}

// TestCrashInALaunch: a launcher dies or fails at any of its calls; then the
// same job is launched again, or another. Everything runs, and nothing doubles:
// there is one task, because the second start repeats the first one's client
// token, and the lock of the dead launcher expires.
func TestCrashInALaunch(t *testing.T) {
	t.Parallel()
	t.Run("then the same job", func(t *testing.T) {
		everyCall(t, onFargate(), func(t *testing.T, a *account, faulty launchtest.Hook) {
			event := a.job("first")
			l := a.launcher(faulty)
			invoke(func() error { return l.Launch(t.Context(), event) })
			require.NoError(t, a.launcher(nil).Launch(t.Context(), event))
			var ran []string
			for _, agent := range a.agents() {
				agent.Work()
				ran = append(ran, agent.Ran...)
			}
			a.answered(ran, "first")
			assert.Equal(t, 1, len(a.Tasks()), "tasks")
		})
	})
	t.Run("then another", func(t *testing.T) {
		everyCall(t, onFargate(), func(t *testing.T, a *account, faulty launchtest.Hook) {
			event := a.job("first")
			l := a.launcher(faulty)
			launched := invoke(func() error { return l.Launch(t.Context(), event) })
			a.launch("second")
			for _, agent := range a.agents() {
				agent.Work()
			}
			a.succeeded("second")
			if launched {
				assert.True(t, a.Step("first").Closed(), "who was launched has an answer")
			}
			assert.Equal(t, 1, len(a.Tasks()), "tasks")
		})
	})
}

// TestCrashAfterATask: the task is killed with jobs that run and jobs that
// wait, and whoever deals with its event dies or fails at any call; the event
// comes again.
func TestCrashAfterATask(t *testing.T) {
	t.Parallel()
	everyCall(t, onFargate(), func(t *testing.T, a *account, faulty launchtest.Hook) {
		for _, token := range tokens(6) {
			a.launch(token)
		}
		killed := a.started()
		assert.Len(t, killed.Take(2), 2)
		event := a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "killed")
		a.delivered(faulty, func(l *launch.Launcher) error { return l.TaskStopped(t.Context(), event) })
		time.Sleep(time.Minute)
		a.stopped(event) // at least once means also twice

		ran := killed.Ran
		agents := a.agents()
		require.Len(t, agents, 1)
		time.Sleep(time.Minute) // what a look held that could not give it back is visible again
		agents[0].Work()
		a.answered(append(ran, agents[0].Ran...), tokens(6)...)
		for _, token := range killed.Ran {
			a.failed(token, "RuntimeError", "the runner's task stopped while the job ran: EssentialContainerExited: killed")
		}
		a.succeeded("token-2", "token-3", "token-4", "token-5")
		assert.Equal(t, 2, len(a.Tasks()), "tasks")
	})
}

// TestCrashWhileAHostBoots: on EC2, launcher, registration and the task's end
// each may be cut off at any call.
func TestCrashWhileAHostBoots(t *testing.T) {
	t.Parallel()
	everyCall(t, onHost(), func(t *testing.T, a *account, faulty launchtest.Hook) {
		event := a.job("first")
		l := a.launcher(faulty)
		invoke(func() error { return l.Launch(t.Context(), event) })
		a.launch("second")
		// All hosts that were started register; each is delivered.
		time.Sleep(time.Minute)
		for _, host := range a.Hosts() {
			instance := a.Register(host.ID, a.name())
			a.delivered(faulty, func(l *launch.Launcher) error { return l.HostRegistered(t.Context(), "attini-default", instance) })
		}
		agents := a.agents()
		require.Len(t, agents, 1)
		time.Sleep(time.Minute) // what a look held that could not give it back is visible again
		agents[0].Work()
		a.succeeded("second")
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
		assert.Equal(t, 1, len(a.Hosts()), "hosts")

		// It idles out, or rather is killed.
		end := a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "killed")
		a.delivered(faulty, func(l *launch.Launcher) error { return l.TaskStopped(t.Context(), end) })
		assert.Equal(t, "shutting-down", a.Hosts()[0].State, "no host outlives its task")
		assert.Empty(t, a.state().Host)
	})
}

// TestCrashWhileAHostIsReused: the task dies, its host lives, and a job waits.
func TestCrashWhileAHostIsReused(t *testing.T) {
	t.Parallel()
	everyCall(t, onHost(), func(t *testing.T, a *account, faulty launchtest.Hook) {
		a.launch("first")
		time.Sleep(time.Minute)
		require.NoError(t, a.launcher(nil).HostRegistered(t.Context(), "attini-default", a.Register(a.Hosts()[0].ID, a.name())))
		a.started().Work()
		end := a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "OutOfMemoryError")
		a.Wait("second")
		require.NoError(t, a.Ports(nil).Queue.Send(t.Context(), a.c.QueueURL, "second", []byte(a.message("second"))))
		a.delivered(faulty, func(l *launch.Launcher) error { return l.TaskStopped(t.Context(), end) })
		a.pass(2 * time.Minute)
		for range 3 { // whatever became of the first host, another registers
			for _, host := range a.Hosts() {
				if host.State == "pending" {
					time.Sleep(time.Minute)
					require.NoError(t, a.launcher(nil).HostRegistered(t.Context(), "attini-default", a.Register(host.ID, a.name())))
				}
			}
		}
		agents := a.agents()
		require.Len(t, agents, 1)
		time.Sleep(time.Minute) // what a look held that could not give it back is visible again
		agents[0].Work()
		a.succeeded("first", "second")
		for _, host := range a.Hosts() {
			assert.True(t, host.State == "shutting-down" || host.ID == a.state().Host, "a host is left over")
		}
	})
}

// TestCrashInARemoval: a runner is deleted while jobs run and wait.
func TestCrashInARemoval(t *testing.T) {
	t.Parallel()
	everyCall(t, onHost(), func(t *testing.T, a *account, faulty launchtest.Hook) {
		a.launch("runs")
		time.Sleep(time.Minute)
		require.NoError(t, a.launcher(nil).HostRegistered(t.Context(), "attini-default", a.Register(a.Hosts()[0].ID, a.name())))
		a.started().Take(1)
		a.launch("waits")
		a.delivered(faulty, func(l *launch.Launcher) error { return l.Remove(t.Context(), a.name()) })
		a.failed("runs", "RunnerRemoved", "was removed from its stack")
		a.failed("waits", "RunnerRemoved", "was removed from its stack")
		assert.Equal(t, "STOPPED", a.Tasks()[0].LastStatus)
		assert.Equal(t, "terminated", a.Hosts()[0].State)
		_, err := a.Ports(nil).States.State(context.Background(), a.name())
		require.ErrorIs(t, err, launch.ErrNoRunner)
		_, err = a.Ports(nil).Configurations.GetConfiguration(context.Background(), a.name(), a.id)
		require.ErrorIs(t, err, configuration.ErrNotFound)
		require.NoError(t, a.remove(nil), "again")
	})
}
