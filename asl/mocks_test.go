package asl_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

func mocksOf(t *testing.T, text string) *asl.Mocks {
	t.Helper()
	m, err := asl.ParseMocks([]byte(text))
	require.NoError(t, err)
	return m
}

// mocked does tasks from mocks alone.
func mocked(t *testing.T, m *asl.Mocks) asl.Tasks {
	t.Helper()
	return tasksFunc(func(ctx context.Context, task asl.Task) (any, error) {
		result, ok, err := m.Answer(ctx, nil, task)
		require.True(t, ok, task.State)
		return result, err
	})
}

const invoked = `{"StartAt": "A", "States": {
	"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 60, "Next": "B",
		"Retry": [{"ErrorEquals": ["Odd"], "IntervalSeconds": 10, "BackoffRate": 1}], "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "B"}]},
	"B": {"Type": "Map", "ItemsPath": "$$.Execution.Input", "End": true, "ItemProcessor": {"StartAt": "C", "States": {
		"C": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true}}}}}}`

func TestMocks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mocks, want string
		took        time.Duration
	}{
		"a result for all":        {`{"A": {"payload": 1}, "C": {"result": 5}}`, `[5,5,5]`, 0},
		"by attempt":              {`{"A": [{"error": "Odd", "cause": "why"}, {"error": "Odd"}, {"payload": 1, "delay": 5}], "C": {"result": 5}}`, `[5,5,5]`, 25 * time.Second},
		"the last again":          {`{"A": [{"error": "Odd"}, {"payload": 1}], "C": [{"result": null}]}`, `[null,null,null]`, 10 * time.Second},
		"by iteration":            {`{"A": {"payload": 1}, "C": {"iterations": {"1": {"result": "b"}, "default": [{"result": "x"}]}}}`, `["x","b","x"]`, 0},
		"by iteration, as a list": {`{"A": {"payload": 1}, "C": {"iterations": [{"result": 0}, {"result": 1}, {"result": 2, "delay": "1m30s"}]}}`, `[0,1,2]`, 90 * time.Second},
		"slower than the limit":   {`{"A": {"payload": 1, "delay": "2m"}, "C": {"result": 1}}`, `[1,1,1]`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				machine, m := parse(t, invoked), mocksOf(t, c.mocks)
				assert.Empty(t, m.Check(machine))
				started := time.Now()
				output, err := machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(`[1, 2, 3]`)}, asl.Options{Tasks: mocked(t, m)})
				require.NoError(t, err)
				assert.Equal(t, c.want, string(output))
				assert.Equal(t, c.took, time.Since(started))
			})
		})
	}
}

func TestMocksForAMachine(t *testing.T) {
	t.Parallel()
	problems := mocksOf(t, `{"D": {"result": 1}, "B": {"result": 1}, "A": [{"payload": 1}, {"result": {"a": 1}}, {"result": 1}, {"result": {"Payload": 1, "StatusCode": "200"}}],
		"C": {"iterations": {"0": {"payload": 1}, "default": {"result": "anything"}}}}`).Check(parse(t, invoked))
	require.Len(t, problems, 6)
	for i, at := range []string{"D: ", "B: ", "A[1]: ", "A[2]: ", "A[3]: ", "C.iterations.0: "} {
		assert.Contains(t, problems[i], at)
	}
}

func TestMocksThatAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[]`: "must be an object", `{`: "not JSON", `{"A": 1}`: "A: must be an object", `{"A": {}}`: "A: needs one of", `{"A": {"result": 1, "error": "E"}}`: "A: needs one of",
		`{"A": {"result": 1, "cause": "c"}}`: "A.cause: belongs to an error", `{"A": {"error": 1}}`: "A.error: must be a string", `{"A": []}`: "the list is empty",
		`{"A": {"result": 1, "delay": "soon"}}`: "A.delay: ", `{"A": {"result": 1, "delay": -1}}`: "A.delay: ", `{"A": {"reslt": 1}}`: `did you mean "result"?`,
		`{"A": {"iterations": {"one": {"result": 1}}}}`: `"one" is not the index`, `{"A": {"iterations": 1}}`: "A.iterations: must be",
		`{"A": {"iterations": {"0": {"iterations": {"0": 5}}}}}`: "A.iterations.0.iterations.0: must be an object",
	} {
		_, err := asl.ParseMocks([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
	_, err := asl.ParseMocks([]byte(`{"A": {}, "B": 1}`))
	assert.Equal(t, 3, len(strings.Split(err.Error(), "\n")), "all problems together")
}
