// Command runnerctl validates, expands and runs templates with an
// Attini::Deploy::Runner on a laptop, without AWS.
package main

import (
	"context"
	"os"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

func main() {
	ctx, signals := watchSignals(context.Background())
	os.Exit(execute(ctx, os.Args[1:], streams{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environment: os.Environ(),
		screen: isScreen(os.Stderr), terminal: isatty.IsTerminal(os.Stdout.Fd()),
		size: func() (columns, rows int) {
			columns, rows, _ = term.GetSize(int(os.Stderr.Fd())) // 0 if it is unknown
			return columns, rows
		},
	}, signals))
}
