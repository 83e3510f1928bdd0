package main

import (
	"bytes"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// nothingRuns fails if a process lives whose environment has the given text:
// a mark that the session's jobs carry.
func nothingRuns(ts *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) != 1 {
		ts.Fatalf("usage: nothing-runs MARK")
	}
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	ts.Check(err)
	for _, path := range environments {
		content, err := os.ReadFile(path)
		if err == nil && bytes.Contains(content, []byte(arguments[0])) {
			ts.Fatalf("%s still runs", filepath.Dir(path))
		}
	}
}

// await waits until a file is there: a job's sign that it is under way.
func await(ts *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := os.Stat(ts.MkAbs(arguments[0])); err == nil {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s did not appear", arguments[0])
		}
	}
}
