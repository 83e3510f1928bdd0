package process_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
)

var errTimeout = errors.New("the job took too long")

// interrupted waits for the processes to say their numbers, ends Wait's
// context, and requires that nothing is left.
func interrupted(t *testing.T, c process.Command, processes int) (process.Exit, time.Duration, *lines) {
	t.Helper()
	tree, out := start(t, c)
	ctx, cancel := context.WithCancelCause(t.Context())
	pids := out.pids(t, processes)
	requireAlive(t, pids...)
	begin := time.Now()
	cancel(errTimeout)
	exit, err := tree.Wait(ctx)
	took := time.Since(begin)
	require.ErrorIs(t, err, errTimeout)
	requireGone(t, append(pids, tree.Pid())...)
	return exit, took, out
}

func TestABackgroundProcessDoesNotHoldUpWait(t *testing.T) {
	t.Parallel()
	tree, out := start(t, shell("sh -c 'echo pid $$; exec sleep 1000' & echo hello"))
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Zero(t, exit.Code)
	pids := out.pids(t, 1)
	requireAlive(t, pids...)
	tree.End()
	requireGone(t, append(pids, tree.Pid())...)
	assert.Contains(t, out.String(), "hello\n")
	tree.End()
}

func TestSurvivorsAreReadUntilEnd(t *testing.T) {
	t.Parallel()
	fifo := t.TempDir() + "/fifo"
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	tree, out := start(t, shell(`(echo pid $$; cat "`+fifo+`"; trap 'echo bye; exit' TERM; echo ready; while :; do sleep 0.01; done) &`))
	_, err := tree.Wait(t.Context())
	require.NoError(t, err)
	c := shell(`echo late > "` + fifo + `"`)
	writer, _ := start(t, c)
	_, err = writer.Wait(t.Context())
	require.NoError(t, err)
	out.waitFor("late\nready\n", 1)
	tree.End()
	assert.Contains(t, out.String(), "bye\n", "the last words of a survivor are lost")
}

func TestInterruptAnObedientTree(t *testing.T) {
	t.Parallel()
	c := shell("sh -c 'echo pid $$; exec sleep 1000' & echo pid $$; wait")
	c.Grace = patience
	exit, took, _ := interrupted(t, c, 2)
	assert.Equal(t, process.Exit{Code: 143, Signal: syscall.SIGTERM}, exit)
	assert.Less(t, took, c.Grace/2, "there was nothing to give grace to")
}

func TestALeaderMayEndInOrder(t *testing.T) {
	t.Parallel()
	c := shell("trap 'echo cleaned; exit 7' TERM; echo pid $$; while :; do sleep 0.01; done")
	c.Grace = patience
	exit, _, out := interrupted(t, c, 1)
	assert.Equal(t, process.Exit{Code: 7}, exit)
	assert.Contains(t, out.String(), "cleaned\n")
}

func TestStubbornTrees(t *testing.T) {
	t.Parallel()
	stubborn := role("stubborn").Path
	for _, test := range []struct {
		name, script string
		processes    int
		want         process.Exit
	}{
		{
			"shell and child ignore SIGTERM",
			"trap '' TERM; echo pid $$; sh -c 'echo pid $$; while :; do sleep 1; done' & wait; while :; do sleep 1; done", 2,
			process.Exit{Code: 137, Signal: syscall.SIGKILL},
		},
		{
			"only the child is stubborn",
			"(trap '' TERM; exec sh -c 'echo pid $$; while :; do sleep 1; done') & trap 'exit 5' TERM; echo pid $$; while :; do sleep 0.01; done", 2,
			process.Exit{Code: 5},
		},
		{
			"a child in a session of its own",
			roleVariable + "=stubborn setsid " + stubborn + " & echo pid $$; wait", 2,
			process.Exit{Code: 143, Signal: syscall.SIGTERM},
		},
		{
			"a daemon beside the leader",
			roleVariable + "=daemon " + stubborn + "; echo pid $$; exec sleep 1000", 2,
			process.Exit{Code: 143, Signal: syscall.SIGTERM},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			exit, _, _ := interrupted(t, shell(test.script), test.processes)
			assert.Equal(t, test.want, exit)
		})
	}
}

func TestAStoppedProcessMayObey(t *testing.T) {
	t.Parallel()
	c := shell("trap 'exit 6' TERM; kill -STOP $$; while :; do sleep 0.01; done")
	c.Grace = patience
	tree, _ := start(t, c)
	require.Eventually(t, func() bool { return state(tree.Pid()) == 'T' }, patience, time.Millisecond)
	tree.End()
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, process.Exit{Code: 6}, exit)
}

func TestEndFindsWhatTheLeaderLeft(t *testing.T) {
	t.Parallel()
	test := role("").Path
	for _, c := range []struct {
		name, script string
		processes    int
	}{
		{"a session", "setsid sh -c 'echo pid $$; exec sleep 1000' &", 1},
		{"a daemon", roleVariable + "=daemon " + test, 1},
		{"a daemon without the pipe", "p=$(mktemp -u); mkfifo $p; (setsid sh -c 'exec >/dev/null 2>&1; trap \"\" TERM; echo pid $$ >'$p'; while :; do sleep 1; done' &) ; cat $p; rm $p", 1},
		{"a daemon with children", "(setsid sh -c 'echo pid $$; sh -c \"echo pid \\$\\$; exec env -i sleep 1000\" & wait' &)", 2},
		{"a daemon without environment that writes to the pipe", "(setsid env -i sh -c 'echo pid $$; exec sleep 1000' &)", 1},
		{"a silent one in a group of its own without environment", "set -m; env -i sh -c 'echo pid $$; exec sleep 1000 >/dev/null 2>&1' &", 1},
		{"jobs in groups of their own", "set -m; sh -c 'echo pid $$; exec sleep 1000' & sh -c 'echo pid $$; exec sleep 1000' &", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tree, out := start(t, shell(c.script))
			exit, err := tree.Wait(t.Context())
			require.NoError(t, err)
			assert.Zero(t, exit.Code)
			pids := out.pids(t, c.processes)
			requireAlive(t, pids...)
			tree.End()
			requireGone(t, append(pids, tree.Pid())...)
		})
	}
}

func TestEndWithoutWait(t *testing.T) {
	t.Parallel()
	c := shell("echo pid $$; exec sleep 1000")
	c.Grace = patience
	tree, out := start(t, c)
	out.pids(t, 1)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			tree.End()
			assert.False(t, present(tree.Pid()), "End returned before the tree had ended")
		})
	}
	group.Wait()
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, syscall.SIGTERM, exit.Signal)
}

func TestEndOfOneTreeLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	const script = "(setsid sh -c 'echo pid $$; exec sleep 1000' &); sh -c 'echo pid $$; exec sleep 1000' & echo pid $$; wait"
	one, oneOut := start(t, shell(script))
	other, otherOut := start(t, shell(script))
	onePids, otherPids := oneOut.pids(t, 3), otherOut.pids(t, 3)
	one.End()
	requireGone(t, onePids...)
	requireAlive(t, otherPids...)
	other.End()
	requireGone(t, otherPids...)
}

func TestManyTreesAtOnce(t *testing.T) {
	t.Parallel()
	const trees = 30
	var group sync.WaitGroup
	for i := range trees {
		group.Go(func() {
			tree, out := start(t, shell(fmt.Sprintf("(setsid sh -c 'echo pid $$; exec sleep 1000' &); sh -c 'echo pid $$; exec sleep 1000' & exit %d", i)))
			exit, err := tree.Wait(context.Background())
			assert.NoError(t, err)
			assert.Equal(t, i, exit.Code)
			pids := out.pids(t, 2)
			for _, pid := range pids {
				assert.True(t, alive(pid), "the end of another tree ended process %d", pid)
			}
			tree.End()
			requireGone(t, append(pids, tree.Pid())...)
		})
	}
	group.Wait()
}
