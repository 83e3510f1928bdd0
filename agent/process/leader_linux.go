package process

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// BecomeSubreaper makes this program the parent of all its orphaned descendants, so
// that End finds them. It affects the whole program, so only main packages may call
// it. They must start other children in this program's session: ended children of
// other sessions count as orphans and are reaped.
func BecomeSubreaper() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become the parent of orphaned processes: %w", err)
	}
	return nil
}

// attributes gives the leader its own session, and so a group. The leader dies with
// this program.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// runOnOwnThread runs a function that starts a leader and waits for it, locked to a
// thread: the kernel sends Pdeathsig when the thread that forked ends, not when the
// program ends. It is never the program's first thread, whose children the orphans
// become, so that leaders and orphans can be distinguished.
func runOnOwnThread(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if unix.Gettid() != os.Getpid() {
		f()
		return
	}
	// While this goroutine keeps the first thread, the other gets another one.
	var other sync.WaitGroup
	other.Go(func() { runOnOwnThread(f) })
	other.Wait()
}

// childInfo is the kernel's siginfo_t as waitid fills it, see sigaction(2).
type childInfo struct {
	_     [2]int32 // signal and errno, in an order that differs between machines
	code  int32
	child struct {
		_      [0]uintptr // the union is aligned like a pointer
		_      [2]int32   // process and user id
		status int32
	}
	_ [128]byte
}

// awaitExit waits for the leader's end and leaves it a zombie, so that its process id
// and that of its group stay reserved.
func awaitExit(cmd *exec.Cmd) (Exit, error) {
	var info childInfo
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, (*unix.Siginfo)(unsafe.Pointer(&info)), unix.WEXITED|unix.WNOWAIT, nil)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return Exit{Code: -1}, fmt.Errorf("wait for %s: %w", cmd.Path, err)
		}
	}
	const exited = 1 // CLD_EXITED
	if info.code == exited {
		return exitedWith(int(info.child.status)), nil
	}
	return killedBy(syscall.Signal(info.child.status)), nil
}

// hasEnded reports whether a child of this program has ended, without reaping it.
func hasEnded(pid int) bool {
	var info childInfo
	err := unix.Waitid(unix.P_PID, pid, (*unix.Siginfo)(unsafe.Pointer(&info)), unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err == nil && info.code != 0
}

// adoptsOrphans reports whether orphans become children of this program.
func adoptsOrphans() bool {
	var is int32
	_, _, errno := unix.Syscall(unix.SYS_PRCTL, unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&is)), 0)
	return os.Getpid() == 1 || (errno == 0 && is != 0)
}

// send sends a signal to the process with an identity, and to no other with the same
// id. It does nothing if the process has ended. The error is EPERM if the program may
// not send it signals.
func send(to identity, signal unix.Signal) error {
	// The descriptor refers to one process, whose identity is checked after.
	fd, err := unix.PidfdOpen(to.pid, 0)
	if err == nil {
		defer unix.Close(fd)
	}
	if s, statErr := readStatus(to.pid); statErr != nil || s.identity != to {
		return nil
	}
	if err == nil {
		err = unix.PidfdSendSignal(fd, signal, nil, 0)
	}
	if err == unix.ENOSYS || err == unix.EPERM {
		err = unix.Kill(to.pid, signal) // before Linux 5.3, or forbidden by a filter
	}
	return err
}

// ticksAfterBoot returns the time in the unit of identity.start: 100 ticks a second on
// all machines that Go supports.
func ticksAfterBoot() uint64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		return math.MaxUint64 // so that every process counts as older
	}
	return uint64(now.Nano()) / uint64(10*time.Millisecond)
}
