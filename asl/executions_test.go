package asl_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// execution is an execution as AWS runs it: what is fed to it, what its tasks answer, and what it comes to.
type execution struct {
	Name       string
	Definition json.RawMessage
	Input      json.RawMessage
	Tasks      map[string][]answer
	Output     json.RawMessage
	Error      *string
	Cause      string
}

// answer is how one attempt of a task ends. A null input is not compared.
type answer struct {
	Input        any
	Failed       bool
	Error, Cause string
	Output       json.RawMessage
}

// answers plays the tasks of an execution.
type answers struct {
	t    *testing.T
	left map[string][]answer
}

func (a *answers) Do(_ context.Context, task asl.Task) (any, error) {
	require.NotEmpty(a.t, a.left[task.State], "a further attempt of %s", task.State)
	next := a.left[task.State][0]
	a.left[task.State] = a.left[task.State][1:]
	if next.Input != nil {
		want, err := json.Marshal(next.Input)
		require.NoError(a.t, err)
		assert.JSONEq(a.t, string(want), string(task.Input))
	}
	if next.Failed {
		return nil, &asl.Error{Name: next.Error, Cause: next.Cause}
	}
	return next.Output, nil
}

func TestExecutions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/executions.json")
	require.NoError(t, err)
	var executions []execution
	require.NoError(t, json.Unmarshal(text, &executions))
	for _, e := range executions {
		t.Run(e.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				machine, err := asl.Parse(e.Definition)
				require.NoError(t, err)
				output, err := machine.Run(t.Context(), asl.Execution{Name: "e", Input: e.Input}, asl.Options{Tasks: &answers{t, e.Tasks}})
				if e.Error != nil {
					var failure *asl.Error
					require.ErrorAs(t, err, &failure)
					assert.Equal(t, *e.Error, failure.Name, failure.Cause)
					if e.Cause != "" {
						assert.Equal(t, e.Cause, failure.Cause)
					}
					return
				}
				require.NoError(t, err)
				assert.JSONEq(t, string(e.Output), string(output))
			})
		})
	}
}
