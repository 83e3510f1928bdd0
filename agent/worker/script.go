package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/process"
)

// lineLimit is the length in bytes at which a line of output is split.
const lineLimit = 64 << 10

// outputDrain is how long the worker waits for output after a script has ended, if
// a background process keeps it open.
const outputDrain = time.Second

// script is a list of commands to run in one shell.
type script struct {
	commands    []string
	file        string // where the script is written
	directory   string // the working directory
	environment []string
	log         *guardedLog
	// service means that processes that it leaves live on while jobs come and go.
	service bool
}

// errTimeout is the cause of a script's end by its timeout.
var errTimeout = errors.New("timed out")

// start writes the script and runs it. The commands are the only user-given text in
// the file; everything else is in the environment.
func (w *Worker) start(ctx context.Context, s script) (*running, error) {
	commands := track(w.config.Shell, s.commands)
	text := w.scriptHeader(ctx)
	if commands.notes {
		text = noteFunction + text
	}
	if err := os.WriteFile(s.file, []byte(text+commands.text), 0o600); err != nil {
		return nil, fmt.Errorf("write the script: %w", err)
	}
	lines := joblog.NewSplitter(lineLimit, joblog.NewMask(s.environment), func(lines []byte) { s.log.write(time.Now(), lines) })
	var output io.WriteCloser = lines
	if s.log.takesPartial() {
		output = &partialWriter{lines: lines, show: func(text []byte) { s.log.writePartial(time.Now(), text) }}
	}
	tree, err := w.config.Start(process.Command{
		Path: w.config.Shell, Args: []string{s.file}, Dir: s.directory, Env: s.environment,
		Output: output, Grace: w.config.KillGrace, KillNow: w.config.KillNow, Drain: outputDrain,
	}, s.service)
	if err != nil {
		return nil, fmt.Errorf("start the shell: %w", err)
	}
	return &running{Tree: tree, output: output, lines: lines, script: s, commands: commands}, nil
}

// running is a started script.
type running struct {
	Tree
	output   io.Closer
	lines    *joblog.Splitter
	script   script
	commands tracked
}

// where describes the end of the script, after it has ended.
func (r *running) where(exit process.Exit) *ScriptEnd {
	return r.commands.end(r.script.file, r.script.environment, exit)
}

// End ends the script's remaining processes and writes its unfinished last line. If
// the log is blocked, that line is lost.
func (r *running) End() {
	r.Tree.End()
	select {
	case <-r.OutputDone():
		_ = r.output.Close() // it never fails
	default:
	}
}

// hides reports whether the log would hide a part of the text. It reports false if the
// log is blocked.
func (r *running) hides(text []byte) bool {
	select {
	case <-r.OutputDone():
		return r.lines.Hides(text)
	default:
		return false
	}
}

// wait waits for the script for at most timeout.
func (r *running) wait(ctx context.Context, timeout time.Duration) (process.Exit, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	return r.Wait(ctx)
}
