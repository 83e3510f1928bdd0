package main

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// nothingRuns fails if a process of this session lives whose environment has the
// given text: a mark that the session's jobs carry.
func nothingRuns(ts *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) != 1 {
		ts.Fatalf("usage: nothing-runs MARK")
	}
	if left := carrying(arguments[0], "WORK="+ts.Getenv("WORK")); len(left) > 0 {
		ts.Fatalf("processes %v still run", left)
	}
}

// carrying are the processes that have all of these variables.
func carrying(variables ...string) (found []int) {
	processes, _ := os.ReadDir("/proc")
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil {
			continue
		}
		environment, _ := os.ReadFile("/proc/" + process.Name() + "/environ") // none, if it has ended
		if !slices.ContainsFunc(variables, func(variable string) bool {
			return !bytes.Contains(environment, []byte(variable+"\x00"))
		}) {
			found = append(found, pid)
		}
	}
	return found
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
