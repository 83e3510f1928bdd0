package asl_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// withoutValues leaves out of events what states got and made.
func withoutValues(events []asl.Event) []asl.Event {
	bare := make([]asl.Event, len(events))
	for i, e := range events {
		e.Input, e.Variables, e.Output = nil, nil, nil
		bare[i] = e
	}
	return bare
}

const assigning = `{"StartAt": "A", "States": {
	"A": {"Type": "Pass", "Assign": {"x": 1}, "Result": {"a": 12345678901234567890}, "Next": "W"},
	"W": {"Type": "Wait", "Seconds": 2, "Next": "B"},
	"B": {"Type": "Pass", "Parameters": {"x.$": "$x", "a.$": "$.a"}, "Next": "C"},
	"C": {"Type": "Parallel", "Branches": [{"StartAt": "D", "States": {"D": {"Type": "Pass", "End": true}}}], "End": true}}}`

// TestAnExecutionGoesOnFromAnEvent: what an event holds of a state is enough to run
// the rest, with the same result.
func TestAnExecutionGoesOnFromAnEvent(t *testing.T) {
	t.Parallel()
	seen := &recorder{}
	clock := &manualClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	machine := parse(t, assigning)
	whole, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{Observer: seen, Clock: clock})
	require.NoError(t, err)
	for _, e := range seen.events {
		if e.Kind != asl.Entered || e.Path == "C[0].D" {
			continue
		}
		input, err := json.Marshal(e.Input)
		require.NoError(t, err)
		variables, err := json.Marshal(e.Variables)
		require.NoError(t, err)
		rest, err := machine.RunFrom(t.Context(), asl.Start{State: e.State, Input: input, Variables: variables}, asl.Execution{}, asl.Options{Clock: clock})
		require.NoError(t, err, e.State)
		assert.Equal(t, string(whole), string(rest), e.State)
	}
	waiting := seen.events[3]
	assert.Equal(t, []any{asl.Waiting, "W", 2 * time.Second}, []any{waiting.Kind, waiting.Path, waiting.Delay})
	ended := seen.events[1]
	output, err := json.Marshal(ended.Output)
	require.NoError(t, err)
	assert.Equal(t, []any{asl.Succeeded, "W", `{"a":12345678901234567890}`}, []any{ended.Kind, ended.Next, string(output)})
}

func TestRunFromRefuses(t *testing.T) {
	t.Parallel()
	machine := parse(t, assigning)
	for _, start := range []asl.Start{
		{State: "D"}, {State: "Nowhere"}, {State: "A", Input: json.RawMessage(`{`)}, {State: "A", Variables: json.RawMessage(`[]`)}, {State: "A", Variables: json.RawMessage(`x`)},
	} {
		_, err := machine.RunFrom(t.Context(), start, asl.Execution{}, asl.Options{})
		assert.ErrorContains(t, err, start.State)
	}
}

// TestAFailedCatcherKeepsTheError that it took.
func TestAFailedCatcherKeepsTheError(t *testing.T) {
	t.Parallel()
	seen := &recorder{}
	_, err := parse(t, `{"StartAt": "T", "States": {
		"T": {"Type": "Task", "Resource": "r", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.a.b", "Next": "E"}]},
		"E": {"Type": "Succeed"}}}`).Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"a":[]}`)}, asl.Options{Tasks: failing("First"), Observer: seen})
	assert.Equal(t, "States.ResultPathMatchFailure", failureOf(t, err).Name)
	last := seen.events[len(seen.events)-1]
	assert.Equal(t, asl.Failed, last.Kind)
	require.NotNil(t, last.Original)
	assert.Equal(t, "First", last.Original.Name)
}
