package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// failing fails with one name after the other and then succeeds with the number of attempts.
func failing(names ...string) tasksFunc {
	calls := 0
	return func(context.Context, asl.Task) (any, error) {
		calls++
		if calls <= len(names) {
			return nil, &asl.Error{Name: names[calls-1], Cause: "attempt " + fmt.Sprint(calls)}
		}
		return calls, nil
	}
}

// try runs the one task with these Retry and Catch fields and gives the delays before the retries, too.
func try(t *testing.T, fields string, tasks asl.Tasks) (output string, delays []time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		seen := &recorder{}
		machine := parse(t, `{"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "r", "Next": "Z", `+fields+`}, "Z": {"Type": "Pass", "End": true}}}`)
		start := time.Now()
		var raw json.RawMessage
		raw, err = machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"in": 1}`)}, asl.Options{
			Tasks: tasks, Observer: seen, Random: func() float64 { return 0.25 },
		})
		output = string(raw)
		total := time.Duration(0)
		for _, e := range seen.events {
			if e.Kind == asl.Retried {
				delays = append(delays, e.Delay)
				total += e.Delay
			}
		}
		assert.Equal(t, total, time.Since(start), "the delays are what was waited")
	})
	return output, delays, err
}

func TestRetryDelays(t *testing.T) {
	t.Parallel()
	const s = time.Second
	cases := map[string]struct {
		retrier string
		want    []time.Duration
	}{
		"defaults":                     {`{"ErrorEquals": ["E"]}`, []time.Duration{s, 2 * s, 4 * s}},
		"specification":                {`{"ErrorEquals": ["E"], "IntervalSeconds": 3, "MaxAttempts": 2, "BackoffRate": 2.0}`, []time.Duration{3 * s, 6 * s}},
		"specification, MaxDelay":      {`{"ErrorEquals": ["E"], "IntervalSeconds": 3, "MaxAttempts": 2, "BackoffRate": 2.0, "MaxDelaySeconds": 4}`, []time.Duration{3 * s, 4 * s}},
		"constant":                     {`{"ErrorEquals": ["E"], "BackoffRate": 1, "MaxAttempts": 4}`, []time.Duration{s, s, s, s}},
		"fractions":                    {`{"ErrorEquals": ["E"], "BackoffRate": 1.5, "MaxAttempts": 3}`, []time.Duration{s, 1500 * time.Millisecond, 2250 * time.Millisecond}},
		"full jitter":                  {`{"ErrorEquals": ["E"], "JitterStrategy": "FULL", "MaxAttempts": 2}`, []time.Duration{s / 4, s / 2}},
		"no jitter":                    {`{"ErrorEquals": ["E"], "JitterStrategy": "NONE", "MaxAttempts": 1}`, []time.Duration{s}},
		"never":                        {`{"ErrorEquals": ["E"], "MaxAttempts": 0}`, nil},
		"beyond the service's longest": {`{"ErrorEquals": ["E"], "BackoffRate": 1e300, "MaxAttempts": 3}`, []time.Duration{s, 31_622_399 * s, 31_622_399 * s}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, delays, err := try(t, `"Retry": [`+c.retrier+`]`, failing("E", "E", "E", "E", "E"))
			assert.Equal(t, &asl.Error{Name: "E", Cause: fmt.Sprintf("attempt %d", len(c.want)+1), State: "S"}, failureOf(t, err))
			assert.Equal(t, c.want, delays)
		})
	}
}

// The example of the specification's section "Complex retry scenarios".
func TestEachRetrierCountsForItself(t *testing.T) {
	t.Parallel()
	output, delays, err := try(t, `"Retry": [{"ErrorEquals": ["ErrorA", "ErrorB"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 2},
		{"ErrorEquals": ["ErrorC"], "IntervalSeconds": 5}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]`, failing("ErrorA", "ErrorB", "ErrorC", "ErrorB"))
	require.NoError(t, err)
	assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, 5 * time.Second}, delays)
	assert.Equal(t, `{"Error":"ErrorB","Cause":"attempt 4"}`, output)
}

func TestAnExhaustedRetrierHandsOverToCatch(t *testing.T) {
	t.Parallel()
	_, delays, err := try(t, `"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]`, failing("E"))
	assert.Equal(t, "E", failureOf(t, err).Name)
	assert.Empty(t, delays)
}

func TestWhatErrorNamesMatch(t *testing.T) {
	t.Parallel()
	const custom = "My.Error"
	cases := map[string]struct{ yes, no []string }{
		asl.All:                  {yes: []string{custom, asl.Timeout, asl.HeartbeatTimeout, asl.TaskFailed, asl.DataLimitExceeded}, no: []string{asl.Runtime}},
		asl.TaskFailed:           {yes: []string{custom, asl.TaskFailed, "Lambda.Unknown"}, no: []string{asl.Timeout, asl.HeartbeatTimeout, asl.Runtime, asl.DataLimitExceeded}},
		asl.Timeout:              {yes: []string{asl.Timeout, asl.HeartbeatTimeout}, no: []string{custom, asl.TaskFailed}},
		asl.HeartbeatTimeout:     {yes: []string{asl.HeartbeatTimeout}, no: []string{asl.Timeout, custom}},
		custom:                   {yes: []string{custom}, no: []string{"my.error", "My.Error2", asl.TaskFailed}},
		asl.Runtime:              {no: []string{asl.Runtime}},
		asl.DataLimitExceeded:    {yes: []string{asl.DataLimitExceeded}, no: []string{custom}},
		asl.BranchFailed:         {yes: []string{asl.BranchFailed}, no: []string{custom}},
		asl.ParameterPathFailure: {yes: []string{asl.ParameterPathFailure}, no: []string{custom}},
	}
	for matcher, c := range cases {
		t.Run(matcher, func(t *testing.T) {
			t.Parallel()
			check := func(names []string, want bool) {
				for _, name := range names {
					_, delays, err := try(t, `"Retry": [{"ErrorEquals": ["`+matcher+`"]}]`, failing(name))
					assert.Equal(t, want, err == nil && len(delays) == 1, "%s retries %q", matcher, name)
					output, _, err := try(t, `"Catch": [{"ErrorEquals": ["`+matcher+`"], "Next": "Z"}]`, failing(name))
					assert.Equal(t, want, err == nil, "%s catches %q", matcher, name)
					if want {
						assert.JSONEq(t, `{"Error": "`+name+`", "Cause": "attempt 1"}`, output)
					}
				}
			}
			check(c.yes, true)
			check(c.no, false)
		})
	}
}

func TestCatchers(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ catchers, want, failure string }{
		"first that matches":     {`{"ErrorEquals": ["X"], "Next": "S"}, {"ErrorEquals": ["Y", "E"], "Next": "Z", "ResultPath": "$.a"}, {"ErrorEquals": ["States.ALL"], "Next": "Z"}`, `{"in":1,"a":{"Error":"E","Cause":"attempt 1"}}`, ``},
		"into the raw input":     {`{"ErrorEquals": ["E"], "Next": "Z", "ResultPath": "$.error-info"}`, `{"in":1,"error-info":{"Error":"E","Cause":"attempt 1"}}`, ``},
		"null keeps the input":   {`{"ErrorEquals": ["E"], "Next": "Z", "ResultPath": null}`, `{"in":1}`, ``},
		"result path that fails": {`{"ErrorEquals": ["E"], "Next": "Z", "ResultPath": "$.in.x"}`, ``, asl.ResultPathMatchFailure},
		"none matches":           {`{"ErrorEquals": ["X"], "Next": "Z"}`, ``, "E"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, _, err := try(t, `"InputPath": null, "OutputPath": "$.never", "Catch": [`+c.catchers+`]`, failing("E"))
			if c.failure != "" {
				assert.Equal(t, c.failure, failureOf(t, err).Name)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, output)
		})
	}
}

func TestPlainErrorsAreTaskFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want *asl.Error
	}{
		"plain":   {errors.New("exit status 3"), &asl.Error{Name: asl.TaskFailed, Cause: "exit status 3", State: "S"}},
		"wrapped": {fmt.Errorf("run job: %w", &asl.Error{Name: "E", Cause: "c"}), &asl.Error{Name: "E", Cause: "c", State: "S"}},
		"nil":     {(*asl.Error)(nil), &asl.Error{Name: asl.TaskFailed, State: "S"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := try(t, `"Comment": ""`, tasksFunc(func(context.Context, asl.Task) (any, error) { return nil, c.err }))
			assert.Equal(t, c.want, err)
		})
	}
}

// Step Functions was recorded to fail with States.Runtime, which nothing retries nor catches, where a path names nothing.
func TestAMissingPathIsNeitherRetriedNorCaught(t *testing.T) {
	t.Parallel()
	for _, names := range []string{"States.ALL", "States.Runtime", "States.ParameterPathFailure", "States.TaskFailed"} {
		for _, fields := range []string{`"Parameters": {"x.$": "$.y"}`, `"Parameters": {"x.$": "States.Format('{}', $.y)"}`, `"ResultSelector": {"x.$": "$.y"}`, `"InputPath": "$.y"`, `"OutputPath": "$.y"`} {
			_, delays, err := try(t, fields+`, "Retry": [{"ErrorEquals": ["`+names+`"]}], "Catch": [{"ErrorEquals": ["`+names+`"], "Next": "Z"}]`, failing())
			assert.Equal(t, asl.Runtime, failureOf(t, err).Name, "%s with %s", names, fields)
			assert.Empty(t, delays)
		}
	}
}

func TestCountersStartAnewWithEachVisit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
			calls++
			if task.Attempt == 0 {
				return nil, errors.New("the first attempt of a visit fails")
			}
			return calls, nil
		})
		machine := parse(t, `{"StartAt": "S", "States": {
			"S": {"Type": "Task", "Resource": "r", "ResultPath": "$.n", "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}], "Next": "C"},
			"C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 6, "Next": "S"}], "Default": "E"}, "E": {"Type": "Succeed"}}}`)
		output, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{Tasks: tasks})
		require.NoError(t, err)
		assert.Equal(t, `{"n":6}`, string(output))
	})
}

func TestStopDuringARetryDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("stop")
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Millisecond, func() { stop(cause) })
		_, err := parse(t, single(`"Type": "Task", "Resource": "r", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}]`)).
			Run(ctx, asl.Execution{}, asl.Options{Tasks: failing("E")})
		assert.Equal(t, cause, err)
	})
}
