package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

func TestTaskReceivesItsTask(t *testing.T) {
	t.Parallel()
	var got []asl.Task
	tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
		got = append(got, task)
		return nil, nil
	})
	machine := parse(t, single(`"Type": "Task", "Resource": "arn:job", "End": true, "TimeoutSeconds": 60, "HeartbeatSecondsPath": "$.beat", "InputPath": "$.in",
		"Parameters": {"x.$": "$.x"}`))
	_, err := machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"in": {"x": 1, "beat": 30}}`)}, asl.Options{Tasks: tasks})
	require.NoError(t, err)
	assert.Equal(t, []asl.Task{{
		State: "S", Path: "S", Resource: "arn:job", Input: json.RawMessage(`{"x":1}`), Iteration: -1, Timeout: time.Minute, Heartbeat: 30 * time.Second,
	}}, got)
}

func TestEachAttemptHasItsOwnTaskToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []asl.Task
		tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
			got = append(got, task)
			if len(got) < 3 {
				return nil, errors.New("again")
			}
			return task.Token, nil
		})
		made := 0
		token := func() string { made++; return "token-" + strconv.Itoa(made) }
		machine := parse(t, single(`"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
			"Parameters": {"t.$": "$$.Task.Token", "n.$": "$$.State.RetryCount"}, "Retry": [{"ErrorEquals": ["States.ALL"]}]`))
		output, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{Tasks: tasks, NewToken: token})
		require.NoError(t, err)
		assert.Equal(t, `"token-3"`, string(output))
		for i, task := range got {
			assert.Equal(t, i, task.Attempt)
			assert.Equal(t, "token-"+strconv.Itoa(i+1), task.Token)
			assert.JSONEq(t, fmt.Sprintf(`{"t": %q, "n": %d}`, task.Token, i), string(task.Input))
		}
	})
}

// A task that waits for a job's end has a token in its context object, which nothing is called with.
func TestTokensOfJobs(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{".sync", ".sync:2"} {
		tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
			assert.Empty(t, task.Token)
			return task.Input, nil
		})
		output, err := parse(t, single(`"Type": "Task", "Resource": "arn:aws:states:::states:startExecution`+pattern+`", "Parameters": {"t.$": "$$.Task.Token"}, "End": true`)).
			Run(t.Context(), asl.Execution{}, asl.Options{Tasks: tasks, NewToken: func() string { return "token" }})
		require.NoError(t, err, pattern)
		assert.Equal(t, `{"t":"token"}`, string(output))
	}
}

func TestTokensAreRandomByDefault(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
		seen[task.Token] = true
		return nil, nil
	})
	machine := parse(t, `{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x.waitForTaskToken", "Next": "B"}, "B": {"Type": "Task", "Resource": "x.waitForTaskToken", "End": true}}}`)
	_, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{Tasks: tasks})
	require.NoError(t, err)
	assert.Len(t, seen, 2)
	assert.NotContains(t, seen, "")
}

// untilEnd waits for the end of its context and reports how it ended.
func untilEnd(ctx context.Context, _ asl.Task) (any, error) {
	<-ctx.Done()
	return nil, errors.New("interrupted")
}

func TestTaskTimeouts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fields  string
		tasks   tasksFunc
		want    string
		failure string
		after   time.Duration
	}{
		"fixed":             {fields: `"TimeoutSeconds": 5`, tasks: untilEnd, failure: asl.Timeout, after: 5 * time.Second},
		"from the input":    {fields: `"TimeoutSecondsPath": "$.t"`, tasks: untilEnd, failure: asl.Timeout, after: 7 * time.Second},
		"not in time":       {fields: `"TimeoutSeconds": 5`, tasks: func(ctx context.Context, _ asl.Task) (any, error) { <-ctx.Done(); return "late", nil }, failure: asl.Timeout, after: 5 * time.Second},
		"in time":           {fields: `"TimeoutSeconds": 5`, tasks: echo, want: `{"t":7}`},
		"caught":            {fields: `"TimeoutSeconds": 5, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "S2"}]`, tasks: untilEnd, want: `{"Error":"States.Timeout","Cause":""}`, after: 5 * time.Second},
		"each attempt anew": {fields: `"TimeoutSeconds": 5, "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}]`, tasks: untilEnd, failure: asl.Timeout, after: 11 * time.Second},
		"missed heartbeat": {
			fields: `"HeartbeatSeconds": 5, "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "S2", "ResultPath": null}]`,
			tasks: func(context.Context, asl.Task) (any, error) {
				return nil, &asl.Error{Name: asl.HeartbeatTimeout}
			}, want: `{"t":7}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				machine := parse(t, `{"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "r", "Next": "S2", `+c.fields+`}, "S2": {"Type": "Succeed"}}}`)
				output, err := machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"t": 7}`)}, asl.Options{Tasks: c.tasks})
				assert.Equal(t, c.after, time.Since(start))
				if c.failure != "" {
					assert.Equal(t, c.failure, failureOf(t, err).Name)
					assert.Equal(t, "S", failureOf(t, err).State)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, c.want, string(output))
			})
		})
	}
}

func TestMachineTimeoutCannotBeCaught(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		seen := &recorder{}
		machine := parse(t, `{"TimeoutSeconds": 10, "StartAt": "S", "States": {"S": {"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "E"}],
			"Branches": [{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}},
				{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "r", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}]}}}]}, "E": {"Type": "Succeed"}}}`)
		_, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{Tasks: tasksFunc(untilEnd), Observer: seen})
		assert.Equal(t, &asl.Error{Name: asl.Timeout, Cause: "the execution took longer than the machine's TimeoutSeconds, 10s"}, failureOf(t, err))
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.ElementsMatch(t, []string{"Entered S", "Entered S[0].W", "Waiting S[0].W", "Entered S[1].T", "Aborted S[0].W", "Aborted S[1].T", "Aborted S"}, seen.lines())
	})
}

func TestTaskResults(t *testing.T) {
	t.Parallel()
	run := func(result any, limit int) (string, error) {
		output, err := parse(t, single(`"Type": "Task", "Resource": "r", "End": true`)).Run(t.Context(), asl.Execution{}, asl.Options{
			MaxPayload: limit,
			Tasks:      tasksFunc(func(context.Context, asl.Task) (any, error) { return result, nil }),
		})
		return string(output), err
	}
	for want, result := range map[string]any{
		`{"b":"<>","a":1}`: struct {
			B string `json:"b"`
			A int    `json:"a"`
		}{"<>", 1},
		`[1.5]`:                []float64{1.5},
		`12345678901234567890`: json.RawMessage(`12345678901234567890`),
		`null`:                 nil,
	} {
		output, err := run(result, 0)
		require.NoError(t, err)
		assert.Equal(t, want, output)
	}
	_, err := run(make(chan int), 0)
	assert.Equal(t, &asl.Error{Name: asl.Runtime, Cause: "the task's result is not JSON: json: unsupported type: chan int", State: "S"}, failureOf(t, err))
	_, err = run("1234567", 8)
	assert.Equal(t, &asl.Error{Name: asl.DataLimitExceeded, Cause: "The state/task 'r' returned a result with a size exceeding the maximum number of bytes service limit.", State: "S"}, failureOf(t, err))
	_, err = run(strings.Repeat("x", 262_142), 0)
	require.NoError(t, err)
	_, err = run(strings.Repeat("x", 262_143), 0)
	assert.Equal(t, asl.DataLimitExceeded, failureOf(t, err).Name)
}

func TestPayloadLimitHoldsEverywhere(t *testing.T) {
	t.Parallel()
	const tooLarge = "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit."
	const catch = `, "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Z"}]`
	for name, c := range map[string]struct{ fields, input, want string }{
		"execution input": {`"Type": "Task", "Resource": "r", "Next": "Z"` + catch, `"` + strings.Repeat("x", 50) + `"`, `the execution's input has 52 bytes of JSON; the limit is 50`},
		"task input":      {`"Type": "Task", "Resource": "r", "Next": "Z", "Parameters": {"a.$": "$", "b.$": "$", "c.$": "$"}` + catch, `"xxxxxxxxxxxx"`, `the input of the task has 58 bytes of JSON; the limit is 50`},
		"state output":    {`"Type": "Pass", "Next": "Z", "Parameters": {"a.$": "States.Array($, $, $, $)"}`, `"xxxxxxxxxxxx"`, tooLarge},
		"branch outputs":  {`"Type": "Parallel", "Next": "Z", "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]` + catch, `"xxxxxxxxxxxxxxxxxxxxxxxxxx"`, tooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			machine := parse(t, `{"StartAt": "S", "States": {"S": {`+c.fields+`}, "Z": {"Type": "Succeed"}}}`)
			_, err := machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(c.input)}, asl.Options{Tasks: tasksFunc(echo), MaxPayload: 50})
			assert.Equal(t, asl.DataLimitExceeded, failureOf(t, err).Name)
			assert.Equal(t, c.want, failureOf(t, err).Cause)
		})
	}
}

func TestTasksAreNeeded(t *testing.T) {
	t.Parallel()
	_, err := parse(t, single(`"Type": "Task", "Resource": "r", "End": true`)).Run(t.Context(), asl.Execution{}, asl.Options{})
	assert.Equal(t, asl.Runtime, failureOf(t, err).Name)
}
