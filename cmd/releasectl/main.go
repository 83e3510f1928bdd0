// Command releasectl makes releases of the project, checks them, and publishes
// them in a bucket.
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
	return execute(ctx, os.Args[1:], environment{stdout: os.Stdout, stderr: os.Stderr, variable: os.Getenv})
}
