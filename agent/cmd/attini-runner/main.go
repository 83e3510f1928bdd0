// Command attini-runner is the agent: it takes jobs from a runner's queue, runs
// them, and answers the steps that wait for them.
package main

import (
	"context"
	"os"
	"runtime/debug"
)

// collectAt is how much garbage there may be, in percent of what is in use. An
// agent makes little, and its container's memory is for its jobs.
const collectAt = 50

func main() {
	debug.SetGCPercent(collectAt)
	os.Exit(execute(context.Background(), os.Args[1:], streams{stdout: os.Stdout, stderr: os.Stderr, environment: os.Environ()}))
}
