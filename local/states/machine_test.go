package states_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/local/states"
)

// tasksFunc lets a function do the tasks.
type tasksFunc func(ctx context.Context, task states.Task) (any, error)

func (f tasksFunc) Do(ctx context.Context, task states.Task) (any, error) { return f(ctx, task) }

// echo answers every task with its input.
func echo(_ context.Context, task states.Task) (any, error) { return task.Input, nil }

// recorder keeps the events of a run.
type recorder struct {
	mutex  sync.Mutex
	events []states.Event
}

func (r *recorder) Observe(e states.Event) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.events = append(r.events, e)
}

// lines are the events as "Kind Path".
func (r *recorder) lines() []string {
	lines := []string{}
	for _, e := range r.events {
		lines = append(lines, string(e.Kind)+" "+e.Path)
	}
	return lines
}

func parse(t *testing.T, definition string) *states.Machine {
	t.Helper()
	m, err := states.Parse([]byte(definition))
	require.NoError(t, err)
	return m
}

// single is a machine of one state, S, given its fields.
func single(fields string) string {
	return `{"StartAt": "S", "States": {"S": {` + fields + `}}}`
}

// execute runs a definition with the echoing tasks.
func execute(t *testing.T, definition, input string) (string, error) {
	t.Helper()
	output, err := parse(t, definition).Run(t.Context(), states.Execution{Input: json.RawMessage(input)}, states.Options{Tasks: tasksFunc(echo)})
	return string(output), err
}

// failureOf is the failure an execution ended with.
func failureOf(t *testing.T, err error) *states.Error {
	t.Helper()
	var failure *states.Error
	require.True(t, errors.As(err, &failure), "want *states.Error, got %v", err)
	return failure
}

func TestRunGoesFromStateToState(t *testing.T) {
	t.Parallel()
	output, err := execute(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Result": {"x": 1}, "ResultPath": "$.a", "Next": "B"},
		"B": {"Type": "Task", "Resource": "arn:b", "Parameters": {"got.$": "$.a.x", "who.$": "$$.State.Name"}, "Next": "C"},
		"C": {"Type": "Succeed"}}}`, `{"k": "<&>"}`)
	require.NoError(t, err)
	assert.Equal(t, `{"got":1,"who":"B"}`, output)
}
