package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/localrun"
)

// patience bounds what should happen soon.
const patience = 2 * time.Minute

// The commands of jobs that leave children behind, one in a session of its own
// and one whose parent has ended. A stubborn job ignores what it is sent.
const (
	obedient = `sleep 600 & setsid sleep 601 & (setsid sleep 602 &) ; `
	stubborn = `trap "" TERM INT HUP QUIT; ` + obedient
	underWay = `touch "$HERE/under-way"; wait`
	noisy    = `touch "$HERE/under-way"; while :; do echo a line; sleep 0.02; done`
)

// TestOneSignalStopsTheRun: the job ends, and with it all that it started; the
// exit code names the signal.
func TestOneSignalStopsTheRun(t *testing.T) {
	t.Parallel()
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			s := newRun(t, obedient+underWay)
			var stderr bytes.Buffer
			s.Stderr = &stderr
			s.start(t)
			s.signal(t, signal)
			s.exit(t, code)
			assert.Empty(t, s.remains(t))
			assert.Regexp(t, `(?m)^Long +Task +STOPPED`, stderr.String())
			assert.Contains(t, stderr.String(), fmt.Sprintf("%d s", int(localrun.KillGrace.Seconds())))
		})
	}
}

// TestASignalSentTwiceIsOne: coreutils' timeout sends its signal to the program
// and to its group, and a job may still clean up.
func TestASignalSentTwiceIsOne(t *testing.T) {
	t.Parallel()
	s := newRun(t, `trap 'sleep 0.5; touch "$HERE/cleaned"; exit 0' TERM; `+obedient+underWay)
	s.start(t)
	s.signal(t, syscall.SIGTERM)
	s.signal(t, syscall.SIGTERM)
	s.exit(t, 143)
	assert.FileExists(t, filepath.Join(s.here, "cleaned"))
	assert.Empty(t, s.remains(t))
}

func TestASecondSignalKills(t *testing.T) {
	t.Parallel()
	s := newRun(t, stubborn+underWay)
	stderr := s.stderr(t)
	s.start(t)
	s.signal(t, os.Interrupt)
	stderr.await(t, "a second signal kills")
	time.Sleep(oneRequest) // what comes later is another request
	killed := time.Now()
	s.signal(t, syscall.SIGTERM)
	s.exit(t, 130)
	assert.Empty(t, s.remains(t))
	assert.Less(t, time.Since(killed), localrun.KillGrace)
}

func TestSIGQUITKillsAtOnce(t *testing.T) {
	t.Parallel()
	s := newRun(t, stubborn+underWay)
	var stderr bytes.Buffer
	s.Stderr = &stderr
	s.start(t)
	killed := time.Now()
	s.signal(t, syscall.SIGQUIT)
	s.exit(t, 131)
	assert.Empty(t, s.remains(t))
	assert.Less(t, time.Since(killed), localrun.KillGrace)
	assert.NotContains(t, stderr.String(), "goroutine")
}

func TestAKilledRunLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newRun(t, `mkdir -m 500 "$TMPDIR/unwritable"; `+stubborn+underWay)
	s.start(t)
	require.NotEmpty(t, s.remains(t))
	s.signal(t, syscall.SIGKILL)
	s.exit(t, -1)
	require.Eventually(t, func() bool { return len(s.remains(t)) == 0 }, patience, 5*time.Millisecond)
}

// TestABlockedConsoleKeepsNobody: a pager that reads no more cannot hold up the
// signals.
func TestABlockedConsoleKeepsNobody(t *testing.T) {
	t.Parallel()
	s := newRun(t, stubborn+`touch "$HERE/under-way"; exec yes`)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer reader.Close()
	defer writer.Close()
	s.Stderr = writer
	s.start(t)
	ended := make(chan error, 1)
	go func() { ended <- s.Wait() }()
	again := time.NewTicker(oneRequest + 50*time.Millisecond)
	defer again.Stop()
	for waiting := true; waiting; {
		_ = s.Process.Signal(os.Interrupt) // or it has just ended
		select {
		case <-ended:
			waiting = false
		case <-again.C:
		}
	}
	assert.Equal(t, 130, s.ProcessState.ExitCode())
	require.Eventually(t, func() bool { return len(s.remains(t)) == 0 }, patience, 5*time.Millisecond)
}

// TestAClosedPipeStopsTheRun: as in `runnerctl run … 2>&1 | head -1`.
func TestAClosedPipeStopsTheRun(t *testing.T) {
	t.Parallel()
	s := newRun(t, obedient+noisy)
	stderr := s.stderr(t)
	s.start(t)
	stderr.await(t, "a line")
	require.NoError(t, stderr.reader.Close())
	s.exit(t, 141)
	assert.Empty(t, s.remains(t))
}

func TestAClosedOutputIsNoCrash(t *testing.T) {
	t.Parallel()
	s := newRun(t, `touch "$HERE/under-way"; sleep 600 & (setsid sleep 601 &)`)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	defer writer.Close()
	s.Stdout = writer
	var stderr bytes.Buffer
	s.Stderr = &stderr
	s.start(t)
	s.exit(t, 141)
	assert.Empty(t, s.remains(t))
	assert.Contains(t, stderr.String(), "The plan succeeded")
}

// TestAClosedTerminalStopsTheRun: the kernel sends SIGHUP, and writing fails.
func TestAClosedTerminalStopsTheRun(t *testing.T) {
	t.Parallel()
	s := newRun(t, obedient+noisy)
	terminal, user := openTerminal(t)
	s.Stdin, s.Stdout, s.Stderr = user, user, user
	s.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s.start(t)
	require.NoError(t, user.Close())
	require.NoError(t, terminal.Close())
	s.exit(t, 129)
	assert.Empty(t, s.remains(t))
}

// TestNohupGoesOn: who ignores hang-ups wants the run to go on.
func TestNohupGoesOn(t *testing.T) {
	t.Parallel()
	s := newRun(t, `touch "$HERE/under-way"; until [ -e "$HERE/go-on" ]; do sleep 0.02; done`)
	s.Path, s.Args = "/bin/sh", append([]string{"sh", "-c", `trap "" HUP; exec "$0" "$@"`, s.Path}, s.Args[1:]...)
	s.start(t)
	s.signal(t, syscall.SIGHUP)
	require.NoError(t, os.WriteFile(filepath.Join(s.here, "go-on"), nil, 0o600))
	s.exit(t, 0)
	assert.Empty(t, s.remains(t))
}
