package standin

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

// process is a running server.
type process struct {
	endpoint string
	command  *exec.Cmd
	log      *log
	// exited is closed when the process has ended and has been waited for.
	exited chan struct{}
}

// start starts the program and waits until it listens. The port is the
// system's choice, so that nobody else can take it in between.
func start(ctx context.Context, program, home string) (*process, error) {
	p := &process{
		command: exec.Command(program, "-H", "127.0.0.1", "-p", "0"),
		log:     &log{listens: make(chan string, 1)},
		exited:  make(chan struct{}),
	}
	p.command.Dir = home
	// Nothing of the user's: neither their account nor what they set for boto3.
	p.command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home}
	p.command.Stdout, p.command.Stderr = p.log, p.log
	p.command.SysProcAttr = diesWithParent()
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	select {
	case p.endpoint = <-p.log.listens:
		return p, nil
	case <-p.exited:
		return nil, fmt.Errorf("start moto: %s: %s", p.command.ProcessState, p.output())
	case <-ctx.Done():
		p.end()
		return nil, fmt.Errorf("start moto: %w: %s", context.Cause(ctx), p.output())
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
