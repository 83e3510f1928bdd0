package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/attini-go/runner/agent/process"
)

// play runs the test binary in a role and returns what it prints.
func play(t *testing.T, role string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role, directoryVariable+"="+t.TempDir())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// TestWhatJobsLeaveEndsWithTheLastJob: also what no tree can be found for. Services
// stay, and what was there before.
func TestWhatJobsLeaveEndsWithTheLastJob(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "service true, its daemon true, foreign true, first true, second true\n"+
		"service true, its daemon true, foreign true, first true, second true\n"+
		"service true, its daemon true, foreign true, first false, second false\n", play(t, "program"))
}

// TestConceal: a child of the same user cannot read the program's memory and
// environment, without the right to trace any process.
func TestConceal(t *testing.T) {
	t.Parallel()
	readable := "environ: yes, mem: yes, fd: yes\n"
	concealed := "environ: no, mem: no, fd: no\n"
	assert.Equal(t, readable+concealed, play(t, "without tracing"))
}

// stray is a script that leaves a process which drops everything by which it could be
// found. Its process id is in the file.
func stray(file string) string {
	return `(setsid env -i sh -c 'echo $$ >` + file + `.new; mv ` + file + `.new ` + file + `; exec sleep 1000' </dev/null >/dev/null 2>&1 &)
		while [ ! -e ` + file + ` ]; do sleep 0.01; done`
}

func runProgram() error {
	if err := process.BecomeSubreaper(); err != nil {
		return err
	}
	directory := os.Getenv(directoryVariable)
	names := []string{"service", "its daemon", "foreign", "first", "second"}
	file := func(i int) string { return filepath.Join(directory, strconv.Itoa(i)) }
	report := func() {
		var found []string
		for i, name := range names {
			text, _ := os.ReadFile(file(i))
			stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(text)) + "/stat")
			found = append(found, fmt.Sprintf("%s %t", name, err == nil && !strings.Contains(string(stat), ") Z ")))
		}
		fmt.Println(strings.Join(found, ", "))
	}
	p := process.NewProgram()
	begin := func(script string, service bool) (*process.Tree, error) {
		tree, err := p.Start(shell(script), service)
		if err == nil && !strings.Contains(script, "exec sleep 2000") {
			_, err = tree.Wait(context.Background())
		}
		return tree, err
	}
	service, err := begin(`(setsid sh -c 'echo $$ >`+file(0)+`; exec sleep 1000' >/dev/null 2>&1 &); while [ ! -e `+file(0)+` ]; do sleep 0.01; done;`+stray(file(1)), true)
	foreign := exec.Command("/bin/sh", "-c", stray(file(2)))
	err = errors.Join(err, foreign.Run())
	long, errLong := p.Start(shell("exec sleep 2000"), false)
	first, errFirst := begin(stray(file(3)), false)
	second, errSecond := begin(stray(file(4)), false)
	if err = errors.Join(err, errLong, errFirst, errSecond); err != nil {
		return err
	}
	report()
	first.End()
	second.End()
	report()
	long.End()
	report()
	service.End()
	for i := range names {
		if text, err := os.ReadFile(file(i)); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
	}
	return nil
}

// runWithoutTracing becomes another role without the rights to trace processes, as in a
// container of ECS. They are a thread's, so the thread becomes the program.
func runWithoutTracing(role string) error {
	runtime.LockOSThread()
	for _, right := range []uintptr{unix.CAP_SYS_PTRACE, unix.CAP_PERFMON, unix.CAP_SYS_ADMIN} {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, right, 0, 0, 0); err != nil && os.Getuid() == 0 {
			return err
		}
	}
	if err := os.Setenv(roleVariable, role); err != nil {
		return err
	}
	return unix.Exec(os.Args[0], os.Args, os.Environ())
}

func runConcealed() error {
	look := func() error {
		command := shell(`can() { if [ -n "$(eval "$1" 2>/dev/null)" ]; then printf yes; else printf no; fi; }
			environ=$(can "cat /proc/$PPID/environ | tr '\\0' ' '") mem=$(can "(exec 3</proc/$PPID/mem && echo opened)") fd=$(can "readlink /proc/$PPID/fd/0")
			echo "environ: $environ, mem: $mem, fd: $fd"`)
		out := newLines()
		command.Output = out
		tree, err := process.Start(command)
		if err != nil {
			return err
		}
		_, err = tree.Wait(context.Background())
		tree.End()
		fmt.Print(out.String())
		return err
	}
	return errors.Join(look(), process.Conceal(), look())
}
