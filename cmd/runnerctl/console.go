package main

import (
	"context"
	"hash/fnv"
	"io"
	"os"
	"time"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// wantsColour: on a terminal only, and not against the user's NO_COLOR.
func wantsColour(file *os.File) bool {
	return isatty.IsTerminal(file.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// painter colours text, or leaves it as it is.
type painter bool

func (p painter) paint(text string, attributes ...color.Attribute) string {
	c := color.New(attributes...)
	c.DisableColor()
	if p {
		c.EnableColor()
	}
	return c.Sprint(text)
}

// console writes the jobs' lines, each behind its step's name. A step keeps
// its colour, so that parallel jobs can be told apart.
type console struct {
	*joblog.Console
	painter painter
}

var _ worker.Log = (*console)(nil)

func newConsole(w io.Writer, p painter) *console { return &console{joblog.NewConsole(w), p} }

// Open implements worker.Log.
func (c *console) Open(message *protocol.Message) worker.JobLog {
	step := worker.StartupStep
	if message != nil {
		step = message.Metadata.StepName
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(step)) // a hash cannot fail
	colours := [...]color.Attribute{color.FgCyan, color.FgMagenta, color.FgBlue, color.FgYellow, color.FgGreen}
	colour := colours[hash.Sum32()%uint32(len(colours))]
	return jobConsole{c.Step(step, func(name string) string { return c.painter.paint(name, colour) })}
}

// jobConsole is one job's part of the console.
type jobConsole struct{ *joblog.Step }

// Write implements worker.JobLog.
func (j jobConsole) Write(_ time.Time, lines []byte) {
	_ = j.WriteLines(lines) // nobody is there to be told that the console is gone
}

// Close implements worker.JobLog.
func (jobConsole) Close(context.Context) {}
