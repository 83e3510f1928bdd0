package system_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHelloWorld: the documentation's example is deployed, its plan starts by
// itself, and a second execution has its job on the same, warm task.
func TestHelloWorld(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("../../examples/hello/init-stack.yaml")
	require.NoError(t, err)
	s := open(t).deploy(t, string(template))
	first := s.first(t)
	assert.Equal(t, map[string]any{"MyKey": "MyValue"}, outputOf(t, s.output(t, first), "StepName"))
	second := s.again(t, first)
	assert.Equal(t, map[string]any{"MyKey": "MyValue"}, outputOf(t, s.output(t, second), "StepName"))
	tasks := s.runnerTasks("HelloWorldRunner")
	require.Len(t, tasks, 1, "the second execution has the first one's task")
	assert.Equal(t, "RUNNING", tasks[0].LastStatus)
	s.remove(t)
}
