package launch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
