package process_test

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/attini-go/runner/agent/process"
)

// A terminal would stop a command of a background group that asks for a
// password, and the job would hang.
func TestALeaderHasItsOwnSession(t *testing.T) {
	t.Parallel()
	tree, _ := start(t, shell("exec sleep 1000"))
	session, err := unix.Getsid(tree.Pid())
	require.NoError(t, err)
	assert.Equal(t, tree.Pid(), session)
}

func TestStdinIsTheNullDevice(t *testing.T) {
	t.Parallel()
	tree, out := start(t, shell("readlink /proc/self/fd/0"))
	_, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, os.DevNull+"\n", out.String())
}

// The kernel sends a leader the signal of its parent's death when the thread
// that forked ends. So it must not matter who calls Start.
func TestALeaderOutlivesTheThreadThatCalledStart(t *testing.T) {
	t.Parallel()
	const callers = 20
	trees := make([]*process.Tree, callers)
	threads := make([]int, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			threads[i] = unix.Gettid()
			tree, err := process.Start(shell("exec sleep 1000"))
			if assert.NoError(t, err) {
				trees[i] = tree
			}
		})
	}
	group.Wait()
	for i, tree := range trees {
		require.NotNil(t, tree)
		t.Cleanup(tree.End)
		if threads[i] == os.Getpid() {
			continue // the first thread of a Go program never ends
		}
		require.Eventually(t, func() bool {
			_, err := os.Stat("/proc/self/task/" + strconv.Itoa(threads[i]))
			return os.IsNotExist(err)
		}, patience, time.Millisecond)
	}
	for _, tree := range trees {
		requireAlive(t, tree.Pid())
	}
}

// Orphans that end before anybody looks leave zombies of which nothing but
// their number, group and session is known.
func TestUnseenZombiesAreReaped(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash")
	}
	for _, test := range []struct{ name, script string }{
		{"in the leader's group", "(sh -c 'echo pid $$' &)"},
		{"in a group of its own", "set -m; (set -m; sh -c 'echo pid $$' &)"},
		{"in a session of its own", "(setsid sh -c 'echo pid $$' &)"},
		{"without environment", "(setsid env -i sh -c 'echo pid $$' &)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := shell(test.script + "; exec sleep 1000")
			c.Path = bash
			tree, out := start(t, c)
			orphan := out.pids(t, 1)[0]
			require.Eventually(t, func() bool { return !alive(orphan) }, patience, time.Millisecond)
			tree.End()
			requireGone(t, orphan, tree.Pid())
		})
	}
}

func TestEndSparesTheEndedLeadersOfOtherTrees(t *testing.T) {
	t.Parallel()
	other, _ := start(t, shell("exit 9"))
	require.Eventually(t, func() bool { return state(other.Pid()) == 'Z' }, patience, time.Millisecond)
	tree, out := start(t, shell("(setsid sh -c 'echo pid $$' &)"))
	_, err := tree.Wait(t.Context())
	require.NoError(t, err)
	tree.End()
	requireGone(t, out.pids(t, 1)...)
	assert.Equal(t, byte('Z'), state(other.Pid()), "the number of a tree that has not been ended is free")
	exit, err := other.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, process.Exit{Code: 9}, exit)
}

// Grace is for cleaning up, so what a trap starts is not told to end.
func TestATrapMayStartSessions(t *testing.T) {
	t.Parallel()
	c := shell(`trap 'setsid -w sh -c "sleep 0.3; echo cleaned"; exit 4' TERM; echo pid $$; while :; do sleep 0.01; done`)
	c.Grace = patience
	exit, _, out := interrupted(t, c, 1)
	assert.Equal(t, process.Exit{Code: 4}, exit)
	assert.Contains(t, out.String(), "cleaned\n")
}

// Who does not want to wait for Grace ends it, whether End has begun or not.
func TestKillNowEndsGrace(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{false, true} {
		now := make(chan struct{})
		c := shell(`trap 'echo told' TERM; trap '' HUP; (trap '' TERM; setsid sh -c 'echo pid $$; exec sleep 1000') & echo pid $$; while :; do sleep 0.01; done`)
		c.Grace, c.KillNow = time.Hour, now
		tree, out := start(t, c)
		pids := out.pids(t, 2)
		if before {
			close(now)
		} else {
			go func() {
				out.waitFor("told", 1)
				close(now)
			}()
		}
		tree.End()
		requireGone(t, pids...)
		exit, err := tree.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, syscall.SIGKILL, exit.Signal)
		assert.Equal(t, !before, strings.Contains(out.String(), "told"))
	}
}

// A process of another user, as sudo makes, must not keep End for ever.
func TestProcessesThatMayNotBeSignalled(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root, to start what another user may not signal")
	}
	for _, test := range []struct {
		name, role string
	}{
		{"a child", "host of a foreign child"},
		{"the leader", "host of a foreign leader"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tree, out := start(t, role(test.role))
			exit, err := tree.Wait(t.Context())
			require.NoError(t, err)
			require.Zero(t, exit.Code, out.String())
			assert.Contains(t, out.String(), "given up\n")
			requireAlive(t, out.pids(t, 1)...)
		})
	}
}

func TestAnEndedContextDoesNotHideHowTheCommandEnded(t *testing.T) {
	t.Parallel()
	tree, _ := start(t, shell("exit 3"))
	_, err := tree.Wait(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTimeout)
	for range 20 { // select would choose at random
		exit, err := tree.Wait(ctx)
		require.NoError(t, err)
		require.Equal(t, process.Exit{Code: 3}, exit)
	}
}

func TestASurvivorThatFloodsTheOutput(t *testing.T) {
	t.Parallel()
	// The number comes before the flood, of which only the beginning is kept.
	c := shell("(trap '' TERM; sh -c 'echo pid $PPID'; exec yes) & exit 3")
	c.Grace = 100 * time.Millisecond
	out := &head{lines: newLines()}
	c.Output = out
	tree, err := process.Start(c)
	require.NoError(t, err)
	defer tree.End()
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, process.Exit{Code: 3}, exit)
	pids := out.lines.pids(t, 1)
	requireAlive(t, pids...)
	tree.End()
	requireGone(t, pids...)
}

// head keeps the beginning of an output.
type head struct{ lines *lines }

func (h *head) Write(p []byte) (int, error) {
	if len(h.lines.String()) < 1000 {
		_, _ = h.lines.Write(p)
	}
	return len(p), nil
}
