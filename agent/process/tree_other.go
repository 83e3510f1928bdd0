//go:build unix && !linux

package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// bytesPending is the ioctl FIONREAD, which package unix does not define for all BSDs.
const bytesPending = 0x4004667f

// BecomeSubreaper does nothing: only Linux has subreapers.
func BecomeSubreaper() error { return nil }

// Conceal does nothing.
func Conceal() error { return nil }

type identity struct{}

func orphans() map[identity]bool { return nil }

func endOrphans(map[*Tree]bool, map[identity]bool) {}

// OrphanReaper does nothing: only Linux shows the environment of processes.
type OrphanReaper struct{}

// StartOrphanReaper does nothing.
func StartOrphanReaper([]string, ...string) (*OrphanReaper, error) { return &OrphanReaper{}, nil }

// Stop does nothing.
func (*OrphanReaper) Stop() {}

// attributes gives the leader its own session, and so a group.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true}
}

// runOnOwnThread runs a function. Only Linux ties children to threads.
func runOnOwnThread(f func()) { f() }

func pipeName(*os.File) string { return "" }

// awaitExit waits for the leader's end. Its process id can be reused then, but not as a
// group while a process of the group lives.
func awaitExit(cmd *exec.Cmd) (Exit, error) {
	err := cmd.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return Exit{Code: -1}, err
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return killedBy(status.Signal()), nil
	}
	return exitedWith(cmd.ProcessState.ExitCode()), nil
}

// members is the process group.
type members struct {
	group      int
	termSentAt bool
}

func newMembers(cmd *exec.Cmd, _, _ string) *members { return &members{group: cmd.Process.Pid} }

func (m *members) anyAlive() bool {
	return syscall.Kill(-m.group, 0) == nil
}

func (m *members) terminate() {
	if m.termSentAt {
		return
	}
	m.termSentAt = true
	// A group that has just ended needs no signal.
	_ = syscall.Kill(-m.group, syscall.SIGTERM)
	_ = syscall.Kill(-m.group, syscall.SIGCONT)
}

func (m *members) kill() { _ = syscall.Kill(-m.group, syscall.SIGKILL) }

func (m *members) release() {}

// enlargePipe does nothing: only Linux can change the size of a pipe.
func enlargePipe(*os.File) {}
