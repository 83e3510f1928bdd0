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

// TestHungHost: the ECS agent of a warm runner's host is not connected any more. ECS
// says RUNNING for ever. The job that waits gets another host.
func TestHungHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.HangHost(a.Hosts()[0].ID)
		a.launch("waits")
		a.pass(5 * time.Minute)
		assert.False(t, a.Step("waits").Closed())
		assert.Less(t, time.Since(a.Step("waits").LastHeartbeat), 2*time.Minute, "its step stays alive")
		require.Len(t, a.Hosts(), 2)
		assert.Equal(t, "shutting-down", a.Hosts()[0].State)
		a.registered(a.Register(a.Hosts()[1].ID, a.name()))
		a.started().Work()
		a.succeeded("waits")
	})
}

// TestHostReconnects: one look without a connection is no proof.
func TestHostReconnects(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		looks := 0
		a.OnInstance = func(i launch.Instance, err error) (launch.Instance, error) {
			looks++
			i.Ready = looks%2 == 0
			return i, err
		}
		a.pass(2 * time.Hour)
		assert.Greater(t, looks, 8)
		assert.Len(t, a.Hosts(), 1)
		assert.Len(t, a.Tasks(), 1)
	})
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

// TestNoHostIsForgotten: hosts that cannot register, on every way out of the state.
func TestNoHostIsForgotten(t *testing.T) {
	t.Parallel()
	toFargate := func(c *configuration.Configuration) { c.Host = nil }
	t.Run("to Fargate while it boots", func(t *testing.T) {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			a.launch("t")
			a.pass(100 * time.Second)
			a.Abort("t")
			a.redeploy(toFargate)
			a.launch("again")
			assert.Zero(t, a.living())
			a.started().Work()
			a.succeeded("again")
		})
	})
	t.Run("to Fargate after its task was lost", func(t *testing.T) {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			warmHost(a)
			a.StopTask(a.state().Task, "EssentialContainerExited", "killed")
			time.Sleep(time.Hour)
			a.redeploy(toFargate)
			a.launch("again")
			a.started().Work()
			a.pass(20 * time.Minute)
			assert.Zero(t, a.living())
		})
	})
	t.Run("no answer to RunInstances", func(t *testing.T) {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			l := a.launcher(func(call string, after bool) error {
				if call == "Hosts.Run" && after {
					return errors.New("no answer to ec2:RunInstances: timeout")
				}
				return nil
			})
			require.NoError(t, l.Launch(t.Context(), a.job("t")))
			a.failed("t", "Ec2StartFailedError", "no answer")
			assert.Equal(t, 1, a.living())
			a.pass(40 * time.Minute)
			assert.Zero(t, a.living())
			a.pass(15 * time.Minute)
			a.quiet()
		})
	})
	for name, redeploy := range map[string]bool{"the launcher dies": false, "the launcher dies, another configuration follows": true} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, onHost(), func(t *testing.T, a *account) {
				l := a.launcher(func(call string, _ bool) error {
					if call == "States.RecordHost" {
						panic(errDead)
					}
					return nil
				})
				event := a.job("t")
				require.False(t, invoke(func() error { return l.Launch(t.Context(), event) }))
				if redeploy {
					time.Sleep(65 * time.Second)
					a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
					a.launch("next")
				}
				a.pass(time.Hour)
				assert.Zero(t, a.living())
				assert.True(t, a.Step("t").Closed())
				a.quiet()
			})
		})
	}
	t.Run("many slow subnets", func(t *testing.T) {
		c := onHost()
		c.Network.Subnets = nil
		for i := range 16 {
			c.Network.Subnets = append(c.Network.Subnets, fmt.Sprintf("subnet-0%x", i))
		}
		inAccount(t, c, func(t *testing.T, a *account) {
			began := time.Now()
			a.RefuseHost = func(int, launch.HostRequest) error {
				if time.Since(began) < 100*time.Second {
					return &launch.Refusal{Code: "InsufficientInstanceCapacity", Message: "none"}
				}
				return nil
			}
			slow := func(call string, done bool) error {
				if call == "Hosts.Run" && !done {
					time.Sleep(8 * time.Second)
				}
				return nil
			}
			event, done := a.job("one"), make(chan error, 1)
			go func() { done <- a.launcher(slow).Launch(t.Context(), event) }()
			time.Sleep(65 * time.Second)
			require.NoError(t, a.launcher(slow).Launch(t.Context(), a.job("two")))
			require.NoError(t, <-done)
			assert.Len(t, a.Hosts(), 1)
		})
	})
}

// TestDaemon: the cluster's daemons have tasks on the host before the runner has.
func TestDaemon(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("t")
		time.Sleep(time.Minute)
		instance := a.Register(a.Hosts()[0].ID, a.name())
		instance.Tasks = 1
		a.registered(instance)
		require.Len(t, a.Tasks(), 1)

		extra, err := a.Ports(nil).Hosts.Run(t.Context(), launch.HostRequest{Token: "lost"})
		require.NoError(t, err)
		unknown := a.Register(extra, a.name())
		a.OnInstance = func(i launch.Instance, err error) (launch.Instance, error) {
			i.Tasks++
			return i, err
		}
		unknown.Tasks = 1
		a.registered(unknown)
		assert.Equal(t, "shutting-down", a.Hosts()[1].State, "only a daemon is on it")
	})
}

// TestRemovalWaitsForTheHost: a cluster of the same stack cannot be deleted while the
// host is registered, nor a security group while the host has it.
func TestRemovalWaitsForTheHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.EndTime = time.Minute
		a.HangHost(a.Hosts()[0].ID)
		began := time.Now()
		require.NoError(t, a.launcher(nil).Remove(t.Context(), a.name()))
		assert.Equal(t, "terminated", a.Hosts()[0].State)
		assert.False(t, a.Hosts()[0].Registered)
		assert.Less(t, time.Since(began), 4*time.Minute)
	})
	// A host that never ends delays the removal for a bounded time.
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.EndTime = time.Hour
		began := time.Now()
		require.NoError(t, a.launcher(nil).Remove(t.Context(), a.name()))
		assert.Less(t, time.Since(began), 4*time.Minute)
	})
}

// TestRemovalFindsEverything: what the state does not name is removed, too.
func TestRemovalFindsEverything(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		_, err := a.Ports(nil).Hosts.Run(t.Context(), launch.HostRequest{Token: "lost", LaunchTemplate: a.c.Host.LaunchTemplateID})
		require.NoError(t, err)
		assert.Equal(t, 2, a.living())
		require.NoError(t, a.launcher(nil).Remove(t.Context(), a.name()))
		assert.Zero(t, a.living())
	})
}

// TestHostEndsAtOnce: EC2 ends the host, for a reason that the step is told at once.
func TestHostEndsAtOnce(t *testing.T) {
	t.Parallel()
	for event, within := range map[bool]time.Duration{true: 10 * time.Second, false: 65 * time.Second} {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			a.launch("t")
			began := time.Now()
			time.Sleep(5 * time.Second)
			host := a.Hosts()[0].ID
			a.EndHost(host, "Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state")
			if event {
				require.NoError(t, a.launcher(nil).HostEnded(t.Context(), host))
				require.NoError(t, a.launcher(nil).HostEnded(t.Context(), host), "twice")
				require.NoError(t, a.launcher(nil).HostEnded(t.Context(), "i-other"))
			}
			a.pass(within - time.Since(began))
			a.failed("t", "Ec2StartFailedError", "Client.InvalidKMSKey.InvalidState")
		})
	}
}

// TestOverdueHostIsFoundInTime: no execution ends and no job comes when it is overdue.
func TestOverdueHostIsFoundInTime(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		began := time.Now()
		a.RefuseHost = func(int, launch.HostRequest) error {
			if time.Since(began) < time.Minute {
				return &launch.Refusal{Code: "InsufficientInstanceCapacity", Message: "none"}
			}
			return nil
		}
		a.launch("t")
		a.pass(7 * time.Minute)
		a.failed("t", "Ec2StartFailedError", "did not register in the cluster")
		assert.Zero(t, a.living())
	})
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		require.NoError(t, a.launcher(nil).Prewarm(t.Context(), []message.PrewarmTarget{{Runner: a.name(), Configuration: a.id}}))
		a.pass(6 * time.Minute)
		assert.Zero(t, a.living())
		a.pass(time.Hour)
		a.quiet()
	})
}

// TestEventIsAheadOfTheList: ListContainerInstances does not know the host yet, or says
// that it is not connected.
func TestEventIsAheadOfTheList(t *testing.T) {
	t.Parallel()
	for _, answer := range []error{launch.ErrNotRegistered, nil} {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			a.launch("t")
			time.Sleep(time.Minute)
			instance := a.Register(a.Hosts()[0].ID, a.name())
			a.OnInstance = func(i launch.Instance, _ error) (launch.Instance, error) {
				i.Ready = false
				return i, answer
			}
			a.registered(instance)
			require.Len(t, a.Tasks(), 1)
		})
	}
}

// TestBackAndForth: B is deployed, starts a host, and is rolled back to A. A's waiting
// jobs run.
func TestBackAndForth(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		old, before, id := a.agent(), a.c, a.id
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		a.launch("b")
		time.Sleep(20 * time.Second)
		a.Abort("b")
		a.c, a.id = before, id
		a.Deploy(before)
		a.launch("a1")
		old.Take(1)
		a.launch("a2")
		time.Sleep(30 * time.Second)
		a.registered(a.Register(a.Hosts()[1].ID, a.name()))
		assert.Equal(t, "shutting-down", a.Hosts()[1].State, "no job waits for it")
		old.Succeed("a1")
		old.Work()
		a.succeeded("a1", "a2")
	})
	// On Fargate, B's task alone takes the runner away from A's agent.
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("a1")
		old := a.started()
		old.Take(1)
		a.launch("a2")
		before := a.id
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		require.NoError(t, a.launcher(nil).Prewarm(t.Context(), []message.PrewarmTarget{{Runner: a.name(), Configuration: a.id}}))
		a.started()
		old.Succeed("a1")
		a.stopped(old.Exit())
		a.pass(5 * time.Minute)
		require.Equal(t, before, a.state().Configuration)
		a.started().Work()
		a.succeeded("a1", "a2")
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

// TestBrokenHost: a host that worked before and whose next task takes no job is
// replaced; its disk may be full.
func TestBrokenHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.launch("waits")
		a.stopped(a.StopTask(a.state().Task, "EssentialContainerExited", "killed"))
		require.Len(t, a.Tasks(), 2)
		assert.Len(t, a.Hosts(), 1, "the host is used again")
		a.stopped(a.StopTask(a.state().Task, "TaskFailedToStart", "CannotPullContainerError: no space left on device"))
		require.Len(t, a.Hosts(), 2)
		assert.Equal(t, "shutting-down", a.Hosts()[0].State)
		a.registerAll()
		a.started().Work()
		a.succeeded("waits")
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

// TestReconnectAtARestart: the ECS agent connects again while the task is replaced.
func TestReconnectAtARestart(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.launch("waits")
		began := time.Now()
		a.OnInstance = func(i launch.Instance, err error) (launch.Instance, error) {
			i.Ready = time.Since(began) > 8*time.Second
			return i, err
		}
		a.stopped(a.StopTask(a.state().Task, "EssentialContainerExited", "OOM"))
		assert.Len(t, a.Hosts(), 1)
		assert.Len(t, a.Tasks(), 2)
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

// TestOriginalsHost: the original's item does not say which host its task is on. The
// host is not ended under the task.
func TestOriginalsHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		p := a.Ports(nil)
		host, err := p.Hosts.Run(t.Context(), launch.HostRequest{Token: "original"})
		require.NoError(t, err)
		a.Register(host, a.name())
		record := func(do func() error) {
			_, err := p.States.Lock(t.Context(), a.name(), launch.Lock{Owner: "o", Until: time.Now().Add(time.Minute), Attempt: "x"})
			require.NoError(t, err)
			require.NoError(t, do())
		}
		record(func() error {
			return p.States.RecordHost(t.Context(), a.name(), "o", launch.HostRecord{Host: host})
		})
		record(func() error {
			return p.States.RecordTask(t.Context(), a.name(), "o", launch.TaskRecord{Task: "arn:aws:ecs:eu-west-1:111122223333:task/attini-default/original"})
		})
		a.launch("t")
		assert.Equal(t, "running", a.Hosts()[0].State)
		require.Len(t, a.Hosts(), 2)
	})
}

// TestCostOfChecks: what a warm runner costs in calls, and that a cold one costs none.
func TestCostOfChecks(t *testing.T) {
	t.Parallel()
	for most, c := range map[int]configuration.Configuration{44: onFargate(), 48: onHost()} {
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
