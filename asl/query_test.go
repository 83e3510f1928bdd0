package asl_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// machine is a definition of states in a query language; the first is A.
func machineIn(language, states string) string {
	return `{"QueryLanguage": "` + language + `", "StartAt": "A", "States": {` + states + `}}`
}

func TestJSONata(t *testing.T) {
	t.Parallel()
	const task = `"Type": "Task", "Resource": "r"`
	for name, c := range map[string]struct{ states, input, want string }{
		"without Output, the result":   {`"A": {` + task + `, "Arguments": {"a": "{% $states.input.x %}"}, "End": true}`, `{"x": [1, {"b": null}]}`, `{"a":[1,{"b":null}]}`},
		"without both, the input":      {`"A": {"Type": "Pass", "End": true}`, `{"x": 1.50}`, `{"x":1.50}`},
		"numbers are JavaScript's":     {`"A": {"Type": "Pass", "Output": "{% [$states.input.x, 1/3, 1e21, 12345678901234567890, $states.input.y] %}", "End": true}`, `{"x": 1.50, "y": 9007199254740993}`, `[1.5,0.3333333333333333,1e+21,12345678901234567000,9007199254740993]`},
		"fields keep their order":      {`"A": {"Type": "Pass", "Output": "{% $merge([$states.input, {'a': 1}]) %}", "End": true}`, `{"z": 1, "b": 2}`, `{"z":1,"b":2,"a":1}`},
		"the context":                  {`"A": {"Type": "Pass", "Output": "{% [$states.context.State.Name, $states.context.Execution.Input.x] %}", "End": true}`, `{"x": 7}`, `["A",7]`},
		"in names nothing is computed": {`"A": {"Type": "Pass", "Output": {"{% 1 %}": "{% 2 %}", "a.$": "$.x"}, "End": true}`, `{}`, `{"{% 1 %}":2,"a.$":"$.x"}`},
		"a rule's Output and Assign": {`"A": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 1 %}", "Output": {"big": true}, "Assign": {"v": "x"}, "Next": "B"}], "Default": "B", "Assign": {"v": "y"}, "Output": "small"},
			"B": {"Type": "Pass", "Output": "{% [$states.input, $v] %}", "End": true}`, `{"n": 2}`, `[{"big":true},"x"]`},
		"Default's Output and Assign": {`"A": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 1 %}", "Next": "B"}], "Default": "B", "Assign": {"v": "y"}, "Output": "small"},
			"B": {"Type": "Pass", "Output": "{% [$states.input, $v] %}", "End": true}`, `{"n": 0}`, `["small","y"]`},
		"Parallel with Arguments": {`"A": {"Type": "Parallel", "Arguments": {"n": "{% $states.input.n + 1 %}"}, "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}],
			"Output": "{% $states.result[0].n %}", "End": true}`, `{"n": 1}`, `2`},
		"a Map's items": {`"A": {"Type": "Map", "Items": ["{% $states.input.n %}", "x"], "ItemSelector": {"i": "{% $states.context.Map.Item.Index %}", "v": "{% $states.context.Map.Item.Value %}", "n": "{% $states.input.n %}"},
			"MaxConcurrency": "{% $states.input.n %}", "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "Output": "{% $states.input.v %}", "Assign": {"n": 9}, "End": true}}}, "End": true}`, `{"n": 1}`, `[1,"x"]`},
		"retried with the same input": {`"A": {` + task + `, "Arguments": "{% $states.context.State.RetryCount %}", "End": true}`, `{}`, `0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := execute(t, machineIn("JSONata", c.states), c.input)
			require.NoError(t, err)
			assert.Equal(t, c.want, output)
		})
	}
}

func TestJSONataFails(t *testing.T) {
	t.Parallel()
	const wait = `"A": {"Type": "Wait", "End": true, `
	for states, want := range map[string]string{
		`"A": {"Type": "Pass", "Output": {"a": [{"b": "{% $states.input.x %}"}]}, "End": true}`: `The JSONata expression '$states.input.x' specified for the field 'Output/a/0/b' returned nothing (undefined).`,
		`"A": {"Type": "Pass", "Output": "{% $nope() %}", "End": true}`:                         `The JSONata expression '$nope()' specified for the field 'Output' threw an error during evaluation. T1006: Attempted to invoke a non-function`,
		wait + `"Seconds": "{% 'soon' %}"}`:                                                     `The JSONata expression ''soon'' specified for the field 'Seconds' returned an unexpected result type. Expected 'number', but was 'string' for value: "soon"`,
		wait + `"Seconds": "{% 1.5 %}"}`:                                                        `The JSONata expression '1.5' specified for the field 'Seconds' returned 1.5, which is not a whole number`,
		wait + `"Timestamp": "{% 5 %}"}`:                                                        `The JSONata expression '5' specified for the field 'Timestamp' returned an unexpected result type. Expected 'string', but was 'number' for value: 5`,
		`"A": {"Type": "Choice", "Choices": [{"Condition": "{% 1 %}", "Next": "B"}], "Default": "B"}, "B": {"Type": "Succeed"}`:                 `The JSONata expression '1' specified for the field 'Choices/0/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1`,
		`"A": {"Type": "Map", "Items": "{% {'a': 1} %}", "End": true, "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}}`: `The JSONata expression '{'a': 1}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {"a":1}`,
		`"A": {"Type": "Fail", "Error": "{% 1 %}"}`: `The JSONata expression '1' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 1`,
	} {
		_, err := execute(t, machineIn("JSONata", states), `{}`)
		assert.Equal(t, &asl.Error{Name: asl.QueryEvaluationError, Cause: want, State: "A"}, failureOf(t, err))
	}
}

// A failure of an expression can be retried and caught; Catch has an Output and an Assign of its own.
func TestJSONataFailuresAreCaught(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		output, err := execute(t, machineIn("JSONata", `"A": {"Type": "Task", "Resource": "r", "Output": "{% $gone %}", "Assign": {"v": "of the state"}, "Retry": [{"ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 1}],
			"Catch": [{"ErrorEquals": ["States.ALL"], "Output": {"e": "{% $states.errorOutput.Error %}", "in": "{% $states.input %}"}, "Assign": {"v": "{% $states.errorOutput.Error %}"}, "Next": "B"}], "Next": "B"},
			"B": {"Type": "Pass", "Output": "{% [$states.input, $v] %}", "End": true}`), `{"x": 1}`)
		require.NoError(t, err)
		assert.Equal(t, `[{"e":"States.QueryEvaluationError","in":{"x":1}},"States.QueryEvaluationError"]`, output)
		assert.Equal(t, time.Second, time.Since(started))
	})
}

// An expression that does not end is ended by its own bounds or by the execution's.
func TestJSONataIsBounded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := parse(t, machineIn("JSONata", `"A": {"Type": "Pass", "Output": "{% ($f := function($n) { $f($n + 1) }; $f(0)) %}", "End": true}`)).Run(ctx, asl.Execution{}, asl.Options{})
	require.Error(t, err)
}

func TestVariables(t *testing.T) {
	t.Parallel()
	const end = `"Z": {"Type": "Pass", "Parameters": {"a.$": "$a"}, "End": true}`
	for name, c := range map[string]struct{ states, want string }{
		"the result, before ResultSelector": {`"A": {"Type": "Task", "Resource": "r", "Parameters": {"x": 1}, "ResultSelector": {"y.$": "$.x"}, "Assign": {"a.$": "$.x"}, "Next": "Z"}, ` + end, `{"a":1}`},
		"a path into one":                   {`"A": {"Type": "Pass", "Assign": {"v": {"l": [1, {"k": "x"}]}}, "Next": "B"}, "B": {"Type": "Pass", "Assign": {"a.$": "$v.l[1].k"}, "Next": "Z"}, ` + end, `{"a":"x"}`},
		"in an intrinsic":                   {`"A": {"Type": "Pass", "Assign": {"v": "x"}, "Next": "B"}, "B": {"Type": "Pass", "Assign": {"a.$": "States.Format('{}{}', $v, $v)"}, "Next": "Z"}, ` + end, `{"a":"xx"}`},
		"of a catcher":                      {`"A": {"Type": "Parallel", "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}], "Catch": [{"ErrorEquals": ["E"], "Assign": {"a.$": "$.Error"}, "Next": "Z"}], "Next": "Z"}, ` + end, `{"a":"E"}`},
		"a branch's are its own":            {`"A": {"Type": "Pass", "Assign": {"a": 1}, "Next": "P"}, "P": {"Type": "Parallel", "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "Assign": {"a": 2}, "End": true}}}], "Next": "Z"}, ` + end, `{"a":1}`},
		"after a Wait":                      {`"A": {"Type": "Wait", "Seconds": 0, "Assign": {"a": 1}, "Next": "Z"}, ` + end, `{"a":1}`},
		"from one language to the other":    {`"A": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"a": "{% {'n': 1/4} %}"}, "Next": "Z"}, ` + end, `{"a":{"n":0.25}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := execute(t, machineIn("JSONPath", c.states), `{}`)
			require.NoError(t, err)
			assert.Equal(t, c.want, output)
		})
	}
	_, err := execute(t, machineIn("JSONPath", `"A": {"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "B", "States": {"B": {"Type": "Pass", "InputPath": "$a", "End": true}}}}`), `[1]`)
	assert.Equal(t, asl.ExceedToleratedFailureThreshold, failureOf(t, err).Name, "an execution of a distributed Map sees no variables of the Map's")
}

func TestVariablesHaveALimit(t *testing.T) {
	t.Parallel()
	_, err := parse(t, machineIn("JSONata", `"A": {"Type": "Pass", "Output": 1, "Assign": {"v": "{% $join($range(1, 60000, 1).$string($)) %}"}, "End": true}`)).
		Run(t.Context(), asl.Execution{Input: json.RawMessage(`{}`)}, asl.Options{})
	failed := failureOf(t, err)
	assert.Equal(t, asl.Runtime, failed.Name)
	assert.Contains(t, failed.Cause, "the limit is 262144")
}

// What is accepted runs to its end or to a failure of the language, within its bounds, in both query languages and with any input.
func FuzzQueries(f *testing.F) {
	for _, expression := range []string{"$states.input.a", "$map([1..9], function($v) { $v * 2 })", "$states.result[x > 1]{y: $sum(z)}", "$merge([$states.input, $v])", "($f := function($n) { $f($n) }; $f(1))", "$pad('x', 1000000)"} {
		f.Add(expression, `{"a": [1, {"b": null}]}`)
	}
	f.Fuzz(func(t *testing.T, expression, input string) {
		text, err := json.Marshal("{% " + expression + " %}")
		require.NoError(t, err)
		states := `"A": {"Type": "Map", "Items": ` + string(text) + `, "ItemProcessor": {"StartAt": "C", "States": {"C": {"Type": "Pass", "End": true}}}, "Catch": [{"ErrorEquals": ["States.ALL"], "Output": ` + string(text) + `, "Next": "B"}], "Next": "B"},
			"B": {"Type": "Choice", "Choices": [{"Condition": ` + string(text) + `, "Assign": {"v": ` + string(text) + `}, "Next": "D"}], "Default": "D"}, "D": {"Type": "Task", "Resource": "r", "TimeoutSeconds": ` + string(text) + `, "Arguments": [` + string(text) + `], "End": true}`
		machine, err := asl.Parse([]byte(machineIn("JSONata", states)))
		if err != nil {
			return
		}
		if _, err = machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(input)}, asl.Options{Tasks: tasksFunc(echo), Clock: &manualClock{}, MaxPayload: 5000}); err != nil {
			failureOf(t, err)
		}
	})
}
