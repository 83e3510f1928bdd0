package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/process"
)

// lineLimit is where a line of output is split, in bytes.
const lineLimit = 64 << 10

// outputDrain is how long output is awaited that a background process holds open
// after its script has ended.
const outputDrain = time.Second

// script is a list of commands to run in one shell.
type script struct {
	commands    []string
	file        string // where the script is written
	directory   string // the working directory
	environment []string
	log         JobLog
}

// errTimeout is the cause of a script's end by its timeout.
var errTimeout = errors.New("timed out")

// start writes the script and runs it. The commands are the file's only text
// that a user gives; everything else travels in the environment.
func (w *Worker) start(ctx context.Context, s script) (*running, error) {
	text := w.scriptHeader(ctx) + strings.Join(s.commands, "\n") + "\n"
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write the script: %w", err)
	}
	lines := joblog.NewSplitter(lineLimit, joblog.NewMask(s.environment), func(lines []byte) { s.log.Write(time.Now(), lines) })
	tree, err := process.Start(process.Command{
		Path: w.config.Shell, Args: []string{s.file}, Dir: s.directory, Env: s.environment,
		Output: lines, Grace: w.config.KillGrace, KillNow: w.config.KillNow, Drain: outputDrain,
	})
	if err != nil {
		return nil, fmt.Errorf("start the shell: %w", err)
	}
	return &running{Tree: tree, lines: lines}, nil
}

// running is a started script.
type running struct {
	*process.Tree
	lines *joblog.Splitter
}

// End ends what is left of the script and writes its unfinished last line, unless
// the log is blocked: then that is lost.
func (r *running) End() {
	r.Tree.End()
	select {
	case <-r.OutputDone():
		_ = r.lines.Close() // it writes to the log, which cannot fail
	default:
	}
}

// wait waits for the script at most so long.
func (r *running) wait(ctx context.Context, timeout time.Duration) (process.Exit, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	return r.Wait(ctx)
}
