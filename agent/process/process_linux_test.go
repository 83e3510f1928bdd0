package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
)

func TestExit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, script string
		want         process.Exit
		words        string
	}{
		{"success", "true", process.Exit{}, "exited with code 0"},
		{"a code", "exit 3", process.Exit{Code: 3}, "exited with code 3"},
		{"the highest code", "exit 255", process.Exit{Code: 255}, "exited with code 255"},
		{"killed", "kill -KILL $$", process.Exit{Code: 137, Signal: syscall.SIGKILL}, "was killed by signal SIGKILL (code 137)"},
		{"terminated", "kill -TERM $$", process.Exit{Code: 143, Signal: syscall.SIGTERM}, "was killed by signal SIGTERM (code 143)"},
		{"a code like a signal's", "exit 137", process.Exit{Code: 137}, "exited with code 137"},
		{"a real-time signal", "kill -40 $$", process.Exit{Code: 168, Signal: 40}, "was killed by signal 40 (code 168)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tree, _ := start(t, shell(test.script))
			exit, err := tree.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, test.want, exit)
			assert.Equal(t, test.words, exit.String())
			again, err := tree.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, exit, again, "waiting again")
			tree.End()
			requireGone(t, tree.Pid())
		})
	}
}

func TestWhatACommandSees(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	c := shell(`pwd; echo "$A|$HOME|$1|$2"; echo err >&2; cat; echo end`)
	c.Dir, c.Env, c.Args = dir, append(c.Env, "A=å b"), append(c.Args, "sh", "x y", "")
	tree, out := start(t, c)
	_, err = tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, dir+"\nå b||x y|\nerr\nend\n", out.String(), "stdin is empty and nothing is inherited")
}

func TestNilOutputIsDropped(t *testing.T) {
	t.Parallel()
	c := shell("head -c 1000000 /dev/zero")
	tree, err := process.Start(c)
	require.NoError(t, err)
	defer tree.End()
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Zero(t, exit.Code)
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, test := range []struct {
		name string
		c    process.Command
		want string
		is   error
	}{
		{"executable", process.Command{Path: "/no/such/program"}, "/no/such/program", os.ErrNotExist},
		{"executable in PATH", process.Command{Path: "no-such-program"}, "no-such-program", nil},
		{"not executable", process.Command{Path: file}, file, os.ErrPermission},
		{"directory", process.Command{Path: "/bin/sh", Dir: filepath.Join(dir, "no")}, filepath.Join(dir, "no"), os.ErrNotExist},
		{"directory that is a file", process.Command{Path: "/bin/sh", Dir: file}, file, syscall.ENOTDIR},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := process.Start(test.c)
			require.ErrorContains(t, err, test.want)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
		})
	}
}

func TestOutputIsCompleteAndInOrder(t *testing.T) {
	t.Parallel()
	const count = 1_000_000
	var want bytes.Buffer
	for i := range count {
		fmt.Fprintf(&want, "%09d\n", i+1)
	}
	tree, out := start(t, shell("seq -f %09.0f 1 1000000"))
	_, err := tree.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, 10*count, len(out.String()))
	assert.True(t, want.String() == out.String(), "the text differs")
}

// blockingWriter is an output that blocks until it is opened.
type blockingWriter struct {
	release chan struct{}
	begun   chan struct{}
	busy    atomic.Int32
	total   atomic.Int64
	most    atomic.Int64
}

func newBlockingWriter() *blockingWriter {
	return &blockingWriter{release: make(chan struct{}), begun: make(chan struct{}, 1)}
}

func (g *blockingWriter) Write(p []byte) (int, error) {
	if g.busy.Add(1) != 1 {
		panic("concurrent writes")
	}
	defer g.busy.Add(-1)
	select {
	case g.begun <- struct{}{}:
	default:
	}
	<-g.release
	g.total.Add(int64(len(p)))
	g.most.Store(max(g.most.Load(), int64(len(p))))
	return len(p), nil
}

func TestAFloodWaitsForASlowOutput(t *testing.T) {
	t.Parallel()
	const size = 20 << 20
	g := newBlockingWriter()
	// The marker is created when all has been written, which must not happen
	// while the output stands still.
	marker := filepath.Join(t.TempDir(), "done")
	c := shell(fmt.Sprintf(`head -c %d /dev/zero; : > "$0"`, size))
	c.Args, c.Output = append(c.Args, marker), g
	tree, err := process.Start(c)
	require.NoError(t, err)
	defer tree.End()
	<-g.begun
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	assert.NoFileExists(t, marker)
	requireAlive(t, tree.Pid())
	close(g.release)
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Zero(t, exit.Code)
	assert.EqualValues(t, size, g.total.Load())
	assert.LessOrEqual(t, g.most.Load(), int64(128<<10))
}

// What the leader wrote arrives even when the output needs longer than Drain
// and another process holds the pipe.
func TestASlowOutputGetsAllThatTheLeaderWrote(t *testing.T) {
	t.Parallel()
	g := newBlockingWriter()
	c := shell("sleep 1000 & head -c 60000 /dev/zero")
	c.Output, c.Drain = g, time.Millisecond
	tree, err := process.Start(c)
	require.NoError(t, err)
	defer tree.End()
	require.Eventually(t, func() bool { return !alive(tree.Pid()) }, patience, time.Millisecond)
	waited := make(chan int64)
	go func() {
		_, err := tree.Wait(context.Background())
		assert.NoError(t, err)
		waited <- g.total.Load()
	}()
	<-g.begun
	select {
	case <-waited:
		t.Error("Wait did not wait for the output")
	case <-time.After(20 * time.Millisecond):
	}
	close(g.release)
	assert.EqualValues(t, 60000, <-waited)
}

type brokenOutput struct{ calls atomic.Int32 }

var errBroken = errors.New("disk full")

func (b *brokenOutput) Write([]byte) (int, error) {
	b.calls.Add(1)
	return 0, errBroken
}

func TestABrokenOutputDoesNotDisturbTheCommand(t *testing.T) {
	t.Parallel()
	b := &brokenOutput{}
	c := shell("head -c 1000000 /dev/zero; exit 4")
	c.Output = b
	tree, err := process.Start(c)
	require.NoError(t, err)
	defer tree.End()
	exit, err := tree.Wait(t.Context())
	require.ErrorIs(t, err, errBroken)
	assert.Equal(t, 4, exit.Code)
	assert.EqualValues(t, 1, b.calls.Load())
}

type shortOutput struct{}

func (shortOutput) Write([]byte) (int, error) { return 0, nil }

func TestAShortWriteIsAnError(t *testing.T) {
	t.Parallel()
	c := shell("echo hello")
	c.Output = shortOutput{}
	tree, err := process.Start(c)
	require.NoError(t, err)
	defer tree.End()
	_, err = tree.Wait(t.Context())
	require.ErrorIs(t, err, io.ErrShortWrite)
}

func TestCookiesNest(t *testing.T) {
	t.Setenv(process.CookieVariable, "outer")
	tree, out := start(t, shell(`echo "$`+process.CookieVariable+`"`))
	_, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Regexp(t, `^outer\.[A-Z2-7]{26}\n$`, out.String())
}
