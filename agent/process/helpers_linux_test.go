package process_test

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
)

const patience = 2 * time.Minute

// shell is a command with short times, so that tests are quick.
func shell(script string) process.Command {
	return process.Command{
		Path: "/bin/sh", Args: []string{"-c", script}, Env: []string{"PATH=" + os.Getenv("PATH")},
		Grace: time.Second, Drain: 50 * time.Millisecond,
	}
}

// role is the test binary in a role of play.
func role(name string) process.Command {
	c := shell("")
	c.Path, c.Args = os.Args[0], nil
	c.Env = append(c.Env, roleVariable+"="+name)
	return c
}

// start starts a command whose output goes to the returned lines and ends it
// with the test.
func start(t *testing.T, c process.Command) (*process.Tree, *lines) {
	t.Helper()
	out := newLines()
	c.Output = out
	tree, err := process.Start(c)
	require.NoError(t, err)
	tree.SetGiveUp(time.Minute)
	t.Cleanup(tree.End)
	return tree, out
}

// lines is an output that can be waited for.
type lines struct {
	mu     sync.Mutex
	change *sync.Cond
	text   bytes.Buffer
}

func newLines() *lines {
	l := &lines{}
	l.change = sync.NewCond(&l.mu)
	return l
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.change.Broadcast()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// waitFor waits until text has come n times. The test's own timeout bounds it.
func (l *lines) waitFor(text string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for strings.Count(l.text.String(), text) < n {
		l.change.Wait()
	}
}

var pidLine = regexp.MustCompile(`(?m)^pid (\d+)$`)

// pids waits for n lines "pid N" and returns the numbers.
func (l *lines) pids(t *testing.T, n int) []int {
	t.Helper()
	var pids []int
	require.Eventually(t, func() bool {
		pids = pids[:0]
		for _, match := range pidLine.FindAllStringSubmatch(l.String(), -1) {
			pid, err := strconv.Atoi(match[1])
			require.NoError(t, err)
			pids = append(pids, pid)
		}
		return len(pids) >= n
	}, patience, time.Millisecond, "no %d processes said their number", n)
	return pids
}

// state is the letter that proc(5) gives for a process, 0 when there is none.
func state(pid int) byte {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	return stat[bytes.LastIndexByte(stat, ')')+2]
}

// alive says whether a process runs; a zombie does not.
func alive(pid int) bool { return !bytes.ContainsRune([]byte{0, 'Z', 'X'}, rune(state(pid))) }

// present says whether a process runs or is a zombie.
func present(pid int) bool {
	_, err := os.Stat("/proc/" + strconv.Itoa(pid))
	return err == nil
}

func requireAlive(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		require.True(t, alive(pid), "process %d has ended", pid)
	}
}

// requireGone requires that processes have ended and left no zombie.
func requireGone(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		assert.False(t, present(pid), "process %d is still there", pid)
	}
}
