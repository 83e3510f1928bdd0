package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
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
	require.NoError(t, os.WriteFile(template, fmt.Appendf(nil, `{"Transform": ["AttiniDeploymentPlan", "AWS::Serverless-2016-10-31"], "Resources": {"R": {"Type": "Attini::Deploy::Runner"}, "P": {
		"Type": "Attini::Deploy::DeploymentPlan", "Properties": {"DeploymentPlan": [
			{"Name": "Long", "Type": "AttiniRunnerJob", "Properties": {"Runner": "R", "Commands": [%q]}}]}}}}`, command), 0o600))
	s.Cmd = exec.Command(name, "run", template)
	s.Env = append(os.Environ(), "TMPDIR="+s.temporary, "HERE="+s.here, "XDG_STATE_HOME="+filepath.Join(directory, "state"), s.mark)
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
	// A program inherits what its parent ignores, as under nohup, but no handler.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	err := s.Start()
	signal.Stop(handled)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(s.here, "under-way"))
		return err == nil
	}, patience, 5*time.Millisecond, "the job did not begin")
}

func (s *runSession) signal(t *testing.T, sent os.Signal) {
	t.Helper()
	require.NoError(t, s.Process.Signal(sent))
}

// exit waits for the program's end, by itself with the given code.
func (s *runSession) exit(t *testing.T, code int) {
	t.Helper()
	watchdog := time.AfterFunc(patience, func() { _ = s.Process.Kill() })
	defer watchdog.Stop()
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

// openTerminal opens a pseudo terminal: its master, and the side of a program.
func openTerminal(t *testing.T) (master, user *os.File) {
	t.Helper()
	master, user = newTerminal(t)
	go func() { _, _ = io.Copy(io.Discard, master) }() // it ends with the terminal
	return master, user
}

func newTerminal(t *testing.T) (master, user *os.File) {
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
	return master, user
}
