package launch_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

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

// TestImpairedHost: EC2's status checks of a host fail, and its ECS agent is connected
// nevertheless. One look is no proof, and neither is a question without an answer.
func TestImpairedHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.ImpairHost(a.Hosts()[0].ID, true)
		at, found := a.NextCheck()
		require.True(t, found)
		a.pass(time.Until(at) + time.Second)
		a.ImpairHost(a.Hosts()[0].ID, false)
		a.pass(time.Hour)
		assert.Equal(t, "running", a.Hosts()[0].State, "it was impaired for one look")
		a.ImpairHost(a.Hosts()[0].ID, true)
		a.pass(20 * time.Minute)
		assert.Equal(t, "shutting-down", a.Hosts()[0].State)
		assert.Equal(t, "STOPPED", a.Tasks()[0].LastStatus)
		a.pass(30 * time.Minute)
		a.quiet()
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
		require.NoError(t, a.remove(nil))
		assert.Equal(t, "terminated", a.Hosts()[0].State)
		assert.False(t, a.Hosts()[0].Registered)
		assert.Less(t, time.Since(began), 4*time.Minute)
	})
	// A host that never ends delays the removal for a bounded time.
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.EndTime = time.Hour
		began := time.Now()
		require.NoError(t, a.remove(nil))
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
		require.NoError(t, a.remove(nil))
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

// TestThrottledStart: a question is not answered while the launcher has the start lock.
// The next launcher does not wait for that lock's end.
func TestThrottledStart(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		time.Sleep(time.Minute)
		a.StopTask(a.state().Task, "EssentialContainerExited", "OOM") // its event is lost
		throttled := func(name string, _ bool) error {
			if name == "Cluster.Instance" {
				return errors.New("AWS throttled it")
			}
			return nil
		}
		require.NoError(t, a.launcher(throttled).Launch(t.Context(), a.job("t")))
		assert.Len(t, a.Tasks(), 1)
		began := time.Now()
		a.launch("next")
		assert.Len(t, a.Tasks(), 2)
		assert.Less(t, time.Since(began), 10*time.Second)
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
