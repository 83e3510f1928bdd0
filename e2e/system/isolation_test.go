package system_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIsolation: with Isolation: job each job has a task of its own, those that come one
// after another and those that come at once, and each task ends by itself.
func TestIsolation(t *testing.T) {
	t.Parallel()
	agent := func(fields object) object { return job(fields, `echo $PPID > $ATTINI_OUTPUT`) }
	beside := func(name string) object {
		return object{"StartAt": name, "States": object{name: agent(last())}}
	}
	s := open(t).deploy(t, template(object{"Isolation": "job", "RunnerConfiguration": object{"MaxConcurrentJobs": 7}}, object{
		"StartAt": "First", "States": object{
			"First":  agent(object{"Next": "Beside"}),
			"Merge":  object{"Type": "AttiniMergeOutput", "Next": "Last"},
			"Beside": object{"Type": "Parallel", "Next": "Merge", "Branches": []object{beside("Left"), beside("Right")}},
			"Last":   agent(last()),
		},
	}))
	output := s.output(t, s.first(t))
	var agents []any
	for _, step := range []string{"First", "Left", "Right", "Last"} {
		agents = append(agents, outputOf(t, output, step))
	}
	for i, pid := range agents {
		assert.Equal(t, i, slices.Index(agents, pid), "%v: no agent has two jobs", agents)
	}
	tasks := s.runnerTasks("Build")
	require.Len(t, tasks, len(agents))
	for i := range tasks {
		require.Eventually(t, func() bool { return s.runnerTasks("Build")[i].LastStatus == "STOPPED" }, soon, tick, "a task does not leave")
	}
	for _, task := range s.runnerTasks("Build") {
		assert.Equal(t, 0, *task.Containers[0].ExitCode, "it leaves by itself")
	}
}
