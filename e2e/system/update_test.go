package system_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestChangedProperty: with another property the runner has another task, and
// the job that was running on the old one still succeeds.
func TestChangedProperty(t *testing.T) {
	t.Parallel()
	before, after := newJobBarrier(t), newJobBarrier(t)
	made := func(jobs int, g jobBarrier) string {
		return templateOf(settled, object{"RunnerConfiguration": object{"MaxConcurrentJobs": jobs}},
			one(job(last(), g.recordCommand("begun"), g.waitCommand(), output(`{"done":true}`))), nil)
	}
	s := open(t).deploy(t, made(2, before))
	first := s.first(t)
	before.waitFor(t, 1)
	s.update(t, made(3, after))
	after.waitFor(t, 1)
	tasks := s.runnerTasks(settled)
	require.Len(t, tasks, 2, "the changed runner has a task of its own")
	assert.Equal(t, "RUNNING", tasks[0].LastStatus, "the old task has its job still")
	before.release(t)
	assert.Equal(t, map[string]any{"done": true}, outputOf(t, s.output(t, first), "Step"))
	require.Eventually(t, func() bool { return s.runnerTasks(settled)[0].LastStatus == "STOPPED" }, soon, tick, "the old task does not leave")
	assert.Equal(t, 0, *s.runnerTasks(settled)[0].Containers[0].ExitCode, "it leaves by itself")
	after.release(t)
	for _, execution := range s.executions(t) {
		s.output(t, execution)
	}
	assert.Len(t, s.runnerTasks(settled), 2)
}
