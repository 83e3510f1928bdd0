package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// branches is a Parallel state P of one-task branches A, B, ...
func branches(fields string, names ...string) string {
	list := ""
	for i, name := range names {
		if i > 0 {
			list += ", "
		}
		list += `{"StartAt": "` + name + `", "States": {"` + name + `": {"Type": "Task", "Resource": "r", "End": true}}}`
	}
	return `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [` + list + `], ` + fields + `}, "After": {"Type": "Pass", "End": true}}}`
}

func TestParallelResultsComeInBranchOrder(t *testing.T) {
	t.Parallel()
	// A only ends once B has: the branches run at once, and the first to end is not the first in the result.
	ended := make(chan struct{})
	tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
		if task.State == "A" {
			<-ended
		} else {
			defer close(ended)
		}
		return map[string]any{"by": task.State, "got": task.Input}, nil
	})
	machine := parse(t, branches(`"Parameters": {"x.$": "$.a"}, "ResultSelector": {"all.$": "$[*].by", "second.$": "$[1].got"}, "ResultPath": "$.r", "Next": "After"`, "A", "B"))
	output, err := machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"a": 1}`)}, asl.Options{Tasks: tasks})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a": 1, "r": {"all": ["A", "B"], "second": {"x": 1}}}`, string(output))
}

func TestParallelFailureEndsTheSiblings(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	var siblingEnded bool
	tasks := tasksFunc(func(ctx context.Context, task asl.Task) (any, error) {
		if task.State == "A" {
			close(started)
			<-ctx.Done()
			siblingEnded = true
			return nil, ctx.Err()
		}
		<-started
		return nil, &asl.Error{Name: "Broken", Cause: "b"}
	})
	for name, c := range map[string]struct{ fields, want string }{
		"by its name":   {`"Next": "After", "Catch": [{"ErrorEquals": ["Broken"], "Next": "After", "ResultPath": "$.e"}]`, `{"in":1,"e":{"Error":"Broken","Cause":"b"}}`},
		"BranchFailed":  {`"Next": "After", "Catch": [{"ErrorEquals": ["States.BranchFailed"], "Next": "After"}]`, `{"Error":"Broken","Cause":"b"}`},
		"not caught":    {`"Next": "After"`, ``},
		"other catcher": {`"Next": "After", "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "After"}]`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			started, siblingEnded = make(chan struct{}), false
			seen := &recorder{}
			output, err := parse(t, branches(c.fields, "A", "B")).Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"in": 1}`)}, asl.Options{Tasks: tasks, Observer: seen})
			assert.True(t, siblingEnded, "Run came back before the sibling had ended")
			assert.Contains(t, seen.lines(), "Aborted P[0].A")
			assert.Contains(t, seen.lines(), "Failed P[1].B")
			if c.want != "" {
				require.NoError(t, err)
				assert.Equal(t, c.want, string(output))
				assert.Contains(t, seen.lines(), "Caught P")
				return
			}
			assert.Equal(t, &asl.Error{Name: "Broken", Cause: "b", State: "P[1].B"}, failureOf(t, err))
			assert.Contains(t, seen.lines(), "Failed P")
		})
	}
}

func TestParallelIsRetriedAsAWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := make(chan string, 10)
		tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
			calls <- task.State
			if len(calls) == 1 {
				return nil, errors.New("first call")
			}
			return task.State, nil
		})
		machine := parse(t, branches(`"Next": "After", "Retry": [{"ErrorEquals": ["States.ALL"]}]`, "A"))
		output, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{Tasks: tasks})
		require.NoError(t, err)
		assert.Equal(t, `["A"]`, string(output))
		assert.Len(t, calls, 2)
	})
}

func TestStopEndsNestedBranches(t *testing.T) {
	t.Parallel()
	cause := errors.New("the user pressed Ctrl-C")
	ctx, stop := context.WithCancelCause(t.Context())
	tasks := tasksFunc(func(ctx context.Context, task asl.Task) (any, error) {
		if task.State == "A" {
			stop(cause)
		}
		<-ctx.Done()
		return nil, errors.New("something else")
	})
	seen := &recorder{}
	machine := parse(t, branches(`"Next": "After", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}], "Retry": [{"ErrorEquals": ["States.ALL"]}]`, "A", "B"))
	_, err := machine.Run(ctx, asl.Execution{}, asl.Options{Tasks: tasks, Observer: seen})
	assert.Equal(t, cause, err)
	assert.Equal(t, "Aborted P", seen.lines()[len(seen.lines())-1])
}
