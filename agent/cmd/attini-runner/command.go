package main

import (
	"context"
	"fmt"
	"io"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
)

// streams are where results and everything else go, and the environment.
type streams struct {
	stdout, stderr io.Writer
	environment    []string
}

// startArguments is how a container is started: for the step whose token it gets,
// which must be told when the start fails, and with the version that the
// launcher wants at least. Both may be empty.
type startArguments struct{ token, version string }

// execute runs one command line and returns its exit code. Any arguments but
// the commands' start the agent: two are a token and a version, of others the
// first, if any, is a token.
func execute(ctx context.Context, arguments []string, s streams) int {
	first := ""
	if len(arguments) > 0 {
		first = arguments[0]
	}
	switch first {
	case "dry-run": // says that the agent is installed
		return exitOK
	case "version":
		fmt.Fprintln(s.stdout, version)
		return exitOK
	case "command-mode":
		return commandMode(ctx, arguments[1:], s)
	}
	invited := startArguments{token: first}
	if len(arguments) == 2 {
		invited.version = arguments[1]
	}
	return serve(ctx, invited, s)
}
