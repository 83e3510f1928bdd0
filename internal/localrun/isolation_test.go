package localrun_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestIsolatedJobsLocally: each job of a runner with Isolation: job has an agent of its
// own, with the startup commands before it, and no two jobs run at the same time.
func TestIsolatedJobsLocally(t *testing.T) {
	t.Parallel()
	lock := t.TempDir() + "/busy"
	job := strings.ReplaceAll(`Type: AttiniRunnerJob, Properties: {Commands: ["mkdir LOCK; sleep 0.05; rmdir LOCK", "echo 1 > $ATTINI_OUTPUT"]}`, "LOCK", lock)
	template := strings.Replace(plan(`
        - {Name: First, `+job+`}
        - Name: Beside
          Type: Parallel
          Branches:
            - [{Name: Left, `+job+`}]
            - [{Name: Right, `+job+`}]
        - {Name: Merge, Type: AttiniMergeOutput}
        - {Name: Last, `+job+`}
`), "R: {Type: Attini::Deploy::Runner}", "R: {Type: Attini::Deploy::Runner, Properties: {Isolation: job, Startup: {Commands: [echo started]}}}", 1)
	result, log := run(t, t.Context(), template, nil)
	assert.Equal(t, map[string]any{"First": 1.0, "Left": 1.0, "Right": 1.0, "Last": 1.0}, outputs(t, result))
	assert.Equal(t, 4, strings.Count(log.of("Startup"), "started\n"))
}
