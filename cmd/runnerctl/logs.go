package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/attini-go/runner/internal/planlog"
)

type logsCommand struct {
	Target string `arg:"" help:"A stack's name, for the newest execution of its plan, or an execution's ARN." placeholder:"STACK|EXECUTION-ARN"`
	Step   string `arg:"" optional:"" help:"Only the lines of this step."`
	Follow bool   `short:"f" help:"Print new lines until the execution has ended."`
	Format string `help:"The output's format: text, or json for one object for each line." enum:"text,json" default:"text"`
}

// Help is the longer part of the command's help.
func (logsCommand) Help() string {
	return "The lines of all steps are merged by time; each begins with its step. Agents upload lines within 10 seconds, less often for large logs; --follow prints them within 2 seconds of that, and goes on after a broken connection."
}

// Run runs the command.
func (c logsCommand) Run(ctx context.Context, s streams, connect newOperator) error {
	account, err := connect(ctx)
	if err != nil {
		return err
	}
	finding, cancel := asking(ctx)
	store, _, err := account.Logs(finding, c.Target)
	cancel()
	if err != nil {
		return err
	}
	output := bufio.NewWriterSize(s.stdout, 64<<10)
	print, lines := c.print(output), 0
	r := &planlog.Reader{
		Store: store, Step: c.Step,
		Print:  func(l planlog.Line) error { lines++; return print(l) },
		Looked: func() error { return output.Flush() },
		Interrupted: func(err error, wait time.Duration) {
			fmt.Fprintf(s.stderr, "runnerctl: %s; trying again in %s\n", err, wait.Round(time.Second))
		},
	}
	read := r.All
	if c.Follow {
		read = r.Follow
	}
	if err := read(ctx); err != nil {
		return err
	}
	if lines == 0 {
		fmt.Fprintln(s.stderr, "runnerctl: no lines; a job that prints nothing has no log, and lines come up to 10 seconds after they are printed")
	}
	return nil
}

// print returns how a line is printed. Control sequences of jobs do not reach the
// terminal: a log can have been written by anybody whose code a job ran.
func (c logsCommand) print(output *bufio.Writer) func(planlog.Line) error {
	if c.Format == "json" {
		encoder := json.NewEncoder(output)
		encoder.SetEscapeHTML(false)
		return func(l planlog.Line) error { return encoder.Encode(l) }
	}
	return func(l planlog.Line) error {
		for _, text := range []string{l.Step, " | ", harmless(l.Text)} {
			_, _ = output.WriteString(text) // it keeps its error
		}
		return output.WriteByte('\n')
	}
}

// harmless removes control sequences and control characters but tabs.
func harmless(text string) string {
	// What is no UTF-8 can hide one.
	if !strings.ContainsFunc(text, func(r rune) bool { return isControl(r) || r == utf8.RuneError }) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, ansi.Strip(text))
}

// isControl reports whether a terminal could take a character for more than text.
func isControl(r rune) bool {
	return r < ' ' && r != '\t' || r >= 0x7f && r <= 0x9f
}
