package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/attini-go/runner/agent/process"
)

// The tests are for Linux, because they look into /proc to see who is alive.

// roleVariable makes the test binary play a part instead of running tests.
const roleVariable = "PROCESS_TEST_ROLE"

// directoryVariable is the directory that a guard is to remove.
const directoryVariable = "PROCESS_TEST_DIRECTORY"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		runRole(role)
		return
	}
	if err := process.BecomeSubreaper(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

func runRole(role string) {
	switch role {
	case "daemon": // double fork: this process ends, its child lives in a session of its own
		child("stubborn", &syscall.SysProcAttr{Setsid: true})
	case "stubborn":
		runStubborn()
	case "host": // a program that runs a tree and is killed
		command := shell("echo pid $$; exec sleep 1000")
		command.Output = os.Stdout
		tree, err := process.Start(command)
		if err == nil {
			_, err = tree.Wait(context.Background())
		}
		panic(err)
	case "guarded host": // a program that is killed, with a guard
		runReapedHost()
	case "host of a foreign child", "host of a foreign leader":
		runForeignHost(role == "host of a foreign leader")
	case "program", "without tracing", "concealed":
		run := map[string]func() error{
			"program": runProgram, "without tracing": func() error { return runWithoutTracing("concealed") }, "concealed": runConcealed,
		}[role]
		if err := run(); err != nil {
			panic(err)
		}
	case "plain host": // a program that is no subreaper
		runPlainHost()
	}
}

// nobody is the user and group of those who own nothing else.
const nobody = 65534

func becomeNobody() {
	if err := errors.Join(syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
		panic(err)
	}
}

// runReapedHost runs a tree from which processes try to get away, and tells
// the guard to remove a directory. With an empty stdin it ends by itself.
func runReapedHost() {
	if os.Getuid() == 0 {
		becomeNobody()
	}
	guard, err := process.StartOrphanReaper(nil, os.Getenv(directoryVariable))
	if err != nil {
		panic(err)
	}
	defer guard.Stop()
	if err := process.BecomeSubreaper(); err != nil {
		panic(err)
	}
	command := shell(`echo pid $$
		sh -c 'echo pid $$; exec sleep 1000' &
		(setsid sh -c 'echo pid $$; trap "" TERM HUP; exec sleep 1000' &)
		X="several
lines" setsid sh -c 'echo pid $$; exec sleep 1000' &
		wait`)
	command.Output = os.Stdout
	tree, err := process.Start(command)
	if err != nil {
		panic(err)
	}
	defer tree.End()
	_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed, or told to end
}

func runStubborn() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	fmt.Printf("pid %d\n", os.Getpid())
	for {
		time.Sleep(time.Hour)
	}
}

// runForeignHost starts a tree as root, becomes another user, who may not
// signal what root has started, and says whether it could give that up. The
// child of root is in a session of its own, so that only it is out of reach
// of the group's signals, and its parent ends by itself.
func runForeignHost(leads bool) {
	if err := process.BecomeSubreaper(); err != nil {
		panic(err)
	}
	command := role("stubborn")
	if !leads {
		command = shell("setsid " + os.Args[0] + " & exit 5")
		command.Env = append(command.Env, roleVariable+"=stubborn")
	}
	command.Grace = 50 * time.Millisecond
	out := newLines()
	command.Output = out
	tree, err := process.Start(command)
	if err != nil {
		panic(err)
	}
	out.waitFor("pid", 1)
	becomeNobody()
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errTimeout)
	exit, err := tree.Wait(ctx)
	fmt.Print(out.String())
	want := 5
	if leads {
		want = -1
	}
	if errors.Is(err, errTimeout) && exit.Code == want {
		fmt.Println("given up")
		return
	}
	fmt.Println(exit, err)
	os.Exit(1)
}

// child starts the test binary in another role and does not wait for it.
func child(role string, attributes *syscall.SysProcAttr) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = attributes
	if err := cmd.Start(); err != nil {
		panic(err)
	}
}

// runPlainHost ends a tree whose leader is alive and one whose leader ended,
// and prints who was in them.
func runPlainHost() {
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	for _, script := range []string{
		"trap '' TERM; echo pid $$; setsid sh -c 'trap \"\" TERM; echo pid $$; echo all; while :; do sleep 1; done' & wait",
		"(trap '' TERM; sh -c 'echo pid $PPID'; sleep 1000) & echo all",
	} {
		lines := newLines()
		command := shell(script)
		command.Output = lines
		tree, err := process.Start(command)
		if err != nil {
			panic(err)
		}
		lines.waitFor("all", 1)
		lines.waitFor("pid", strings.Count(script, "echo pid"))
		tree.End()
		fmt.Print(lines.String())
	}
	fmt.Println("ended")
}
