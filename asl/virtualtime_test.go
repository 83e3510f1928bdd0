package asl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// timeline notes what happened, and when.
type timeline struct {
	start time.Time
	lines []string
}

func (l *timeline) Observe(e asl.Event) {
	l.lines = append(l.lines, fmt.Sprintf("%s %s %s %s", e.Time.Sub(l.start), e.Path, e.Kind, e.Via))
}

// virtually runs a machine whose tasks take an hour.
func virtually(t *testing.T, definition string) ([]string, error) {
	t.Helper()
	machine, err := asl.Parse([]byte(definition))
	require.NoError(t, err)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := asl.NewVirtualTime(start)
	seen := &timeline{start: start}
	_, err = machine.Run(t.Context(), asl.Execution{}, asl.Options{Clock: clock, Observer: seen, Tasks: tasksFunc(func(ctx context.Context, _ asl.Task) (any, error) {
		return nil, clock.Sleep(ctx, time.Hour)
	})})
	return seen.lines, err
}

const waitsAndRetries = `{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Next": "Done", "Branches": [
	{"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 86400, "End": true}}},
	{"StartAt": "Work", "States": {
		"Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 60, "End": true,
			"Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 10, "MaxAttempts": 1}],
			"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mend"}]},
		"Mend": {"Type": "Pass", "End": true}}}]},
	"Done": {"Type": "Choice", "Choices": [{"Variable": "$", "IsString": true, "Next": "No"}], "Default": "Yes"},
	"No": {"Type": "Fail"}, "Yes": {"Type": "Succeed"}}}`

// TestVirtualTime: a day passes at once, in the same order each time.
func TestVirtualTime(t *testing.T) {
	t.Parallel()
	for range 20 {
		lines, err := virtually(t, waitsAndRetries)
		require.NoError(t, err)
		assert.Equal(t, []string{
			"0s Both Entered ", "0s Both[0].Slow Entered ", "0s Both[1].Work Entered ", "0s Both[0].Slow Waiting ",
			"1m0s Both[1].Work Retried Retry[0]", "2m10s Both[1].Work Caught Catch[0]",
			"2m10s Both[1].Mend Entered ", "2m10s Both[1].Mend Succeeded End",
			"24h0m0s Both[0].Slow Succeeded End", "24h0m0s Both Succeeded Next",
			"24h0m0s Done Entered ", "24h0m0s Done Succeeded Default", "24h0m0s Yes Entered ", "24h0m0s Yes Succeeded End",
		}, lines)
	}
}

// TestVirtualTimeAborts: the failure of a branch ends one that sleeps, at once.
func TestVirtualTimeAborts(t *testing.T) {
	t.Parallel()
	lines, err := virtually(t, `{"StartAt": "Both", "TimeoutSeconds": 900, "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 600, "End": true}}},
		{"StartAt": "Soon", "States": {"Soon": {"Type": "Wait", "Seconds": 5, "Next": "Bad"}, "Bad": {"Type": "Fail", "Error": "E"}}}]}}}`)
	var failed *asl.Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "E", failed.Name)
	assert.Contains(t, lines, "5s Both[0].Slow Aborted ")

	_, err = virtually(t, `{"StartAt": "A", "TimeoutSeconds": 9, "States": {"A": {"Type": "Wait", "Seconds": 10, "End": true}}}`)
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, asl.Timeout, failed.Name, "the machine's own limit")
}

// TestVirtualTimeOutside: real work takes real time, other branches wait with it, and limits hold.
func TestVirtualTimeOutside(t *testing.T) {
	t.Parallel()
	machine, err := asl.Parse([]byte(`{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "Job", "States": {"Job": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}},
		{"StartAt": "Hung", "States": {"Hung": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 1, "End": true,
			"Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Later"}]}, "Later": {"Type": "Wait", "Seconds": 3600, "End": true}}}]}}}`))
	require.NoError(t, err)
	clock := asl.NewVirtualTime(time.Unix(0, 0))
	caught := make(chan struct{})
	output, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{Clock: clock, Tasks: tasksFunc(func(ctx context.Context, task asl.Task) (any, error) {
		var err error
		clock.Outside(func() {
			if task.State == "Job" {
				<-caught // only when the other has reached its limit
				return
			}
			<-ctx.Done()
			err = context.Cause(ctx)
			close(caught)
		})
		return task.State, err
	})})
	require.NoError(t, err)
	assert.True(t, json.Valid(output))
	assert.GreaterOrEqual(t, clock.Now().Sub(time.Unix(0, 0)), 3601*time.Second)
}

func TestTransitions(t *testing.T) {
	t.Parallel()
	machine, err := asl.Parse([]byte(waitsAndRetries))
	require.NoError(t, err)
	assert.Equal(t, []asl.Transition{
		{"Both", "Next", "Done", nil},
		{"Slow", "End", "", nil},
		{"Work", "End", "", nil},
		{"Work", "Retry[0]", "Work", []string{"States.Timeout"}},
		{"Work", "Catch[0]", "Mend", []string{"States.ALL"}},
		{"Mend", "End", "", nil},
		{"Done", "Choices[0]", "No", nil},
		{"Done", "Default", "Yes", nil},
		{"Yes", "End", "", nil},
	}, machine.Transitions())
	for name, path := range map[string]string{"Both": "Both", "Mend": "Both[1].Mend", "Nobody": ""} {
		assert.Equal(t, path, machine.StatePath(name))
	}
}

// TestSameNumbersEachTime: with a Random, nothing of a run comes from elsewhere.
func TestSameNumbersEachTime(t *testing.T) {
	t.Parallel()
	machine, err := asl.Parse([]byte(`{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()", "n.$": "States.MathRandom(1, 1000)"}, "ResultPath": "$.a", "Next": "B"},
		"B": {"Type": "Pass", "QueryLanguage": "JSONata", "End": true, "Output": {
			"a": "{% $states.input.a %}", "id": "{% $uuid() %}", "n": "{% $random() %}", "mixed": "{% $shuffle([1..9]) %}", "now": "{% $now() %}"}}}}`))
	require.NoError(t, err)
	run := func() string {
		number := 0.0
		output, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{
			Clock: asl.NewVirtualTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
			Random: func() float64 {
				number += 0.0123
				return number
			},
		})
		require.NoError(t, err)
		return string(output)
	}
	assert.Equal(t, run(), run())
	assert.Contains(t, run(), `"now":"2026-01-02T03:04:05.000Z"`)
	assert.Regexp(t, `"id":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"`, run())
}
