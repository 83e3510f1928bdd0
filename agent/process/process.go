// Package process runs a command as a process tree: it starts the command, streams its
// output, and ends the command with all its descendants.
//
// A job is rarely one process. A shell starts compilers in the background, a build
// tool leaves a daemon, a daemon forks twice and calls setsid. Four facts of Unix
// make it hard to end them all:
//
//   - A signal to the shell does not reach its children. So the leader gets its own
//     session and with it a process group, which gets the signals. The session has no
//     terminal: a program that asks for a password fails instead of being stopped.
//   - A process can leave its group and session (setpgid, setsid). When its parent
//     ends, the kernel makes it a child of the nearest ancestor that is a subreaper,
//     or of init. So on Linux the program becomes a subreaper (BecomeSubreaper). A
//     random cookie in an orphan's environment, its session, or the pipe that it
//     writes to identifies its tree.
//   - Output ends when the last process closes the pipe, not when the leader ends. A
//     background process would block a plain wait, so the wait for output after the
//     leader's end is bounded (Drain).
//   - A process id can be reused as soon as its process has been waited for. So on
//     Linux the ended leader stays a zombie until the tree ends, which reserves the
//     id of its group. Other processes are identified by id and start time.
//
// Out of End's reach on Linux is a process that left the session, whose parent ended
// before End, that has overwritten or dropped its environment, and that writes
// elsewhere. Program ends it when no tree runs. Out of reach is also a process of
// another user, to which the program may not send signals. Without BecomeSubreaper, a process that left the group is found only
// while its chain of parents lives, and on other systems never.
package process

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// CookieVariable is the environment variable that every process of a tree inherits.
// Its value has the cookies of the enclosing trees and then the tree's own.
const CookieVariable = "ATTINI_PROCESS_TREE"

// Command describes the command to run.
type Command struct {
	// Path is the executable. A name without a slash is looked up in the absolute
	// directories of PATH, from Env or else this program's. A relative path is
	// relative to Dir.
	Path string
	// Args are the arguments without the program's name.
	Args []string
	// Dir is the working directory; "" is this program's.
	Dir string
	// Env is the complete environment as KEY=VALUE. Start adds CookieVariable.
	Env []string
	// Output gets stdout and stderr in the order in which they were written; nil
	// discards them. Write is never called concurrently. While it is busy, the
	// processes wait, at most a pipe ahead, and so does Wait. After an error, the
	// rest is discarded. End gives up a Write that does not return; see OutputDone.
	Output io.Writer
	// Grace is the time between SIGTERM and SIGKILL.
	Grace time.Duration
	// KillNow, optional, ends Grace when it is closed: a tree that is being ended gets
	// SIGKILL at once.
	KillNow <-chan struct{}
	// Drain is how long Wait waits for output after the leader's end while another
	// process holds the pipe.
	Drain time.Duration
}

// Tree is a started command with all its descendants. The caller must call End.
type Tree struct {
	command Command
	cmd     *exec.Cmd
	output  *pump
	members *members
	program *Program // nil without one
	// giveUp is defaultGiveUp, but for tests.
	giveUp time.Duration

	// exited is closed when the leader ended; exit, exitErr and rest are set
	// before.
	exited  chan struct{}
	exit    Exit
	exitErr error
	rest    <-chan struct{}

	end sync.Once
	// ended is closed when End is over.
	ended chan struct{}
	// abandoned means that End gave the leader up.
	abandoned atomic.Bool
}

// Start starts the command with an empty stdin. The error names the directory
// or the executable that cannot be used.
func Start(command Command) (*Tree, error) {
	if command.Dir != "" {
		// The kernel's error for a missing directory would blame the executable.
		info, err := os.Stat(command.Dir)
		if err == nil && !info.IsDir() {
			err = &os.PathError{Op: "chdir", Path: command.Dir, Err: syscall.ENOTDIR}
		}
		if err != nil {
			return nil, fmt.Errorf("start %s in the directory %s: %w", command.Path, command.Dir, err)
		}
	}
	path, err := find(command)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("create the output pipe of %s: %w", command.Path, err)
	}
	enlargePipe(reader)
	cookie := rand.Text()
	cmd := &exec.Cmd{Path: path, Args: append([]string{command.Path}, command.Args...)}
	cmd.Dir = command.Dir
	cmd.Env = append(slices.Clone(command.Env), CookieVariable+"="+nestedCookie(os.Getenv(CookieVariable), cookie))
	cmd.Stdout, cmd.Stderr = writer, writer
	cmd.SysProcAttr = attributes()

	t := &Tree{command: command, cmd: cmd, giveUp: defaultGiveUp, output: newPump(reader, command.Output), exited: make(chan struct{}), ended: make(chan struct{})}
	started := make(chan error)
	go runOnOwnThread(func() { t.runLeader(cookie, pipeName(reader), started) })
	err = <-started
	writer.Close()
	if err != nil {
		reader.Close()
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	go t.output.run()
	return t, nil
}

// nestedCookie is the cookie of a tree inside of another tree: it holds both, so that
// the outer tree finds what a killed inner program left.
func nestedCookie(outer, cookie string) string {
	if outer == "" {
		return cookie
	}
	return outer + "." + cookie
}

// runLeader starts the leader and stays with it until it ended.
func (t *Tree) runLeader(cookie, pipe string, started chan<- error) {
	err := t.cmd.Start()
	if err != nil {
		started <- err
		return
	}
	t.members = newMembers(t.cmd, cookie, pipe)
	started <- nil
	t.exit, t.exitErr = awaitExit(t.cmd)
	t.rest = t.output.mark()
	close(t.exited)
	if t.abandoned.Load() {
		t.members.release()
	}
}

// Pid is the process id of the leader, which is also its group's.
func (t *Tree) Pid() int { return t.cmd.Process.Pid }

// OutputDone is closed when no Write of Output follows. After End it is closed, unless
// a Write has not returned yet.
func (t *Tree) OutputDone() <-chan struct{} { return t.output.done }

// Wait waits for the leader's end and for its output: until the pipe is
// closed, or until Drain is over and all that was in the pipe at the leader's
// end has been written to Output. Other processes are left alone, and their
// output is written until End.
//
// When ctx ends first, the whole tree is ended as by End, and the error is
// context.Cause(ctx). The error also tells of an Output that failed; the Exit
// is right then, too. A leader that End could not end has the code -1.
func (t *Tree) Wait(ctx context.Context) (Exit, error) {
	select {
	case <-t.exited:
	case <-t.ended:
		return t.result()
	case <-ctx.Done():
		return t.interrupt(ctx)
	}
	drain := time.NewTimer(t.command.Drain)
	defer drain.Stop()
	select {
	case <-t.output.done:
		return t.result()
	case <-ctx.Done():
		return t.interrupt(ctx)
	case <-drain.C:
	}
	select {
	case <-t.output.done:
	case <-t.rest:
	case <-ctx.Done():
		return t.interrupt(ctx)
	}
	return t.result()
}

// interrupt ends the tree, unless it had already ended when ctx did.
func (t *Tree) interrupt(ctx context.Context) (Exit, error) {
	if isClosed(t.exited) && isClosed(t.output.done) {
		return t.result()
	}
	t.End()
	exit, err := t.leaderExit()
	return exit, errors.Join(context.Cause(ctx), err)
}

func (t *Tree) result() (Exit, error) {
	exit, err := t.leaderExit()
	var writeErr error
	if err := t.output.failure(); err != nil {
		writeErr = fmt.Errorf("write the output of %s: %w", t.command.Path, err)
	}
	return exit, errors.Join(err, writeErr)
}

// leaderExit is how the leader ended, after its end or End's.
func (t *Tree) leaderExit() (Exit, error) {
	if !isClosed(t.exited) {
		return exitedWith(-1), fmt.Errorf("end %s: process %d may not be sent signals or does not react to SIGKILL", t.command.Path, t.Pid())
	}
	return t.exit, t.exitErr
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
