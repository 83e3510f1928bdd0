package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/local"
)

// patience bounds what should happen soon.
const patience = 30 * time.Second

// The commands of jobs that leave children behind, one in a session of its own
// and one whose parent has ended. A stubborn job ignores what it is sent.
const (
	obedient = `sleep 600 & setsid sleep 601 & (setsid sleep 602 &) ; `
	stubborn = `trap "" TERM INT HUP QUIT; ` + obedient
	underWay = `touch "$HERE/under-way"; wait`
	noisy    = `touch "$HERE/under-way"; while :; do echo a line; sleep 0.02; done`
)

// runSession is a `runnerctl run` in a process of its own, with one job.
type runSession struct {
	*exec.Cmd
	// here is a directory for the job's files, temporary the one where the run
	// makes its own.
	here, temporary string
	// mark is in the environment of all that the job starts, and of the run.
	mark string
}

// newRun prepares a run of one job with that command; it is not started.
func newRun(t *testing.T, command string) *runSession {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	directory := t.TempDir()
	s := &runSession{here: filepath.Join(directory, "here"), temporary: filepath.Join(directory, "tmp"), mark: "MARK=" + directory}
	require.NoError(t, os.Mkdir(s.here, 0o700))
	require.NoError(t, os.Mkdir(s.temporary, 0o700))
	name := filepath.Join(directory, "runnerctl") // by which TestMain knows what it is
	require.NoError(t, os.Symlink(program, name))
	template := filepath.Join(s.here, "template.json")
	require.NoError(t, os.WriteFile(template, fmt.Appendf(nil, `{"Resources": {"R": {"Type": "Attini::Deploy::Runner"}, "P": {
		"Type": "Attini::Deploy::DeploymentPlan", "Properties": {"DeploymentPlan": [
			{"Name": "Long", "Type": "AttiniRunnerJob", "Properties": {"Runner": "R", "Commands": [%q]}}]}}}}`, command), 0o600))
	s.Cmd = exec.Command(name, "run", template)
	s.Env = append(os.Environ(), "TMPDIR="+s.temporary, "HERE="+s.here, s.mark)
	s.WaitDelay = patience
	t.Cleanup(func() {
		if s.Process != nil {
			_ = s.Process.Kill() // or it has ended
		}
		for _, pid := range carrying(s.mark) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // what a failed test leaves
		}
	})
	return s
}

func (s *runSession) start(t *testing.T) {
	t.Helper()
	require.NoError(t, s.Start())
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(s.here, "under-way"))
		return err == nil
	}, patience, 5*time.Millisecond, "the job did not begin")
}

func (s *runSession) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	require.NoError(t, s.Process.Signal(signal))
}

// exit waits for the program's end, by itself with the given code.
func (s *runSession) exit(t *testing.T, code int) {
	t.Helper()
	_ = s.Wait() // its error is the code
	require.Equal(t, code, s.ProcessState.ExitCode(), "%s", s.ProcessState)
}

// remains says what is left of the run: processes and files.
func (s *runSession) remains(t *testing.T) (all []string) {
	t.Helper()
	for _, pid := range carrying(s.mark) {
		all = append(all, fmt.Sprintf("process %d", pid))
	}
	entries, err := os.ReadDir(s.temporary)
	require.NoError(t, err)
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

// said is what a program writes to standard error, to be waited for.
type said struct {
	reader *os.File
	text   strings.Builder
}

// stderr must be called before the start.
func (s *runSession) stderr(t *testing.T) *said {
	t.Helper()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { reader.Close() })
	s.Stderr = writer
	t.Cleanup(func() { writer.Close() })
	require.NoError(t, reader.SetReadDeadline(time.Now().Add(patience)))
	return &said{reader: reader}
}

// await reads until the text has come.
func (s *said) await(t *testing.T, text string) {
	t.Helper()
	buffer := make([]byte, 4096)
	for !strings.Contains(s.text.String(), text) {
		n, err := s.reader.Read(buffer)
		s.text.Write(buffer[:n])
		require.NoError(t, err, "%q did not come, but:\n%s", text, &s.text)
	}
}

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
			assert.Contains(t, stderr.String(), fmt.Sprintf("%d s", int(local.KillGrace.Seconds())))
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
	assert.Less(t, time.Since(killed), local.KillGrace)
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
	assert.Less(t, time.Since(killed), local.KillGrace)
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

// openTerminal opens a pseudo terminal: its master, and the side of a program.
func openTerminal(t *testing.T) (master, user *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { master.Close() })
	control := func(request uintptr, argument *int32) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(argument)))
		require.Zero(t, errno)
	}
	var number, locked int32
	control(syscall.TIOCSPTLCK, &locked)
	control(syscall.TIOCGPTN, &number)
	user, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { user.Close() })
	go func() { _, _ = io.Copy(io.Discard, master) }() // it ends with the terminal
	return master, user
}
