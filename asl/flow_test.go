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
		"ResultSelector sees the result": {task + `, "Parameters": {"x": [1, 2]}, "ResultSelector": {"y.$": "$.x[1]", "n.$": "$$.State.Name", "c": 0}, "ResultPath": "$.r"`, `{}`, `{"r":{"y":2,"n":"S","c":0}}`},
		"Parameters without paths":       {task + `, "Parameters": {"b": 1, "a": ["<&>"]}`, `{"z": 1}`, `{"b":1,"a":["<&>"]}`},
		"Parameters at any depth":        {task + `, "Parameters": {"a": {"b": [1, {"c.$": "$.x", "d": null}, [{"e.$": "$$.State.Name"}], []]}}`, `{"x": {"y": 1}}`, `{"a":{"b":[1,{"c":{"y":1},"d":null},[{"e":"S"}],[]]}}`},
		"Parameters with dollars":        {task + `, "Parameters": {"$": "$.x", "whole.$": "$", "price": "$5"}`, `{"x": 1}`, `{"$":"$.x","whole":{"x":1},"price":"$5"}`},
		"specification, payload template": {
			task + `, "Parameters": {"flagged": true, "parts": {"first.$": "$.vals[0]", "last3.$": "$.vals[-3:]"}, "f.$": "States.Format('Today is {}', $.day)"}`,
			`{"flagged": 7, "vals": [0, 10, 20, 30, 40, 50], "day": "TUESDAY"}`, `{"flagged":true,"parts":{"first":0,"last3":[30,40,50]},"f":"Today is TUESDAY"}`,
		},
		"RetryCount of a Parallel":   {`"Type": "Parallel", "End": true, "Parameters": {"n.$": "$$.State.RetryCount"}, "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]`, `{}`, `[{"n":0}]`},
		"RetryCount of a Map":        {`"Type": "Map", "End": true, "ItemSelector": {"n.$": "$$.State.RetryCount"}, "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}`, `[1]`, `[{"n":0}]`},
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
		"InputPath":                   {task + `, "InputPath": "$.a"`, `{}`, asl.Runtime, `Invalid path '$.a' : No results for path: $['a']`},
		"OutputPath":                  {task + `, "OutputPath": "$.a"`, `{}`, asl.Runtime, `Invalid path '$.a' : No results for path: $['a']`},
		"Parameters":                  {task + `, "Parameters": {"l": [{"x.$": "$.a"}]}`, `{}`, asl.Runtime, `The JSONPath '$.a' specified for the field 'x.$' could not be found in the input`},
		"Parameters of the context":   {task + `, "Parameters": {"x.$": "$$.Task.Token"}`, `{}`, asl.Runtime, `The JSONPath '$$.Task.Token' specified for the field 'x.$' could not be found in the input`},
		"ResultSelector":              {task + `, "ResultSelector": {"x.$": "$.a"}`, `{}`, asl.Runtime, `The JSONPath '$.a' specified for the field 'x.$' could not be found in the input`},
		"ResultPath":                  {task + `, "ResultPath": "$.x"`, `"foo"`, asl.ResultPathMatchFailure, `Unable to apply ResultPath "$.x" to the state's input: field "x" belongs into an object, but there is a string`},
		"intrinsic":                   {task + `, "Parameters": {"x.$": "States.MathAdd($.a, 1)"}`, `{"a": "secret"}`, asl.IntrinsicFailure, `The function 'States.MathAdd($.a, 1)' had the following error: argument 1 must be a number, not a string`},
		"input no JSON":               {task, `{`, asl.Runtime, `the execution's input is not JSON: line 1, column 1: unexpected end of JSON input`},
		"TimeoutSecondsPath":          {task + `, "TimeoutSecondsPath": "$.t"`, `{"t": "soon"}`, asl.Runtime, `The TimeoutSecondsPath field refers to value "soon" which is not a valid integer: $.t`},
		"HeartbeatSecondsPath":        {task + `, "HeartbeatSecondsPath": "$.t"`, `{}`, asl.Runtime, `Invalid path '$.t' : No results for path: $['t']`},
		"RetryCount of a Pass":        {`"Type": "Pass", "End": true, "Parameters": {"n.$": "$$.State.RetryCount"}`, `{}`, asl.Runtime, `The JSONPath '$$.State.RetryCount' specified for the field 'n.$' could not be found in the input`},
		"Fail":                        {`"Type": "Fail", "Error": "E", "Cause": "why"`, `{}`, "E", "why"},
		"Fail without words":          {`"Type": "Fail"`, `{}`, "", ""},
		"Fail from the input":         {`"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"`, `{"e": "E", "c": "why"}`, "E", "why!"},
		"Fail from the context":       {`"Type": "Fail", "ErrorPath": "$$.State.Name"`, `{}`, "S", ""},
		"Fail from nothing":           {`"Type": "Fail", "ErrorPath": "$.e"`, `{}`, asl.Runtime, `The JSONPath '$.e' specified for the field 'ErrorPath' could not be found in the input`},
		"Fail from a number":          {`"Type": "Fail", "CausePath": "$.c"`, `{"c": 1}`, asl.Runtime, `CausePath gives a number instead of a string`},
		"a variable without a value":  {task + `, "InputPath": "$v.a"`, `{}`, asl.Runtime, `Invalid path '$v.a' : the variable $v has no value`},
		"its items":                   {task + `, "InputPath": "$v[0:].a"`, `{}`, asl.Runtime, `Invalid path '$v[0:].a' : the variable $v has no value`},
		"its fields":                  {task + `, "Parameters": {"x.$": "$v..a"}`, `{}`, asl.Runtime, `The JSONPath '$v..a' specified for the field 'x.$' could not be found: the variable has no such value.`},
		"its item in a function":      {task + `, "Parameters": {"x.$": "States.Array($v[?(@.a)])"}`, `{}`, asl.Runtime, `The function 'States.Array($v[?(@.a)])' had the following error: The JsonPath argument for the field '$v[?(@.a)]' could not be found in the input`},
		"a list that it should have":  {`"Type": "Map", "End": true, "ItemsPath": "$v", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}`, `{}`, asl.Runtime, `Invalid path '$v' : the variable $v has no value`},
		"Fail with a wrong intrinsic": {`"Type": "Fail", "CausePath": "States.Hash($.c, 'x')"`, `{"c": "1"}`, asl.IntrinsicFailure, `The function 'States.Hash($.c, 'x')' had the following error: argument 2 must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512`},
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
