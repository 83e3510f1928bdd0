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

// streams are the standard output, the standard error and the environment.
type streams struct {
	stdout, stderr io.Writer
	environment    []string
}

// startArguments are the container's arguments: the token of the step to fail when
// the start fails, and the least version that the launcher requires. Both may be
// empty.
type startArguments struct{ token, version string }

// execute runs one command line and returns its exit code. Arguments that are no
// command start the agent: two are a token and a version; otherwise the first, if
// any, is a token.
func execute(ctx context.Context, arguments []string, s streams) int {
	first := ""
	if len(arguments) > 0 {
		first = arguments[0]
	}
	switch first {
	case "dry-run": // proves that the agent is installed
		return exitOK
	case "version":
		fmt.Fprintln(s.stdout, version)
		return exitOK
	case "command-mode":
		return commandMode(ctx, arguments[1:], s)
	}
	start := startArguments{token: first}
	if len(arguments) == 2 {
		start.version = arguments[1]
	}
	return serve(ctx, start, s)
}
