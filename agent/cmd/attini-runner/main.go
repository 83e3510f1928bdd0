// Command attini-runner is the agent: it takes jobs from a runner's queue, runs
// them, and answers the steps that wait for them.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(execute(context.Background(), os.Args[1:], streams{stdout: os.Stdout, stderr: os.Stderr, environment: os.Environ()}))
}
