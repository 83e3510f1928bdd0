// Command attini-runner is the agent: it takes jobs from a runner's queue, runs
// them, and answers the steps that wait for them.
package main

import (
	"context"
	"os"
	"runtime/debug"
)

// startGCPercent is how much garbage there may be at the start, in percent of what is
// in use: a job waits, and everything is new. See collectAt.
const startGCPercent = 400

func main() {
	debug.SetGCPercent(startGCPercent)
	os.Exit(execute(context.Background(), os.Args[1:], streams{stdout: os.Stdout, stderr: os.Stderr, environment: os.Environ()}))
}
