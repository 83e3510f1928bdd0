package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1 // the template is invalid, or the plan failed
	exitMisused = 2 // wrong usage, or a file that cannot be read
)

// streams are where results, everything else, and the user's environment are.
type streams struct {
	stdout, stderr io.Writer
	environment    []string
	colour         bool
}

type cli struct {
	Validate validateCommand `cmd:"" help:"Report everything that is wrong with a template."`
	Expand   expandCommand   `cmd:"" help:"Print what the template becomes in CloudFormation."`
	Run      runCommand      `cmd:"" help:"Run the template's deployment plan on this machine."`
	Graph    graphCommand    `cmd:"" help:"Draw the template's deployment plan."`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON Schema of Attini::Deploy::Runner."`
	Serve    serveCommand    `cmd:"" help:"Serve releases of the runner, as the runner information API."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// errReported ends a command whose problems are printed already.
var errReported = errors.New("reported")

// misuse is an error of the command line or of a file that it names.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, arguments []string, s streams) int {
	var commands cli
	exited := -1
	parser, err := kong.New(
		&commands,
		kong.Name("runnerctl"),
		kong.Description("Validate, expand and run templates with an Attini::Deploy::Runner, without AWS."),
		kong.Writers(s.stdout, s.stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(s.stderr, "runnerctl:", err)
		return exitMisused
	}
	command, err := parser.Parse(arguments)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(s.stderr, "runnerctl: %s; see runnerctl --help\n", err)
		return exitMisused
	}
	switch err := command.Run(); {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, new(misuse)):
		fmt.Fprintln(s.stderr, "runnerctl:", err)
		return exitMisused
	default:
		fmt.Fprintln(s.stderr, "runnerctl:", err)
		return exitFailed
	}
}
