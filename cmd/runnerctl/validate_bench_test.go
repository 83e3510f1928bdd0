package main

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkValidateProcess runs the program as it is released over a usual template. The
// goal is 100 ms of processor time.
func BenchmarkValidateProcess(b *testing.B) {
	program := filepath.Join(b.TempDir(), "runnerctl")
	output, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".").CombinedOutput()
	require.NoError(b, err, string(output))
	var spent time.Duration
	for b.Loop() {
		command := exec.Command(program, "validate", "../../examples/release/init-stack.yaml")
		output, err := command.CombinedOutput()
		require.NoError(b, err, string(output))
		spent += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(spent.Milliseconds())/float64(b.N), "ms/process")
}
