// Command attini-runner is the agent: it receives jobs from a runner's queue, runs
// them, and answers the steps that wait for them.
package main

import (
	"context"
	"os"
	"runtime/debug"
)

// startGCPercent makes the garbage collector rare at the start, because a job waits.
// gcPercent replaces it later.
const startGCPercent = 400

func main() {
	debug.SetGCPercent(startGCPercent)
	os.Exit(execute(context.Background(), os.Args[1:], streams{stdout: os.Stdout, stderr: os.Stderr, environment: os.Environ()}))
}
