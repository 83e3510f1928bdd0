package fakeaws

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"sync"
)

// program is a server to start.
type program struct {
	// name is what errors and logs call it.
	name      string
	path      string
	arguments []string
	// home is its folder, for all that it writes.
	home string
	// environment is added to what every program gets.
	environment []string
	// listener is given to it as descriptor 3; nil where it opens its own.
	listener *os.File
}

// process is a running server.
type process struct {
	name    string
	command *exec.Cmd
	log     *log
	// exited is closed when the process has ended and has been waited for.
	exited chan struct{}
}

// start starts the program.
func start(from program) (*process, error) {
	p := &process{
		name:    from.name,
		command: exec.Command(from.path, from.arguments...),
		log:     &log{listens: make(chan string, 1)},
		exited:  make(chan struct{}),
	}
	p.command.Dir = from.home
	// Nothing of the user's: neither their account nor what they set for boto3.
	p.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + from.home, "TMPDIR=" + from.home}, from.environment...)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	p.command.SysProcAttr = diesWithParent()
	if from.listener != nil {
		p.command.ExtraFiles = []*os.File{from.listener}
	}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", from.name, err)
	}
	return p, nil
}

// listening waits until the process says at what address it listens.
func (p *process) listening(ctx context.Context) (string, error) {
	select {
	case endpoint := <-p.log.listens:
		return endpoint, nil
	case <-p.exited:
		return "", fmt.Errorf("start %s: %s: %s", p.name, p.command.ProcessState, p.output())
	case <-ctx.Done():
		p.end()
		return "", fmt.Errorf("start %s: %w: %s", p.name, context.Cause(ctx), p.output())
	}
}

// run keeps the thread that starts the process until it has ended: for the
// kernel, that thread is the parent whose death the process is told.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.command.Start()
	started <- err
	if err != nil {
		return
	}
	_ = p.command.Wait() // it always ends by a signal
	close(p.exited)
}

func (p *process) end() {
	_ = p.command.Process.Kill() // an error means that it has ended
	<-p.exited
}

// output is what the process printed of late.
func (p *process) output() string {
	p.log.mutex.Lock()
	defer p.log.mutex.Unlock()
	return string(p.log.text)
}

// log keeps the end of what the server prints, and tells its address.
type log struct {
	listens chan string
	mutex   sync.Mutex
	text    []byte
	told    bool
}

// maxLog is how much of the output is kept.
const maxLog = 64 << 10

// Write implements io.Writer.
func (l *log) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.text = append(l.text, text...)
	if !l.told {
		// The line's end shows that the port is whole.
		if match := regexp.MustCompile(`Running on (http://127\.0\.0\.1:[0-9]+)\s`).FindSubmatch(l.text); match != nil {
			l.listens <- string(match[1])
			l.told = true
		}
	}
	if len(l.text) > maxLog {
		l.text = bytes.Clone(l.text[len(l.text)-maxLog:])
	}
	return len(text), nil
}
