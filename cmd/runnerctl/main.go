// Command runnerctl validates, expands and runs templates with an
// Attini::Deploy::Runner on a laptop, without AWS.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run()) }

// run is main with an exit code; a second interrupt ends the program at once.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return execute(ctx, os.Args[1:], streams{
		stdout: os.Stdout, stderr: os.Stderr, environment: os.Environ(), colour: wantsColour(os.Stderr),
	})
}
