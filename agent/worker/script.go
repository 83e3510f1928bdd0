package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/process"
)

// prelude makes the first failing command end the script, in a pipe too where
// the shell can: dash learned pipefail late. The shell is asked once, as that
// takes a process.
func (w *Worker) prelude() string {
	w.asked.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		question := exec.CommandContext(ctx, w.config.Shell, "-c", "set -o pipefail")
		question.Env, question.Dir = w.config.Environment, w.config.Directory
		w.pipefail = question.Run() == nil
	})
	if w.pipefail {
		return "set -eo pipefail\n"
	}
	return "set -e\n"
}

// lineLimit is where a line of output is split, in bytes.
const lineLimit = 64 << 10

// drain is how long output is awaited that a background process holds open
// after its script has ended.
const drain = time.Second

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
func (w *Worker) start(s script) (*running, error) {
	text := w.prelude() + strings.Join(s.commands, "\n") + "\n"
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write the script: %w", err)
	}
	lines := joblog.NewSplitter(lineLimit, joblog.NewMask(s.environment), func(lines []byte) { s.log.Write(time.Now(), lines) })
	tree, err := process.Start(process.Command{
		Path: w.config.Shell, Args: []string{s.file}, Dir: s.directory, Env: s.environment,
		Output: lines, Grace: w.config.KillGrace, KillNow: w.config.KillNow, Drain: drain,
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

// End ends what is left of the script and writes its unfinished last line.
func (r *running) End() {
	r.Tree.End()
	_ = r.lines.Close() // it writes to the log, which cannot fail
}

// wait waits for the script at most so long.
func (r *running) wait(ctx context.Context, timeout time.Duration) (process.Exit, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	return r.Wait(ctx)
}
