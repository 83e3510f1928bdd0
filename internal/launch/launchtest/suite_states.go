package launchtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
)

// StatesFixture is an implementation of launch.States to be held to it.
type StatesFixture struct {
	States launch.States
	// Deploy makes a runner's item, as the lifecycle function does.
	Deploy func(t testing.TB, runner, queue string)
}

// now is the time to the millisecond, as tables keep it.
func now() time.Time { return time.UnixMilli(time.Now().UnixMilli()) }

// TestStates holds an implementation of launch.States to what package launch
// expects. Every test has a runner of its own.
func TestStates(t *testing.T, fixture func(t *testing.T) StatesFixture) {
	t.Helper()
	f := fixture(t)
	var runners atomic.Int32
	deployed := func(t *testing.T) string {
		t.Helper()
		runner := fmt.Sprintf("dev-shop-%d", runners.Add(1))
		f.Deploy(t, runner, "https://queue/"+runner)
		return runner
	}
	for _, test := range []struct {
		name string
		run  func(t *testing.T, states launch.States, runner string)
	}{
		{"a new runner", testNewRunner},
		{"no runner", testNoRunner},
		{"one owner", testOneOwner},
		{"a lock that ended", testEndedLock},
		{"a lock for many", testLockForMany},
		{"a task", testTask},
		{"a task's end", testRemoveTask},
		{"a host", testHost},
		{"a host that is needed", testNeededHost},
		{"a start that failed", testFailedStart},
		{"booting", testBooting},
		{"checks", testChecks},
		{"deletion", testDeletion},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f.States, deployed(t)) })
	}
}

// taken takes the lock.
func taken(t *testing.T, states launch.States, runner, owner string) launch.State {
	t.Helper()
	state, err := states.Lock(t.Context(), runner, launch.Lock{Owner: owner, Until: now().Add(time.Minute), Attempt: "attempt of " + owner, Configuration: "v1-" + owner})
	require.NoError(t, err)
	return state
}

func stateOf(t *testing.T, states launch.States, runner string) launch.State {
	t.Helper()
	state, err := states.State(t.Context(), runner)
	require.NoError(t, err)
	return state
}

func testNewRunner(t *testing.T, states launch.States, runner string) {
	assert.Equal(t, launch.State{QueueURL: "https://queue/" + runner}, stateOf(t, states, runner))
}

func testNoRunner(t *testing.T, states launch.States, _ string) {
	ctx, none := t.Context(), "no-such-runner"
	_, err := states.State(ctx, none)
	require.ErrorIs(t, err, launch.ErrNoRunner)
	_, err = states.Lock(ctx, none, launch.Lock{Owner: "a", Until: now(), Attempt: "x", Configuration: "y"})
	require.ErrorIs(t, err, launch.ErrNoRunner)
	require.ErrorIs(t, states.Renew(ctx, none, "a", now()), launch.ErrNoRunner)
	require.ErrorIs(t, states.RecordTask(ctx, none, "a", launch.TaskRecord{Task: "t", StartedAt: now()}), launch.ErrNoRunner)
	require.ErrorIs(t, states.RecordHost(ctx, none, "a", launch.HostRecord{Host: "h", BootedAt: now()}), launch.ErrNoRunner)
	_, err = states.RemoveTask(ctx, none, "t", true)
	require.ErrorIs(t, err, launch.ErrNoRunner)
	_, err = states.ForgetHost(ctx, none, "h", "", false)
	require.ErrorIs(t, err, launch.ErrNoRunner)
	require.ErrorIs(t, states.ResetFailures(ctx, none), launch.ErrNoRunner)
	_, err = states.MarkDeleted(ctx, none)
	require.ErrorIs(t, err, launch.ErrNoRunner)
	require.NoError(t, states.Release(ctx, none, "a", false))
	require.NoError(t, states.Delete(ctx, none))
	_, err = states.State(ctx, none)
	require.ErrorIs(t, err, launch.ErrNoRunner, "nothing was made by asking")
}

func testOneOwner(t *testing.T, states launch.States, runner string) {
	state := taken(t, states, runner, "a")
	assert.Equal(t, "attempt of a", state.Attempt)
	assert.Equal(t, "v1-a", state.AttemptConfiguration)
	assert.True(t, state.LockedUntil.After(now()))
	found, err := states.Lock(t.Context(), runner, launch.Lock{Owner: "b", Until: now().Add(time.Hour), Attempt: "x", Configuration: "y"})
	require.ErrorIs(t, err, launch.ErrLocked)
	assert.Equal(t, state, found, "who is refused learns who has it")
	assert.Equal(t, state, stateOf(t, states, runner))

	assert.Equal(t, "attempt of a", taken(t, states, runner, "a").Attempt, "the owner again")
	require.ErrorIs(t, states.Renew(t.Context(), runner, "b", now()), launch.ErrChanged)
	require.ErrorIs(t, states.RecordTask(t.Context(), runner, "b", launch.TaskRecord{Task: "t", StartedAt: now()}), launch.ErrChanged)
	require.ErrorIs(t, states.RecordHost(t.Context(), runner, "b", launch.HostRecord{Host: "h", BootedAt: now()}), launch.ErrChanged)
	require.NoError(t, states.Release(t.Context(), runner, "b", true))
	assert.Equal(t, "attempt of a", stateOf(t, states, runner).Attempt)

	until := now().Add(time.Hour)
	require.NoError(t, states.Renew(t.Context(), runner, "a", until))
	assert.WithinDuration(t, until, stateOf(t, states, runner).LockedUntil, 0)
	require.NoError(t, states.Release(t.Context(), runner, "a", false))
	assert.Equal(t, launch.State{QueueURL: "https://queue/" + runner}, stateOf(t, states, runner))
	require.NoError(t, states.Release(t.Context(), runner, "a", false), "again")
}

func testEndedLock(t *testing.T, states launch.States, runner string) {
	taken(t, states, runner, "a")
	require.NoError(t, states.Renew(t.Context(), runner, "a", now().Add(-time.Second)))
	state := taken(t, states, runner, "b")
	assert.Equal(t, "attempt of a", state.Attempt, "an attempt that was broken off keeps its name")
	assert.Equal(t, "v1-b", state.AttemptConfiguration)
	require.ErrorIs(t, states.RecordTask(t.Context(), runner, "a", launch.TaskRecord{Task: "t", StartedAt: now()}), launch.ErrChanged)
	require.NoError(t, states.Release(t.Context(), runner, "b", false))
	assert.Equal(t, "attempt of c", taken(t, states, runner, "c").Attempt)
}

func testLockForMany(t *testing.T, states launch.States, runner string) {
	var owners atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			_, err := states.Lock(t.Context(), runner, launch.Lock{Owner: fmt.Sprint(i), Until: now().Add(time.Minute), Attempt: "x", Configuration: "y"})
			if err == nil {
				owners.Add(1)
			} else {
				assert.ErrorIs(t, err, launch.ErrLocked)
			}
		})
	}
	all.Wait()
	assert.Equal(t, int32(1), owners.Load())
}

func testTask(t *testing.T, states launch.States, runner string) {
	taken(t, states, runner, "a")
	at := now()
	require.NoError(t, states.RecordTask(t.Context(), runner, "a", launch.TaskRecord{Task: "task/1", Configuration: "v1-1", Cluster: "own", StartedAt: at}))
	want := launch.State{QueueURL: "https://queue/" + runner, Task: "task/1", Configuration: "v1-1", Cluster: "own", TaskStartedAt: at}
	assertState(t, want, stateOf(t, states, runner))
	require.ErrorIs(t, states.RecordTask(t.Context(), runner, "a", launch.TaskRecord{Task: "task/2", StartedAt: at}), launch.ErrChanged, "the lock ended with it")

	taken(t, states, runner, "b")
	require.NoError(t, states.RecordTask(t.Context(), runner, "b", launch.TaskRecord{Task: "task/2", Configuration: "v1-2", Cluster: "other", Host: "i-1", StartedAt: at}))
	want.Task, want.Configuration, want.Cluster, want.TaskHost = "task/2", "v1-2", "other", "i-1"
	assertState(t, want, stateOf(t, states, runner))
}

// assertState compares states, times by the instant.
func assertState(t *testing.T, want, got launch.State) {
	t.Helper()
	assert.WithinDuration(t, want.TaskStartedAt, got.TaskStartedAt, 0)
	assert.WithinDuration(t, want.HostBootedAt, got.HostBootedAt, 0)
	got.TaskStartedAt, got.HostBootedAt = want.TaskStartedAt, want.HostBootedAt
	assert.Equal(t, want, got)
}

func testRemoveTask(t *testing.T, states launch.States, runner string) {
	for i, progress := range []bool{false, false, true, false} {
		taken(t, states, runner, "a")
		require.NoError(t, states.RecordTask(t.Context(), runner, "a", launch.TaskRecord{Task: "task", Configuration: "v1-1", Cluster: "own", Host: "i-1", StartedAt: now()}))
		_, err := states.RemoveTask(t.Context(), runner, "other", progress)
		require.ErrorIs(t, err, launch.ErrChanged)
		state, err := states.RemoveTask(t.Context(), runner, "task", progress)
		require.NoError(t, err)
		assertState(t, launch.State{QueueURL: "https://queue/" + runner, StartFailures: []int{1, 2, 0, 1}[i]}, state)
		_, err = states.RemoveTask(t.Context(), runner, "task", progress)
		require.ErrorIs(t, err, launch.ErrChanged, "once")
	}
	require.NoError(t, states.ResetFailures(t.Context(), runner))
	assert.Zero(t, stateOf(t, states, runner).StartFailures)
}

func testHost(t *testing.T, states launch.States, runner string) {
	taken(t, states, runner, "a")
	at := now()
	require.NoError(t, states.RecordHost(t.Context(), runner, "a", launch.HostRecord{Host: "i-1", Configuration: "v1-1", BootedAt: at}))
	want := launch.State{QueueURL: "https://queue/" + runner, Host: "i-1", HostConfiguration: "v1-1", HostBootedAt: at}
	assertState(t, want, stateOf(t, states, runner))

	taken(t, states, runner, "b")
	require.NoError(t, states.RecordTask(t.Context(), runner, "b", launch.TaskRecord{Task: "task", Configuration: "v1-1", Cluster: "own", Host: "i-1", StartedAt: at}))
	want.Task, want.Configuration, want.Cluster, want.TaskHost, want.TaskStartedAt, want.HostBootedAt = "task", "v1-1", "own", "i-1", at, time.Time{}
	assertState(t, want, stateOf(t, states, runner))

	// A task on Fargate leaves the host, which has to be terminated.
	taken(t, states, runner, "c")
	require.NoError(t, states.RecordTask(t.Context(), runner, "c", launch.TaskRecord{Task: "task", Configuration: "v1-1", Cluster: "own", StartedAt: at}))
	want.TaskHost = ""
	assertState(t, want, stateOf(t, states, runner))
	names, err := states.RunnersOnHost(t.Context(), "i-1")
	require.NoError(t, err)
	assert.Contains(t, names, runner)
	names, err = states.RunnersOnHost(t.Context(), "i-2")
	require.NoError(t, err)
	assert.NotContains(t, names, runner)

	// What is known of a host's second task, and of a host's cluster.
	taken(t, states, runner, "d")
	require.NoError(t, states.RecordTask(t.Context(), runner, "d", launch.TaskRecord{Task: "task", Configuration: "v1-1", Cluster: "own", Host: "i-1", Reused: true, StartedAt: at}))
	assert.True(t, stateOf(t, states, runner).TaskHostReused)
	taken(t, states, runner, "e")
	require.NoError(t, states.RecordHost(t.Context(), runner, "e", launch.HostRecord{Host: "i-2", Configuration: "v1-1", Cluster: "own", BootedAt: at}))
	assert.Equal(t, "own", stateOf(t, states, runner).HostCluster)
}

func testNeededHost(t *testing.T, states launch.States, runner string) {
	forget := func(host, owner string, failed bool) error {
		_, err := states.ForgetHost(t.Context(), runner, host, owner, failed)
		return err
	}
	taken(t, states, runner, "a")
	require.NoError(t, states.RecordHost(t.Context(), runner, "a", launch.HostRecord{Host: "i-1", Configuration: "v1-1", BootedAt: now()}))
	require.ErrorIs(t, forget("i-2", "", false), launch.ErrChanged, "another host")
	taken(t, states, runner, "b")
	require.ErrorIs(t, forget("i-1", "", false), launch.ErrChanged, "another starts the runner")
	require.NoError(t, states.RecordTask(t.Context(), runner, "b", launch.TaskRecord{Task: "task", Configuration: "v1-1", Cluster: "own", Host: "i-1", StartedAt: now()}))
	require.ErrorIs(t, forget("i-1", "", false), launch.ErrChanged, "a task is on it")
	_, err := states.RemoveTask(t.Context(), runner, "task", true)
	require.NoError(t, err)
	taken(t, states, runner, "c")
	require.NoError(t, forget("i-1", "c", true), "its owner may")
	assert.Equal(t, 1, stateOf(t, states, runner).StartFailures)
	require.NoError(t, states.RecordHost(t.Context(), runner, "c", launch.HostRecord{Host: "i-2", Configuration: "v1-1", BootedAt: now()}))
	require.NoError(t, forget("i-2", "", false))
	assertState(t, launch.State{QueueURL: "https://queue/" + runner, StartFailures: 1}, stateOf(t, states, runner))
}

func testFailedStart(t *testing.T, states launch.States, runner string) {
	taken(t, states, runner, "a")
	require.NoError(t, states.Release(t.Context(), runner, "a", true))
	assert.Equal(t, launch.State{QueueURL: "https://queue/" + runner, FailedAttempt: "attempt of a"}, stateOf(t, states, runner))
	assert.Equal(t, "attempt of b", taken(t, states, runner, "b").Attempt)
}

func testBooting(t *testing.T, states launch.States, runner string) {
	names, err := states.BootingRunners(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, names, runner)
	taken(t, states, runner, "a")
	require.NoError(t, states.RecordHost(t.Context(), runner, "a", launch.HostRecord{Host: "i-1", Configuration: "v1-1", BootedAt: now()}))
	names, err = states.BootingRunners(t.Context())
	require.NoError(t, err)
	assert.Contains(t, names, runner)
	_, err = states.MarkDeleted(t.Context(), runner)
	require.NoError(t, err)
	names, err = states.BootingRunners(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, names, runner)
}

func testDeletion(t *testing.T, states launch.States, runner string) {
	taken(t, states, runner, "a")
	for range 2 {
		state, err := states.MarkDeleted(t.Context(), runner)
		require.NoError(t, err)
		assert.Equal(t, "attempt of a", state.Attempt)
	}
	_, err := states.State(t.Context(), runner)
	require.ErrorIs(t, err, launch.ErrNoRunner)
	require.ErrorIs(t, states.RecordTask(t.Context(), runner, "a", launch.TaskRecord{Task: "t", StartedAt: now()}), launch.ErrNoRunner)
	_, err = states.Lock(t.Context(), runner, launch.Lock{Owner: "a", Until: now(), Attempt: "x", Configuration: "y"})
	require.ErrorIs(t, err, launch.ErrNoRunner)
	require.NoError(t, states.Delete(t.Context(), runner))
	_, err = states.MarkDeleted(t.Context(), runner)
	require.ErrorIs(t, err, launch.ErrNoRunner)
}
