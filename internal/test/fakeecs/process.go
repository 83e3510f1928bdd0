package fakeecs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// command is what a container runs.
type command struct {
	// mark is a variable, NAME=value, that nothing else has: what is started by
	// the process has it too.
	mark                   string
	arguments, environment []string
}

// process is a container's process, in a folder of its own.
type process struct {
	command *exec.Cmd
	mark    string
	home    string
	// exited is closed when nothing of it runs any more.
	exited chan struct{}
}

// outputDelay is how long a process's output is read after its end, where
// something that it has left holds it open.
const outputDelay = 100 * time.Millisecond

// start starts a process, with all of its own.
func start(from command, output *log) (*process, error) {
	if len(from.arguments) == 0 {
		return nil, errors.New("no command specified")
	}
	home, err := os.MkdirTemp("", "task-")
	if err != nil {
		return nil, fmt.Errorf("make the container's folder: %w", err)
	}
	p := &process{mark: from.mark, home: home, exited: make(chan struct{})}
	environment := append([]string{"TMPDIR=" + home, "HOME=" + home}, from.environment...)
	environment = append(environment, from.mark)
	path, err := lookPath(from.arguments[0], environment)
	if err != nil {
		_ = os.RemoveAll(home)
		return nil, err
	}
	p.command = &exec.Cmd{
		Path: path, Args: from.arguments, Env: environment, Dir: home, Stdout: output, Stderr: output,
		SysProcAttr: ownGroup(), WaitDelay: outputDelay,
	}
	begun := make(chan error)
	go p.run(begun)
	if err := <-begun; err != nil {
		_ = os.RemoveAll(home)
		return nil, err
	}
	return p, nil
}

// lookPath finds a program on the PATH of the container, not of the test.
func lookPath(name string, environment []string) (string, error) {
	if filepath.Base(name) != name {
		return name, nil
	}
	path := ""
	for _, variable := range environment {
		if value, ok := bytes.CutPrefix([]byte(variable), []byte("PATH=")); ok {
			path = string(value)
		}
	}
	for _, directory := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(directory, name)); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("exec: %q: executable file not found in $PATH", name)
}

// run keeps the thread that starts the process until it has ended: for the
// kernel, that thread is the parent whose death the process is told.
func (p *process) run(begun chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.command.Start()
	begun <- err
	if err != nil {
		return
	}
	_ = p.command.Wait() // ProcessState tells how
	p.killRest()
	_ = os.RemoveAll(p.home) // what is left is in the system's directory for what is temporary
	close(p.exited)
}

// terminate tells the process to end.
func (p *process) terminate() { _ = p.command.Process.Signal(syscall.SIGTERM) } // it may have ended

// kill ends the process and its group.
func (p *process) kill() { _ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL) } // they may have ended

// exitCode is that of the process, as a shell tells it: 128 and the signal's
// number of one that was killed.
func (p *process) exitCode() int {
	if status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return p.command.ProcessState.ExitCode()
}

// killRest ends what the process has left: with its first process a container
// ends.
func (p *process) killRest() {
	for {
		left := marked(p.mark)
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
		time.Sleep(time.Millisecond)
	}
}

// marked are the processes with a variable in their environment.
func marked(variable string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is right
	for _, file := range files {
		environment, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(environment, []byte(variable)) {
			continue // it has ended, or is another's
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// log is what a process prints.
type log struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

// Write implements io.Writer.
func (l *log) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(text)
}

// String is all of it.
func (l *log) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}
