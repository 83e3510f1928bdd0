package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

func TestRunGoesFromStateToState(t *testing.T) {
	t.Parallel()
	output, err := execute(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Result": {"x": 1}, "ResultPath": "$.a", "Next": "B"},
		"B": {"Type": "Task", "Resource": "arn:b", "Parameters": {"got.$": "$.a.x", "who.$": "$$.State.Name"}, "Next": "C"},
		"C": {"Type": "Succeed"}}}`, `{"k": "<&>"}`)
	require.NoError(t, err)
	assert.Equal(t, `{"got":1,"who":"B"}`, output)
}

func TestContextObject(t *testing.T) {
	t.Parallel()
	clock := &manualClock{now: time.Date(2026, 8, 18, 17, 33, 0, 1_500_000, time.FixedZone("east", 7200))}
	output, err := parse(t, `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "Next": "S"}, "S": {"Type": "Pass", "End": true, "Parameters": {"all.$": "$$"}}}}`).Run(t.Context(),
		asl.Execution{
			ARN: "arn:e", Name: "run-1", RoleARN: "arn:r", StateMachineARN: "arn:m", StateMachineName: "plan",
			Input: json.RawMessage(`{"k": 1.0}`), StartTime: time.Date(2026, 8, 18, 15, 0, 0, 0, time.UTC),
		}, asl.Options{Clock: clock})
	require.NoError(t, err)
	assert.JSONEq(t, `{"all": {
		"Execution": {"Id": "arn:e", "Input": {"k": 1.0}, "Name": "run-1", "RoleArn": "arn:r", "StartTime": "2026-08-18T15:00:00.000Z", "RedriveCount": 0},
		"State": {"EnteredTime": "2026-08-18T15:34:00.001Z", "Name": "S"},
		"StateMachine": {"Id": "arn:m", "Name": "plan"}}}`, string(output))
}

func TestStartTimeIsNowByDefault(t *testing.T) {
	t.Parallel()
	clock := &manualClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	output, err := parse(t, single(`"Type": "Pass", "InputPath": "$$.Execution.StartTime", "End": true`)).Run(t.Context(), asl.Execution{}, asl.Options{Clock: clock})
	require.NoError(t, err)
	assert.Equal(t, `"2026-01-01T00:00:00.000Z"`, string(output))
}

func TestEventsTellTheStory(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := &manualClock{now: start}
	seen := &recorder{}
	_, err := parse(t, `{"StartAt": "T", "States": {
		"T": {"Type": "Task", "Resource": "r", "Next": "F", "Retry": [{"ErrorEquals": ["A"]}], "Catch": [{"ErrorEquals": ["B"], "Next": "F"}]},
		"F": {"Type": "Fail", "Error": "End"}}}`).Run(t.Context(), asl.Execution{}, asl.Options{Tasks: failing("A", "B"), Clock: clock, Observer: seen})
	assert.Equal(t, &asl.Error{Name: "End", State: "F"}, failureOf(t, err))
	later := start.Add(time.Second)
	assert.Equal(t, []asl.Event{
		{Kind: asl.Entered, State: "T", Type: "Task", Path: "T", Time: start},
		{Kind: asl.Retried, State: "T", Type: "Task", Path: "T", Attempt: 1, Time: start, Error: &asl.Error{Name: "A", Cause: "attempt 1", State: "T"}, Delay: time.Second, Via: "Retry[0]"},
		{Kind: asl.Caught, State: "T", Type: "Task", Path: "T", Attempt: 1, Time: later, Duration: time.Second, Error: &asl.Error{Name: "B", Cause: "attempt 2", State: "T"}, Next: "F", Via: "Catch[0]"},
		{Kind: asl.Entered, State: "F", Type: "Fail", Path: "F", Time: later},
		{Kind: asl.Failed, State: "F", Type: "Fail", Path: "F", Time: later, Error: &asl.Error{Name: "End", State: "F"}},
	}, withoutValues(seen.events))
}

// overlap fails the test if two calls run at once.
type overlap struct {
	t    *testing.T
	busy atomic.Bool
}

func (o *overlap) Observe(asl.Event) {
	assert.True(o.t, o.busy.CompareAndSwap(false, true), "two events at once")
	o.busy.Store(false)
}

func TestEventsAndSourcesAreSerial(t *testing.T) {
	t.Parallel()
	tokens, draws := 0, 0 // the race detector watches these
	machine := parse(t, single(`"Type": "Map", "End": true, "Iterator": {"StartAt": "T", "States": {
		"T": {"Type": "Task", "Resource": "x.waitForTaskToken", "Parameters": {"n.$": "States.MathRandom(0, 10)"}, "End": true}}}`))
	input := "[" + strings.Repeat("0,", 199) + "0]"
	_, err := machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(input)}, asl.Options{
		Tasks: tasksFunc(echo), Observer: &overlap{t: t},
		NewToken: func() string { tokens++; return strconv.Itoa(tokens) },
		Random:   func() float64 { draws++; return 0 },
	})
	require.NoError(t, err)
	assert.Equal(t, 200, tokens)
	assert.Equal(t, 200, draws)
}

func TestAnEndlessLoopIsStopped(t *testing.T) {
	t.Parallel()
	const message = `the execution reached the limit of 25000 events in its history; a loop in the plan may have no end`
	_, err := execute(t, `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Choice", "Choices": [{"Variable": "$.end", "IsPresent": true, "Next": "C"}], "Default": "A"}, "C": {"Type": "Succeed"}}}`, `{}`)
	assert.Equal(t, asl.Runtime, failureOf(t, err).Name)
	assert.Equal(t, message, failureOf(t, err).Cause)

	// Neither a catcher nor the branch it happens in hides it.
	_, err = execute(t, `{"StartAt": "P", "States": {"C": {"Type": "Choice", "Choices": [{"Variable": "$[5]", "IsPresent": true, "Next": "Z"}], "Default": "P"}, "Z": {"Type": "Succeed"},
		"P": {"Type": "Parallel", "Next": "C", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "P"}], "Retry": [{"ErrorEquals": ["States.ALL"]}],
		"Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": 1, "End": true}}}]}}}`, `{}`)
	assert.Equal(t, message, failureOf(t, err).Cause)
}

func TestRunState(t *testing.T) {
	t.Parallel()
	machine := parse(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Result": "A ran", "Next": "P"},
		"P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "Iterator": {"StartAt": "T", "States": {
			"T": {"Type": "Task", "Resource": "r", "ResultPath": "$.r", "Retry": [{"ErrorEquals": ["A"]}], "Catch": [{"ErrorEquals": ["B"], "Next": "C", "ResultPath": "$.e"}], "Next": "C"},
			"C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "D"}], "Default": "D"}, "D": {"Type": "Fail", "Error": "D ran"}}}}}}]}}}`)
	run := func(name string, tasks asl.Tasks) (string, error) {
		output, err := machine.RunState(t.Context(), name, asl.Execution{Input: json.RawMessage(`{"in": 1}`)}, asl.Options{Tasks: tasks, Clock: &manualClock{}})
		return string(output), err
	}
	output, err := run("T", failing("A"))
	require.NoError(t, err)
	assert.Equal(t, `{"in":1,"r":2}`, output)
	output, err = run("T", failing("B"))
	require.NoError(t, err)
	assert.Equal(t, `{"in":1,"e":{"Error":"B","Cause":"attempt 1"}}`, output)
	_, err = run("T", failing("X"))
	assert.Equal(t, &asl.Error{Name: "X", Cause: "attempt 1", State: "T"}, failureOf(t, err))
	output, err = run("C", nil)
	require.NoError(t, err)
	assert.Equal(t, `{"in":1}`, output)
	_, err = run("E", nil)
	assert.EqualError(t, err, `run state "E": the machine has no such state (its states: A, P, M, T, C, D)`)
}

func TestRunOfAStoppedContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("stopped before")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(cause)
	seen := &recorder{}
	_, err := parse(t, single(`"Type": "Succeed"`)).Run(ctx, asl.Execution{}, asl.Options{Observer: seen})
	assert.Equal(t, cause, err)
	assert.Empty(t, seen.events)
}

func TestAMachineRunsManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	machine := parse(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Result": {"shared": [1, {"x": 2}]}, "ResultPath": "$.a", "Next": "B"},
		"B": {"Type": "Pass", "Result": "changed", "ResultPath": "$.a.shared[1].x", "Next": "C"},
		"C": {"Type": "Parallel", "ResultPath": "$.p", "End": true, "Branches": [
			{"StartAt": "D", "States": {"D": {"Type": "Pass", "Result": 1, "ResultPath": "$.a.shared[0]", "End": true}}},
			{"StartAt": "E", "States": {"E": {"Type": "Pass", "Result": 9, "ResultPath": "$.a.shared[0]", "End": true}}}]}}}`)
	const want = `{"a":{"shared":[1,{"x":"changed"}]},"p":[{"a":{"shared":[1,{"x":"changed"}]}},{"a":{"shared":[9,{"x":"changed"}]}}]}`
	var runs sync.WaitGroup
	for range 20 {
		runs.Go(func() {
			output, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{})
			assert.NoError(t, err)
			assert.Equal(t, want, string(output))
		})
	}
	runs.Wait()
}
