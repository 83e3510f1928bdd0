package launch_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// TestAnswerToTheLastReceiveIsLost: SQS hides a message that no agent got. The
// runner's task ends normally before the message is visible again; the job still
// gets a task.
func TestAnswerToTheLastReceiveIsLost(t *testing.T) {
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		agent := a.started()
		agent.Work()
		time.Sleep(9 * time.Minute)
		a.launch("late")
		require.Len(t, a.Tasks(), 1)
		require.True(t, agent.Hide(time.Minute))
		time.Sleep(30 * time.Second)
		a.stopped(agent.StopIdle())
		require.Len(t, a.Tasks(), 2, "a task for the late job")
		a.started().Work()
		a.succeeded("first", "late")
	})
}

// TestIdleEndWithoutHiddenMessages: the launcher waits for a hidden message only
// if there is one.
func TestIdleEndWithoutHiddenMessages(t *testing.T) {
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("only")
		agent := a.started()
		agent.Work()
		began := time.Now()
		a.stopped(agent.StopIdle())
		assert.Less(t, time.Since(began), 5*time.Second)
		assert.Len(t, a.Tasks(), 1)
	})
}

// TestTaskEndsBeforeItIsRecorded: the agent gives up since the state does not name
// its task yet, and the event of its end is handled before the launcher writes the
// task into the state. No other event follows.
func TestTaskEndsBeforeItIsRecorded(t *testing.T) {
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		once := false
		slow := launchtest.Hook(func(call string, done bool) error {
			if call != "Cluster.Run" || !done || once {
				return nil
			}
			once = true
			time.Sleep(25 * time.Second)
			event := a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "the state names no task")
			go a.stopped(event)
			time.Sleep(3 * time.Second)
			return nil
		})
		require.NoError(t, a.launcher(slow).Launch(t.Context(), a.job("only")))
		time.Sleep(time.Minute)
		require.Len(t, a.Tasks(), 2, "a task for the job")
		a.started().Work()
		a.succeeded("only")
	})
}

// TestSlowStartWithoutEvent: the event of such a task is lost.
func TestSlowStartWithoutEvent(t *testing.T) {
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		once := false
		slow := launchtest.Hook(func(call string, done bool) error {
			if call == "Cluster.Run" && done && !once {
				once = true
				time.Sleep(11 * time.Second)
				a.StopTask(a.Tasks()[0].ARN, "EssentialContainerExited", "")
			}
			return nil
		})
		require.NoError(t, a.launcher(slow).Launch(t.Context(), a.job("only")))
		require.Len(t, a.Tasks(), 2, "a task for the job")
	})
}

// TestHiddenMessagesCannotBeCounted: the launcher then looks as if there were some.
func TestHiddenMessagesCannotBeCounted(t *testing.T) {
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		agent := a.started()
		agent.Work()
		a.launch("late")
		require.True(t, agent.Hide(30*time.Second))
		l := a.launcher(func(call string, _ bool) error {
			if call == "Queue.Hidden" {
				return errFailed
			}
			return nil
		})
		require.NoError(t, l.TaskStopped(t.Context(), agent.StopIdle()))
		require.Len(t, a.Tasks(), 2, "a task for the late job")
	})
}

// TestLockForAnotherConfiguration: a launcher that waits for a start of its own
// configuration, and then sees another being started until its time is over, leaves
// its job to a check.
func TestLockForAnotherConfiguration(t *testing.T) {
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		states := a.Ports(nil).States
		lock := func(owner, configuration string, duration time.Duration) {
			_, err := states.Lock(t.Context(), a.name(), launch.Lock{Owner: owner, Until: time.Now().Add(duration), Attempt: "of " + owner, Configuration: configuration})
			require.NoError(t, err)
		}
		lock("first", a.id, time.Minute)
		go func() {
			time.Sleep(10 * time.Second)
			assert.NoError(t, states.Release(t.Context(), a.name(), "first", false))
			lock("second", "v1-other", time.Hour)
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, a.launcher(nil).Launch(ctx, a.job("t")))
		assert.False(t, a.Step("t").Closed())
		require.NoError(t, states.Release(t.Context(), a.name(), "second", false))
		a.pass(2 * time.Minute)
		a.started().Work()
		a.succeeded("t")
	})
}
