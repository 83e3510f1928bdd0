package launchtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
)

// testChecks: when a runner is checked, and what was in doubt.
func testChecks(t *testing.T, states launch.States, runner string) {
	at := now().Add(time.Minute)
	require.NoError(t, states.SetCheck(t.Context(), runner, at))
	state := stateOf(t, states, runner)
	assert.WithinDuration(t, at, state.CheckAt, 0)
	later := at.Add(time.Minute)
	require.NoError(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{Before: at, At: later, Doubt: "host-unready", DoubtSince: at}))
	state = stateOf(t, states, runner)
	assert.WithinDuration(t, later, state.CheckAt, 0)
	assert.Equal(t, "host-unready", state.Doubt)
	assert.WithinDuration(t, at, state.DoubtSince, 0)

	for _, record := range []launch.CheckRecord{{Before: at}, {Before: at, At: later}, {Before: at, At: later.Add(time.Second), Doubt: "warm"}} {
		require.ErrorIs(t, states.EndCheck(t.Context(), runner, record), launch.ErrChanged, "another was arranged")
		assert.Equal(t, state, stateOf(t, states, runner))
	}
	// The earlier one of two counts, in whichever order they are recorded.
	earlier := later.Add(-time.Second)
	require.NoError(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{Before: at, At: earlier}))
	assert.WithinDuration(t, earlier, stateOf(t, states, runner).CheckAt, 0)

	// Of two checks at the same moment one is made.
	_, err := states.BeginCheck(t.Context(), runner, earlier.Add(-time.Second), later)
	require.ErrorIs(t, err, launch.ErrChanged, "it is too early")
	state, err = states.BeginCheck(t.Context(), runner, earlier, later)
	require.NoError(t, err)
	assert.Equal(t, stateOf(t, states, runner), state)
	assert.WithinDuration(t, later, state.CheckAt, 0)
	_, err = states.BeginCheck(t.Context(), runner, earlier, later)
	require.ErrorIs(t, err, launch.ErrChanged)
	require.NoError(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{Before: later}))
	assert.Equal(t, launch.State{QueueURL: "https://queue/" + runner}, stateOf(t, states, runner))
	require.NoError(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{}), "without an earlier one")

	state, err = states.BeginCheck(t.Context(), runner, at, later)
	require.NoError(t, err, "without an earlier one")
	require.NoError(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{Before: state.CheckAt}))

	// The lock arranges a check, and leaves one that is arranged.
	lock := launch.Lock{Owner: "l", Until: now().Add(time.Minute), Attempt: "x", Configuration: "v1-1", CheckAt: at}
	state, err = states.Lock(t.Context(), runner, lock)
	require.NoError(t, err)
	assert.WithinDuration(t, at, state.CheckAt, 0)
	lock.CheckAt = time.Time{}
	state, err = states.Lock(t.Context(), runner, lock)
	require.NoError(t, err)
	assert.WithinDuration(t, at, state.CheckAt, 0)
	lock.Owner, lock.CheckAt = "m", later
	state, err = states.Lock(t.Context(), runner, lock)
	require.ErrorIs(t, err, launch.ErrLocked)
	assert.WithinDuration(t, at, state.CheckAt, 0, "who does not get the lock arranges nothing by it")
	require.NoError(t, states.Release(t.Context(), runner, "l", false))
	require.NoError(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{Before: at}))

	// A new task ends every doubt.
	require.NoError(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{At: at, Doubt: "agent-silent", DoubtSince: at}))
	taken(t, states, runner, "a")
	require.NoError(t, states.RecordTask(t.Context(), runner, "a", launch.TaskRecord{Task: "task/1", Configuration: "v1-1", Cluster: "own", StartedAt: at}))
	assert.Empty(t, stateOf(t, states, runner).Doubt)

	_, err = states.MarkDeleted(t.Context(), runner)
	require.NoError(t, err)
	require.ErrorIs(t, states.SetCheck(t.Context(), runner, at), launch.ErrNoRunner)
	_, err = states.BeginCheck(t.Context(), runner, at, later)
	require.ErrorIs(t, err, launch.ErrNoRunner)
	require.ErrorIs(t, states.EndCheck(t.Context(), runner, launch.CheckRecord{At: at}), launch.ErrNoRunner)
}
