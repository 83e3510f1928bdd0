package asl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// problems are the lines of Parse's error.
func problems(t *testing.T, definition string) []string {
	t.Helper()
	machine, err := asl.Parse([]byte(definition))
	require.Error(t, err)
	assert.Nil(t, machine)
	var all *asl.DefinitionError
	require.True(t, errors.As(err, &all))
	assert.Equal(t, strings.Join(all.Problems, "\n"), err.Error())
	return all.Problems
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const quoted = `: CloudFormation substitutes text into a definition, never numbers or booleans; write the value itself there`
	cases := map[string]struct {
		definition string
		want       []string
	}{
		"no JSON":            {"{\n \"a\": x}", []string{`the definition is not JSON: line 2, column 7: invalid character 'x' looking for beginning of value`}},
		"nothing":            {``, []string{`the definition is not JSON: line 1, column 1: unexpected end of JSON input`}},
		"no object":          {`[]`, []string{`the definition must be an object, not an array`}},
		"nothing in it":      {`{}`, []string{`StartAt is missing`, `States is missing`}},
		"no states":          {`{"StartAt": "A", "States": {}}`, []string{`States: must hold at least one state`, `StartAt: there is no state "A" here`}},
		"states no object":   {`{"StartAt": "A", "States": 1}`, []string{`States: must be an object, not a number`, `StartAt: there is no state "A" here`}},
		"state no object":    {`{"StartAt": "A", "States": {"A": []}}`, []string{`States.A: must be an object, not an array`}},
		"other version":      {`{"Version": "2.0", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}}`, []string{`Version: must be "1.0", the only version of the language`}},
		"JSONata machine":    {`{"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}}`, []string{`QueryLanguage: "JSONata" is not supported by a local run; use JSONPath`}},
		"JSONata state":      {single(`"Type": "Succeed", "QueryLanguage": "JSONata", "Output": 1`), []string{`States.S.QueryLanguage: "JSONata" is not supported by a local run; use JSONPath`, `States.S.Output: is a field of the JSONata dialect or of variables, which a local run does not support; use the JSONPath dialect`}},
		"variables":          {single(`"Type": "Pass", "End": true, "Assign": {"a": 1}`), []string{`States.S.Assign: is a field of the JSONata dialect or of variables, which a local run does not support; use the JSONPath dialect`}},
		"variable in a path": {single(`"Type": "Pass", "End": true, "InputPath": "$a.b"`), []string{`States.S.InputPath: path "$a.b": after $ comes . or [, not "a.b": Assign variables are not supported by a local run`}},
		"no type":            {single(`"End": true`), []string{`States.S: Type is missing`}},
		"other type":         {single(`"Type": "Job", "End": true`), []string{`States.S.Type: there is no type "Job"; the types are Task, Pass, Wait, Choice, Parallel, Map, Succeed and Fail`}},
		"foreign fields":     {single(`"Type": "Succeed", "Next": "S", "Resource": "x"`), []string{`States.S.Next: is not a field of a state of type Succeed`, `States.S.Resource: is not a field of a state of type Succeed`}},
		"twice":              {`{"StartAt": "S", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}}`, []string{`StartAt: occurs twice in one object`}},
		"no way on":          {single(`"Type": "Pass"`), []string{`States.S: Next, or End: true, is missing`}},
		"end false":          {single(`"Type": "Pass", "End": false`), []string{`States.S: Next, or End: true, is missing`}},
		"two ways on":        {single(`"Type": "Pass", "End": true, "Next": "S"`), []string{`States.S: Next and End exclude each other`}},
		"quoted boolean":     {single(`"Type": "Pass", "End": "true"`), []string{`States.S.End: must be true or false, not text ("true")` + quoted}},
		"nowhere":            {single(`"Type": "Pass", "Next": "T"`), []string{`States.S.Next: there is no state "T" here`}},
		"unreachable":        {`{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "A"}}}`, []string{`States.B: no transition leads to this state`}},
		"long name":          {`{"StartAt": "` + strings.Repeat("é", 81) + `", "States": {"` + strings.Repeat("é", 81) + `": {"Type": "Succeed"}}}`, []string{`States.` + strings.Repeat("é", 81) + `: a state's name must have 1 to 80 characters, not 81`}},
		"task without work":  {single(`"Type": "Task", "End": true`), []string{`States.S: Resource is missing`}},
		"quoted numbers": {
			single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": "60", "HeartbeatSeconds": "${Beat}"`),
			[]string{`States.S.TimeoutSeconds: must be a number, not text ("60")` + quoted, `States.S.HeartbeatSeconds: must be a number, not text ("${Beat}")` + quoted},
		},
		"text for a number": {single(`"Type": "Wait", "End": true, "Seconds": "soon"`), []string{`States.S.Seconds: must be a number, not text`}},
		"limits of limits": {
			single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": 0, "HeartbeatSeconds": 1.5`),
			[]string{`States.S.TimeoutSeconds: must be a whole number from 1 to 99999999, not 0`, `States.S.HeartbeatSeconds: must be a whole number from 1 to 99999999, not 1.5`},
		},
		"slow heartbeat": {single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": 5, "HeartbeatSeconds": 5`), []string{`States.S.HeartbeatSeconds: must be less than TimeoutSeconds`}},
		"two limits":     {single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t"`), []string{`States.S: TimeoutSeconds and TimeoutSecondsPath exclude each other`}},
		"wrong paths": {
			single(`"Type": "Pass", "End": true, "InputPath": "a", "OutputPath": "$.a[", "ResultPath": "$.a[*]"`),
			[]string{
				`States.S.InputPath: "a" is not a path: a path starts with $ (the state's data) or $$ (the context object)`,
				`States.S.OutputPath: path "$.a[": a bracket [ is not closed`,
				`States.S.ResultPath: path "$.a[*]" can select several values; a reference path names one place with . and [ ] only`,
			},
		},
		"result into the context": {single(`"Type": "Pass", "End": true, "ResultPath": "$$.a"`), []string{`States.S.ResultPath: the context object cannot be written; use a path that starts with $`}},
		"result from the end":     {single(`"Type": "Pass", "End": true, "ResultPath": "$.a[-1]"`), []string{`States.S.ResultPath: path "$.a[-1]" counts from the end of an array; a reference path counts from its start`}},
		"path function":           {single(`"Type": "Pass", "End": true, "InputPath": "$.a.length()"`), []string{`States.S.InputPath: path "$.a.length()": path functions such as length() are not supported; use an intrinsic function such as States.ArrayLength`}},
		"several names":           {single(`"Type": "Pass", "End": true, "InputPath": "$['a','b']"`), []string{`States.S.InputPath: path "$['a','b']": several names in one pair of brackets are not supported by a local run; select the fields one by one`}},
		"wrong templates": {
			single(`"Type": "Pass", "End": true, "Parameters": {"a": 1, "a.$": "$.a", "l": [{"b.$": "b"}, {"c.$": 3}], "d.$": "States.Nope()"}`),
			[]string{
				`States.S.Parameters.a.$: a is given twice: as a and as a.$`,
				`States.S.Parameters.l[0].b.$: "b" is neither a path (starting with $) nor a call of an intrinsic function (States....)`,
				`States.S.Parameters.l[1].c.$: must be text, a path or an intrinsic call, not a number`,
				`States.S.Parameters.d.$: intrinsic "States.Nope()": there is no function "States.Nope"`,
			},
		},
		"template no object": {single(`"Type": "Pass", "End": true, "Parameters": "$.a"`), []string{`States.S.Parameters: must be an object, not text`}},
		"wrong retriers": {
			single(`"Type": "Task", "End": true, "Resource": "r", "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": "1"}, {}, {"ErrorEquals": [], "MaxAttempts": -1, "BackoffRate": 0.5},
				{"ErrorEquals": [1], "JitterStrategy": "SOME", "IntervalSeconds": 5, "MaxDelaySeconds": 5, "Tries": 1}, 7]`),
			[]string{
				`States.S.Retry[0].ErrorEquals: States.ALL must stand alone, in the last element of the list`,
				`States.S.Retry[0].IntervalSeconds: must be a number, not text ("1")` + quoted,
				`States.S.Retry[1]: ErrorEquals is missing`,
				`States.S.Retry[2].ErrorEquals: must be an array with at least one error name`,
				`States.S.Retry[2].MaxAttempts: must be a whole number from 0 to 99999999, not -1`,
				`States.S.Retry[2].BackoffRate: must be a number from 1, not 0.5`,
				`States.S.Retry[3].ErrorEquals[0]: must be text, not a number`,
				`States.S.Retry[3].MaxDelaySeconds: must be greater than IntervalSeconds`,
				`States.S.Retry[3].JitterStrategy: must be FULL or NONE, not "SOME"`,
				`States.S.Retry[3].Tries: is not a field of a retrier`,
				`States.S.Retry[4]: must be an object, not a number`,
			},
		},
		"wrong catchers": {
			single(`"Type": "Task", "End": true, "Resource": "r", "Catch": [{"ErrorEquals": ["A", "States.ALL"], "Next": "T"}, {"ErrorEquals": ["B"]}]`),
			[]string{
				`States.S.Catch[0].ErrorEquals: States.ALL must stand alone, in the last element of the list`,
				`States.S.Catch[1]: Next is missing`,
				`States.S.Catch[0].Next: there is no state "T" here`,
			},
		},
		"retry no list": {single(`"Type": "Task", "End": true, "Resource": "r", "Retry": {}`), []string{`States.S.Retry: must be an array, not an object`}},
		"wrong waits":   {single(`"Type": "Wait", "End": true`), []string{`States.S: one of Seconds, Timestamp, SecondsPath, TimestampPath is needed`}},
		"two waits":     {single(`"Type": "Wait", "End": true, "Seconds": 1, "Timestamp": "today"`), []string{`States.S: Seconds and Timestamp exclude each other`, `States.S.Timestamp: "today" is not an RFC 3339 timestamp such as 2026-08-18T17:33:00Z`}},
		"wrong choices": {
			single(`"Type": "Choice", "Default": "T", "Choices": [
				{"Variable": "$.a", "StringEquals": 1, "Next": "S"}, {"Variable": "$.a", "Next": "S"}, {"Variable": "$.a", "NumericEquals": "1", "IsNull": true, "Next": "S"},
				{"And": [], "Next": "S"}, {"Not": {"Variable": "$.a", "IsPresent": "true", "Next": "S"}}, {"StringEquals": "x", "Next": "S"},
				{"Variable": "$.a", "StringEqual": "x", "Next": "S"}, {"Variable": "$.a", "TimestampEquals": "now", "Next": "S"}, {"Variable": "$.a", "BooleanEqualsPath": "x", "Next": "S"},
				{"Variable": "$.a", "StringMatches": "a\\b", "Next": "S"}, {"Or": {}, "Next": "S"}, {"Variable": "$.a", "BooleanLessThan": true, "Next": "S"}]`),
			[]string{
				`States.S.Choices[0].StringEquals: must be text, not a number`,
				`States.S.Choices[1]: a comparison such as StringEquals is missing`,
				`States.S.Choices[2]: has 2 comparisons, NumericEquals and IsNull, and may have one`,
				`States.S.Choices[3].And: must hold at least one rule`,
				`States.S.Choices[4].Not.Next: belongs to the outermost rule only`,
				`States.S.Choices[4].Not.IsPresent: must be true or false, not text ("true")` + quoted,
				`States.S.Choices[4]: Next is missing`,
				`States.S.Choices[5]: one of And, Or, Not, Variable is needed`,
				`States.S.Choices[6].StringEqual: is not a field of a choice rule`,
				`States.S.Choices[7].TimestampEquals: "now" is not an RFC 3339 timestamp such as 2026-08-18T17:33:00Z`,
				`States.S.Choices[8].BooleanEqualsPath: "x" is not a path: a path starts with $ (the state's data) or $$ (the context object)`,
				`States.S.Choices[9].StringMatches: a backslash must be followed by * or another backslash`,
				`States.S.Choices[10].Or: must be an array, not an object`,
				`States.S.Choices[11].BooleanLessThan: is not a field of a choice rule`,
				`States.S.Default: there is no state "T" here`,
			},
		},
		"no choices":   {single(`"Type": "Choice", "Choices": []`), []string{`States.S.Choices: must hold at least one rule`}},
		"wrong fail":   {single(`"Type": "Fail", "Error": "E", "ErrorPath": "$.e", "CausePath": "States.ArrayLength($.l)"`), []string{`States.S: Error and ErrorPath exclude each other`, `States.S.CausePath: States.ArrayLength cannot be called here; the functions that give text are States.Format, States.JsonToString, States.ArrayGetItem, States.Base64Encode, States.Base64Decode, States.Hash, States.UUID`}},
		"no branches":  {single(`"Type": "Parallel", "End": true, "Branches": []`), []string{`States.S.Branches: must hold at least one branch`}},
		"inner states": {single(`"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "S"}}}, {"StartAt": "A", "States": {"A": {"Type": "Task", "End": true}}}]`), []string{`States.S.Branches[0].States.A.Next: there is no state "S" here`, `States.S.Branches[1].States.A: the name is taken by States.S.Branches[0].States.A: state names are unique in the whole machine`, `States.S.Branches[1].States.A: Resource is missing`}},
		"no iteration": {single(`"Type": "Map", "End": true`), []string{`States.S: one of ItemProcessor, Iterator is needed`}},
		"distributed map": {
			single(`"Type": "Map", "End": true, "ItemReader": {}, "ItemBatcher": {}, "ResultWriter": {}, "ToleratedFailureCount": 1, "MaxConcurrency": "5",
				"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}`),
			[]string{
				`States.S.ItemReader: is not supported by a local run (distributed Map)`,
				`States.S.ItemBatcher: is not supported by a local run (distributed Map)`,
				`States.S.ResultWriter: is not supported by a local run (distributed Map)`,
				`States.S.ToleratedFailureCount: is not supported by a local run (distributed Map)`,
				`States.S.MaxConcurrency: must be a number, not text ("5")` + quoted,
				`States.S.ItemProcessor.ProcessorConfig.Mode: "DISTRIBUTED" is not supported by a local run; use INLINE`,
				`States.S.ItemProcessor.ProcessorConfig.ExecutionType: is not supported by a local run (distributed Map)`,
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, problems(t, c.definition))
		})
	}
}

func TestParseRefusesMoreThanTheQuota(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{`the definition has 1048577 bytes; Step Functions takes at most 1048576`}, problems(t, strings.Repeat(" ", 1<<20+1)))
}

func TestTasksListsNestedTasksInOrder(t *testing.T) {
	t.Parallel()
	machine := parse(t, `{"StartAt": "Z", "States": {
		"Z": {"Type": "Task", "Resource": "r:z", "Parameters": {"b": "<1>", "a.$": "$.x"}, "Next": "P"},
		"P": {"Type": "Parallel", "Next": "M", "Branches": [
			{"StartAt": "Y", "States": {"Y": {"Type": "Task", "Resource": "r:y", "End": true}}},
			{"StartAt": "X", "States": {"X": {"Type": "Task", "Resource": "r:x", "End": true}}}]},
		"M": {"Type": "Map", "Next": "A", "Iterator": {"StartAt": "W", "States": {"W": {"Type": "Task", "Resource": "r:w", "End": true}}}},
		"A": {"Type": "Task", "Resource": "r:a", "End": true}}}`)
	assert.Equal(t, []asl.TaskState{
		{Name: "Z", Resource: "r:z", Parameters: []byte(`{"a.$":"$.x","b":"<1>"}`), Place: "States.Z"},
		{Name: "Y", Resource: "r:y", Place: "States.P.Branches[0].States.Y"},
		{Name: "X", Resource: "r:x", Place: "States.P.Branches[1].States.X"},
		{Name: "W", Resource: "r:w", Place: "States.M.Iterator.States.W"},
		{Name: "A", Resource: "r:a", Place: "States.A"},
	}, machine.Tasks())
}

// What Parse accepts must also run: to its end or to a failure of the language, never to a panic or without end.
func FuzzParse(f *testing.F) {
	f.Add(single(`"Type": "Pass", "End": true, "Parameters": {"a.$": "States.Format('{}', $.x[?(@.y>1)])"}`))
	f.Add(single(`"Type": "Choice", "Choices": [{"Not": {"Variable": "$.a", "NumericEquals": 1e400}, "Next": "T"}], "Default": "S"`))
	f.Add(single(`"Type": "Task", "Resource": "r.waitForTaskToken", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 1e308}], "Catch": [{"ErrorEquals": ["A"], "Next": "S", "ResultPath": null}]`))
	f.Add(single(`"Type": "Map", "End": true, "ItemsPath": "$.l", "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "End": true}}}`))
	f.Add(single(`"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Fail", "ErrorPath": "$.e"}}}]`))
	f.Add(`[[[{"a": "b"}]]]`)
	f.Fuzz(func(t *testing.T, definition string) {
		machine, err := asl.Parse([]byte(definition))
		if err != nil {
			require.Nil(t, machine)
			require.NotEmpty(t, err.Error())
			return
		}
		machine.Tasks()
		_, err = machine.Run(t.Context(), asl.Execution{Input: []byte(`{"a": 1, "l": [1, {"x": "y"}], "e": "E", "n": null}`)}, asl.Options{
			Tasks: tasksFunc(echo), Clock: &manualClock{}, MaxPayload: 5000,
		})
		if err != nil {
			failureOf(t, err)
		}
	})
}
