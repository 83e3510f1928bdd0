package process_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
)

func TestALeaderDiesWithTheProgram(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer reader.Close()
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), roleVariable+"=host")
	host.Stdout, host.Stderr = writer, writer
	require.NoError(t, host.Start())
	require.NoError(t, writer.Close())
	out := newLines()
	copied := make(chan error)
	go func() {
		_, err := io.Copy(out, reader)
		copied <- err
	}()
	leader := out.pids(t, 1)[0]
	requireAlive(t, leader)
	require.NoError(t, host.Process.Kill())
	require.Error(t, host.Wait())
	require.Eventually(t, func() bool { return !alive(leader) }, patience, time.Millisecond)
	require.NoError(t, <-copied)
}

func TestTheProgramsOtherChildrenAreLeftAlone(t *testing.T) {
	t.Parallel()
	other := exec.Command("/bin/sh", "-c", "exit 9")
	require.NoError(t, other.Start())
	require.Eventually(t, func() bool { return !alive(other.Process.Pid) }, patience, time.Millisecond)
	running := exec.Command("sleep", "1000")
	require.NoError(t, running.Start())
	tree, _ := start(t, shell("(setsid sleep 1000 &)"))
	_, err := tree.Wait(t.Context())
	require.NoError(t, err)
	tree.End()
	requireAlive(t, running.Process.Pid)
	require.NoError(t, running.Process.Kill())
	require.Error(t, running.Wait())
	require.Error(t, other.Wait())
	assert.Equal(t, 9, other.ProcessState.ExitCode(), "somebody else's child was reaped")
}

// Without a subreaper, the group and the descendants of a living leader are
// ended.
func TestAProgramThatIsNoSubreaper(t *testing.T) {
	t.Parallel()
	tree, out := start(t, role("plain host"))
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	require.Zero(t, exit.Code, out.String())
	require.Contains(t, out.String(), "ended\n")
	for _, pid := range out.pids(t, 3) {
		assert.False(t, alive(pid), "process %d is still alive", pid)
	}
}

func BenchmarkRunTrue(b *testing.B) {
	b.Run("exec", func(b *testing.B) {
		for b.Loop() {
			cmd := exec.Command("/bin/true")
			cmd.Env = []string{}
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("tree", func(b *testing.B) {
		var end time.Duration
		for b.Loop() {
			tree, err := process.Start(process.Command{Path: "/bin/true", Grace: time.Second, Drain: time.Second})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := tree.Wait(context.Background()); err != nil {
				b.Fatal(err)
			}
			begin := time.Now()
			tree.End()
			end += time.Since(begin)
		}
		b.ReportMetric(float64(end.Microseconds())/float64(b.N), "µs/End")
	})
}
