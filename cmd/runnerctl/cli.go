package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/attini-go/runner/internal/commandline"
)

// Exit codes. A command that a signal has stopped ends with 128 and the signal's
// number.
const (
	exitOK      = 0
	exitFailed  = 1                          // the template is invalid, or the plan failed
	exitMisused = 2                          // wrong usage, or a file that cannot be read
	exitClosed  = 128 + int(syscall.SIGPIPE) // nobody reads the output
)

// streams are where results, everything else, and the user's environment are.
type streams struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environment    []string
	// screen says that stderr is a terminal, colour that it takes colours, terminal
	// that stdout is one.
	screen, colour, terminal bool
	// size is that of the screen.
	size func() (columns, rows int)
}

// getenv is a variable of the user's; "" if it is not set.
func (s streams) getenv(name string) string {
	for _, variable := range slices.Backward(s.environment) {
		if value, found := strings.CutPrefix(variable, name+"="); found {
			return value
		}
	}
	return ""
}

// cli are the flags and arguments of all commands.
type cli struct {
	common   commonFlags
	validate validateCommand
	explain  explainCommand
	expand   expandCommand
	run      runCommand
	graph    graphCommand
	report   reportCommand
	test     testCommand
	approve  approveCommand
	reject   rejectCommand
	schema   schemaCommand
	serve    serveCommand
	doctor   doctorCommand
	logs     logsCommand
	runs     runsCommand
	diff     diffCommand
	stop     stopCommand
}

// commonFlags are the flags of all commands.
type commonFlags struct {
	Color string `help:"Colours: auto, always or never. NO_COLOR and FORCE_COLOR are honoured." enum:"auto,always,never" default:"auto"`
}

// program is the command line, which runs its commands with the streams.
func (c *cli) program(ctx context.Context, s streams, signals *interrupts) *commandline.Program {
	p := &commandline.Program{
		Name: "runnerctl", Version: versionLine(), Flags: &c.common, Stdout: s.stdout,
		Help: "Validate, expand and run templates with an Attini::Deploy::Runner, without AWS, and see what deployed ones do.",
	}
	if s.terminal && s.size != nil {
		p.Columns, _ = s.size()
	}
	add := func(name, help string, fields any, run func(streams) error) {
		p.Commands = append(p.Commands, commandline.Command{Name: name, Help: help, Fields: fields, Run: func() error {
			if err := c.applyDefaults(name); err != nil {
				return usageError{err}
			}
			s.colour = wantsColour(c.common.Color, s.screen, s.getenv)
			return run(s)
		}})
	}
	account := newOperator(awsOperator)
	add("validate", "Report everything that is wrong with a template.", &c.validate, func(s streams) error { return c.validate.Run(ctx, s) })
	add("explain", "Explain a rule that validate names: what it means, an example, and how to mend it.", &c.explain, func(s streams) error { return c.explain.Run(s) })
	add("expand", "Print what the template becomes in CloudFormation.", &c.expand, func(s streams) error { return c.expand.Run(ctx, s) })
	add("run", "Run the template's deployment plan on this machine.", &c.run, func(s streams) error { return c.run.Run(ctx, s, signals) })
	add("graph", "Draw the template's deployment plan.", &c.graph, func(s streams) error { return c.graph.Run(s) })
	add("report", "Make an HTML page of a run.", &c.report, func(s streams) error { return c.report.Run(ctx, s) })
	add("test", "Run the tests of deployment plans, without AWS and without waiting.", &c.test, func(s streams) error { return c.test.Run(ctx, s, signals) })
	add("approve", "Approve a step that waits for a person, in your account.", &c.approve, func(s streams) error { return c.approve.Run(ctx, s) })
	add("reject", "Reject a step that waits for a person, in your account.", &c.reject, func(s streams) error { return c.reject.Run(ctx, s) })
	add("schema", "Print the JSON Schema of Attini::Deploy::Runner.", &c.schema, func(s streams) error { return c.schema.Run(s) })
	add("serve", "Serve releases of the runner, as the runner information API.", &c.serve, func(s streams) error { return c.serve.Run(ctx, s) })
	add("version", "Print the version.", nil, printVersion)
	// Those that follow are for plans that are deployed. They ask AWS with the user's own
	// credentials, for which docs/policies/attini-runner-operator-policy.json is enough.
	add("doctor", "Say why a deployed plan waits or fails, or a runner does not start.", &c.doctor, func(s streams) error { return c.doctor.Run(ctx, s, account) })
	add("logs", "Print the logs of a deployed plan's jobs.", &c.logs, func(s streams) error { return c.logs.Run(ctx, s, account) })
	add("runs", "List the executions of a deployed plan.", &c.runs, func(s streams) error { return c.runs.Run(ctx, s, account) })
	add("diff", "Say what a deployment of a template would change, and which jobs that affects.", &c.diff, func(s streams) error { return c.diff.Run(ctx, s, account) })
	add("stop", "Stop an execution of a deployed plan, with its jobs.", &c.stop, func(s streams) error { return c.stop.Run(ctx, s, account) })
	return p
}

// errReported ends a command whose problems are printed already.
var errReported = errors.New("reported")

// usageError is an error of the command line or of a file that it names.
type usageError struct{ error }

func (m usageError) Unwrap() error { return m.error }

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, arguments []string, s streams, signals *interrupts) int {
	if len(arguments) == 0 {
		arguments = []string{"--help"}
	}
	err := new(cli).program(ctx, s, signals).Execute(ctx, arguments)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, syscall.EPIPE):
		return exitClosed
	case errors.As(err, new(commandline.UsageError)):
		fmt.Fprintf(s.stderr, "runnerctl: %s; see runnerctl --help\n", err)
		return exitMisused
	case !errors.Is(err, errReported):
		fmt.Fprintln(s.stderr, "runnerctl:", err)
	}
	var stopped signalReceived
	switch {
	case errors.As(context.Cause(ctx), &stopped):
		return stopped.exitCode()
	case errors.As(err, new(usageError)):
		return exitMisused
	default:
		return exitFailed
	}
}
