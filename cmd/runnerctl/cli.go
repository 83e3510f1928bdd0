package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
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

type cli struct {
	PrintVersion kong.VersionFlag `name:"version" help:"Print the version."`
	Color        string           `help:"Colours: auto, always or never. NO_COLOR and FORCE_COLOR are honoured." enum:"auto,always,never" default:"auto"`

	Validate validateCommand `cmd:"" help:"Report everything that is wrong with a template."`
	Explain  explainCommand  `cmd:"" help:"Explain a rule that validate names: what it means, an example, and how to mend it."`
	Expand   expandCommand   `cmd:"" help:"Print what the template becomes in CloudFormation."`
	Run      runCommand      `cmd:"" help:"Run the template's deployment plan on this machine."`
	Graph    graphCommand    `cmd:"" help:"Draw the template's deployment plan."`
	Report   reportCommand   `cmd:"" help:"Make an HTML page of a run."`
	Test     testCommand     `cmd:"" help:"Run the tests of deployment plans, without AWS and without waiting."`
	Approve  approveCommand  `cmd:"" help:"Approve a step that waits for a person, in your account."`
	Reject   rejectCommand   `cmd:"" help:"Reject a step that waits for a person, in your account."`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON Schema of Attini::Deploy::Runner."`
	Serve    serveCommand    `cmd:"" help:"Serve releases of the runner, as the runner information API."`
	Version  versionCommand  `cmd:"" help:"Print the version."`

	Operator operatorCommands `embed:""`

	Completion completionCommand `cmd:"" help:"Print a script that completes commands and flags in bash, zsh or fish."`
	Help       helpCommand       `cmd:"" help:"Explain a command."`
}

// helpCommand stands in the list of commands; spelled does its work.
type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command."`
}

// spelled is a command line as the parser takes it: no command at all asks for help,
// and so does help COMMAND.
func spelled(arguments []string) []string {
	switch {
	case len(arguments) == 0:
		return []string{"--help"}
	case arguments[0] == "help":
		return append(slices.Clone(arguments[1:]), "--help")
	default:
		return arguments
	}
}

// errReported ends a command whose problems are printed already.
var errReported = errors.New("reported")

// usageError is an error of the command line or of a file that it names.
type usageError struct{ error }

func (m usageError) Unwrap() error { return m.error }

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, arguments []string, s streams, signals *interrupts) int {
	var commands cli
	exited := -1
	parser, err := kong.New(
		&commands,
		kong.Name("runnerctl"),
		kong.Description("Validate, expand and run templates with an Attini::Deploy::Runner, without AWS, and see what deployed ones do."),
		kong.Writers(s.stdout, s.stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(signals, newOperator(awsOperator)),
		kong.Vars{"version": versionLine()},
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(s.stderr, "runnerctl:", err)
		return exitMisused
	}
	command, err := parser.Parse(spelled(arguments))
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(s.stderr, "runnerctl: %s; see runnerctl --help\n", err)
		return exitMisused
	}
	if err := commands.applyDefaults(command.Command()); err != nil {
		fmt.Fprintln(s.stderr, "runnerctl:", err)
		return exitMisused
	}
	s.colour = wantsColour(commands.Color, s.screen, s.getenv)
	err = command.Run(s, parser.Model)
	if err == nil {
		return exitOK
	}
	if errors.Is(err, syscall.EPIPE) {
		return exitClosed
	}
	if !errors.Is(err, errReported) {
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
