package asl_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

func TestDataFlow(t *testing.T) {
	t.Parallel()
	// The task echoes its effective input.
	const task = `"Type": "Task", "Resource": "r", "End": true`
	cases := map[string]struct{ fields, input, want string }{
		"nothing":                        {task, `{"a": 1}`, `{"a":1}`},
		"InputPath":                      {task + `, "InputPath": "$.a"`, `{"a": [1.50]}`, `[1.50]`},
		"InputPath null":                 {task + `, "InputPath": null`, `{"a": 1}`, `{}`},
		"InputPath of the context":       {task + `, "InputPath": "$$.State.Name"`, `{}`, `"S"`},
		"InputPath with several values":  {task + `, "InputPath": "$.a[0,1]"`, `{"a": [1, 2, 3]}`, `[1,2]`},
		"OutputPath":                     {task + `, "OutputPath": "$.a.b"`, `{"a": {"b": null}}`, `null`},
		"OutputPath null":                {task + `, "OutputPath": null`, `{"a": 1}`, `{}`},
		"OutputPath of the context":      {task + `, "OutputPath": "$$.Execution.Input"`, `{"a": 1}`, `{"a":1}`},
		"ResultPath null":                {task + `, "Parameters": {"x": 1}, "ResultPath": null`, `{"a": 1}`, `{"a":1}`},
		"ResultPath into the raw input":  {task + `, "InputPath": "$.a", "ResultPath": "$.r.s"`, `{"a": 1}`, `{"a":1,"r":{"s":1}}`},
		"ResultSelector sees the result": {task + `, "Parameters": {"x": [1, 2]}, "ResultSelector": {"y.$": "$.x[1]", "n.$": "$$.State.Name", "c": 0}, "ResultPath": "$.r"`, `{}`, `{"r":{"c":0,"n":"S","y":2}}`},
		"Parameters without paths":       {task + `, "Parameters": {"b": 1, "a": ["<&>"]}`, `{"z": 1}`, `{"a":["<&>"],"b":1}`},
		"Parameters at any depth":        {task + `, "Parameters": {"a": {"b": [1, {"c.$": "$.x", "d": null}, [{"e.$": "$$.State.Name"}], []]}}`, `{"x": {"y": 1}}`, `{"a":{"b":[1,{"c":{"y":1},"d":null},[{"e":"S"}],[]]}}`},
		"Parameters with dollars":        {task + `, "Parameters": {"$": "$.x", "whole.$": "$", "price": "$5"}`, `{"x": 1}`, `{"$":"$.x","price":"$5","whole":{"x":1}}`},
		"specification, payload template": {
			task + `, "Parameters": {"flagged": true, "parts": {"first.$": "$.vals[0]", "last3.$": "$.vals[-3:]"}, "f.$": "States.Format('Today is {}', $.day)"}`,
			`{"flagged": 7, "vals": [0, 10, 20, 30, 40, 50], "day": "TUESDAY"}`, `{"f":"Today is TUESDAY","flagged":true,"parts":{"first":0,"last3":[30,40,50]}}`,
		},
		"specification, result path": {`"Type": "Pass", "End": true, "Result": "Hi!", "ResultPath": "$.b.greeting"`, `{"a": 1}`, `{"a":1,"b":{"greeting":"Hi!"}}`},
		"Pass":                       {`"Type": "Pass", "End": true`, `[null]`, `[null]`},
		"Pass with Parameters":       {`"Type": "Pass", "End": true, "Parameters": {"a.$": "$.b"}, "ResultPath": "$.c"`, `{"b": 1}`, `{"b":1,"c":{"a":1}}`},
		"Pass with Result null":      {`"Type": "Pass", "End": true, "Result": null`, `{"b": 1}`, `null`},
		"Pass does not fill Result":  {`"Type": "Pass", "End": true, "Result": {"a.$": "$.b"}`, `{"b": 1}`, `{"a.$":"$.b"}`},
		"Succeed":                    {`"Type": "Succeed", "InputPath": "$.a", "OutputPath": "$.b"`, `{"a": {"b": 2}}`, `2`},
		"Wait":                       {`"Type": "Wait", "Seconds": 0, "End": true, "InputPath": "$.a", "OutputPath": "$.b"`, `{"a": {"b": 2}}`, `2`},
		"big and odd numbers":        {task, `[12345678901234567890, 1e400, 1.0]`, `[12345678901234567890,1e400,1.0]`},
		"no input is {}":             {task, ``, `{}`},
		"scalar input":               {task, `"x"`, `"x"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := execute(t, single(c.fields), c.input)
			require.NoError(t, err)
			assert.Equal(t, c.want, output)
		})
	}
}

func TestDataFlowFails(t *testing.T) {
	t.Parallel()
	const task = `"Type": "Task", "Resource": "r", "End": true`
	cases := map[string]struct{ fields, input, name, cause string }{
		"InputPath":                   {task + `, "InputPath": "$.a"`, `{}`, asl.Runtime, `InputPath: path "$.a" was not found in the state's data`},
		"OutputPath":                  {task + `, "OutputPath": "$.a"`, `{}`, asl.Runtime, `OutputPath: path "$.a" was not found in the state's data`},
		"Parameters":                  {task + `, "Parameters": {"l": [{"x.$": "$.a"}]}`, `{}`, asl.ParameterPathFailure, `field "x.$": path "$.a" was not found in the state's data`},
		"Parameters of the context":   {task + `, "Parameters": {"x.$": "$$.Task.Token"}`, `{}`, asl.ParameterPathFailure, `field "x.$": path "$$.Task.Token" was not found in the context object`},
		"ResultSelector":              {task + `, "ResultSelector": {"x.$": "$.a"}`, `{}`, asl.ParameterPathFailure, `field "x.$": path "$.a" was not found in the state's data`},
		"ResultPath":                  {task + `, "ResultPath": "$.x"`, `"foo"`, asl.ResultPathMatchFailure, `ResultPath "$.x" cannot be applied to the state's input: field "x" belongs into an object, but there is text`},
		"intrinsic":                   {task + `, "Parameters": {"x.$": "States.MathAdd($.a, 1)"}`, `{"a": "secret"}`, asl.IntrinsicFailure, `States.MathAdd: argument 1 must be a number, not text`},
		"input no JSON":               {task, `{`, asl.Runtime, `the execution's input is not JSON: unexpected EOF`},
		"TimeoutSecondsPath":          {task + `, "TimeoutSecondsPath": "$.t"`, `{"t": "5"}`, asl.Runtime, `TimeoutSecondsPath: path "$.t" must give a whole number from 1 to 99999999; it gives text`},
		"HeartbeatSecondsPath":        {task + `, "HeartbeatSecondsPath": "$.t"`, `{}`, asl.Runtime, `HeartbeatSecondsPath: path "$.t" was not found in the state's data`},
		"Fail":                        {`"Type": "Fail", "Error": "E", "Cause": "why"`, `{}`, "E", "why"},
		"Fail without words":          {`"Type": "Fail"`, `{}`, "", ""},
		"Fail from the input":         {`"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"`, `{"e": "E", "c": "why"}`, "E", "why!"},
		"Fail from the context":       {`"Type": "Fail", "ErrorPath": "$$.State.Name"`, `{}`, "S", ""},
		"Fail from nothing":           {`"Type": "Fail", "ErrorPath": "$.e"`, `{}`, asl.Runtime, `ErrorPath: path "$.e" was not found in the state's data`},
		"Fail from a number":          {`"Type": "Fail", "CausePath": "$.c"`, `{"c": 1}`, asl.Runtime, `CausePath gives a number instead of text`},
		"Fail with a wrong intrinsic": {`"Type": "Fail", "CausePath": "States.Hash($.c, 'x')"`, `{"c": "1"}`, asl.Runtime, `CausePath: States.Hash: argument 2 must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := execute(t, single(c.fields), c.input)
			assert.Empty(t, output)
			failure := failureOf(t, err)
			assert.Equal(t, c.name, failure.Name)
			assert.Equal(t, c.cause, failure.Cause)
		})
	}
}

func TestErrorSaysWhatFailed(t *testing.T) {
	t.Parallel()
	assert.EqualError(t, &asl.Error{Name: "E", Cause: "why", State: "Test"}, "state Test failed with E: why")
	assert.EqualError(t, &asl.Error{Name: "E"}, "execution failed with E")
	assert.EqualError(t, &asl.Error{State: "Test"}, "state Test failed with an unnamed error")
}
