package asl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// problems are the paths and rules of Parse's error.
func problems(t *testing.T, definition string) []string {
	t.Helper()
	machine, err := asl.Parse([]byte(definition))
	require.Error(t, err)
	assert.Nil(t, machine)
	var all *asl.DefinitionError
	require.True(t, errors.As(err, &all))
	lines := []string{}
	for _, p := range all.Problems {
		assert.NotEmpty(t, p.Message)
		lines = append(lines, strings.TrimSpace(p.Path+" "+string(p.Rule)))
	}
	return lines
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		definition string
		want       []string
	}{
		"no JSON":                 {"{\n \"a\": x}", []string{`syntax`}},
		"nothing":                 {``, []string{`syntax`}},
		"no object":               {`[]`, []string{`type`}},
		"nothing in it":           {`{}`, []string{`StartAt required`, `States required`}},
		"no states":               {`{"StartAt": "A", "States": {}}`, []string{`States required`}},
		"states no object":        {`{"StartAt": "A", "States": 1}`, []string{`States type`}},
		"state no object":         {`{"StartAt": "A", "States": {"A": []}}`, []string{`States.A type`}},
		"other version":           {`{"Version": "2.0", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}}`, []string{`Version value`}},
		"no type":                 {single(`"End": true`), []string{`States.S.Type required`}},
		"other type":              {single(`"Type": "Job", "End": true`), []string{`States.S.Type state-type`}},
		"foreign fields":          {single(`"Type": "Succeed", "Next": "S", "Resource": "x"`), []string{`States.S.Next transition`, `States.S.Resource unknown-field`}},
		"twice":                   {`{"StartAt": "S", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}}`, []string{`StartAt exclusive`}},
		"no way on":               {single(`"Type": "Pass"`), []string{`States.S transition`}},
		"end false":               {single(`"Type": "Pass", "End": false`), []string{`States.S transition`}},
		"two ways on":             {single(`"Type": "Pass", "End": true, "Next": "S"`), []string{`States.S.End transition`}},
		"quoted boolean":          {single(`"Type": "Pass", "End": "true"`), []string{`States.S.End type`}},
		"nowhere":                 {single(`"Type": "Pass", "Next": "T"`), []string{`States.S.Next unknown-state`}},
		"unreachable":             {`{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "A"}}}`, []string{`States.B unreachable`}},
		"long name":               {`{"StartAt": "` + strings.Repeat("é", 81) + `", "States": {"` + strings.Repeat("é", 81) + `": {"Type": "Succeed"}}}`, []string{`States["ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"] state-name`}},
		"task without work":       {single(`"Type": "Task", "End": true`), []string{`States.S.Resource required`}},
		"quoted numbers":          {single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": "60", "HeartbeatSeconds": "${Beat}"`), []string{`States.S.TimeoutSeconds number`, `States.S.HeartbeatSeconds number`}},
		"text for a number":       {single(`"Type": "Wait", "End": true, "Seconds": "soon"`), []string{`States.S.Seconds number`}},
		"limits of limits":        {single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": 0, "HeartbeatSeconds": 1.5`), []string{`States.S.TimeoutSeconds range`, `States.S.HeartbeatSeconds range`}},
		"slow heartbeat":          {single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": 5, "HeartbeatSeconds": 5`), []string{`States.S.HeartbeatSeconds range`}},
		"two limits":              {single(`"Type": "Task", "End": true, "Resource": "r", "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t"`), []string{`States.S.TimeoutSecondsPath exclusive`}},
		"wrong paths":             {single(`"Type": "Pass", "End": true, "InputPath": "a", "OutputPath": "$.a[", "ResultPath": "$.a[*]"`), []string{`States.S.InputPath path`, `States.S.OutputPath path`, `States.S.ResultPath path`}},
		"result into the context": {single(`"Type": "Pass", "End": true, "ResultPath": "$$.a"`), []string{`States.S.ResultPath path`}},
		"result from the end":     {single(`"Type": "Pass", "End": true, "ResultPath": "$.a[-1]"`), []string{`States.S.ResultPath path`}},
		"path function":           {single(`"Type": "Pass", "End": true, "InputPath": "$.a.length()"`), []string{`States.S.InputPath path`}},
		"wrong templates": {single(`"Type": "Pass", "End": true, "Parameters": {"a": 1, "a.$": "$.a", "l": [{"b.$": "b"}, {"c.$": 3}], "d.$": "States.Nope()"}`), []string{
			`States.S.Parameters["a.$"] exclusive`,
			`States.S.Parameters.l[0]["b.$"] path`,
			`States.S.Parameters.l[1]["c.$"] type`,
			`States.S.Parameters["d.$"] path`,
		}},
		"wrong retriers": {single(`"Type": "Task", "End": true, "Resource": "r", "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": "1"}, {}, {"ErrorEquals": [], "MaxAttempts": -1, "BackoffRate": 0.5},
				{"ErrorEquals": [1], "JitterStrategy": "SOME", "IntervalSeconds": 5, "MaxDelaySeconds": 5, "Tries": 1}, 7]`), []string{
			`States.S.Retry[0].ErrorEquals error-names`,
			`States.S.Retry[0].IntervalSeconds number`,
			`States.S.Retry[1].ErrorEquals required`,
			`States.S.Retry[2].ErrorEquals error-names`,
			`States.S.Retry[2].MaxAttempts range`,
			`States.S.Retry[2].BackoffRate range`,
			`States.S.Retry[3].ErrorEquals[0] error-names`,
			`States.S.Retry[3].JitterStrategy value`,
			`States.S.Retry[3].MaxDelaySeconds range`,
			`States.S.Retry[3].Tries unknown-field`,
			`States.S.Retry[4] type`,
		}},
		"wrong catchers": {single(`"Type": "Task", "End": true, "Resource": "r", "Catch": [{"ErrorEquals": ["A", "States.ALL"], "Next": "T"}, {"ErrorEquals": ["B"]}]`), []string{`States.S.Catch[0].ErrorEquals error-names`, `States.S.Catch[0].Next unknown-state`, `States.S.Catch[1].Next transition`}},
		"retry no list":  {single(`"Type": "Task", "End": true, "Resource": "r", "Retry": {}`), []string{`States.S.Retry type`}},
		"wrong waits":    {single(`"Type": "Wait", "End": true`), []string{`States.S.Seconds required`}},
		"two waits":      {single(`"Type": "Wait", "End": true, "Seconds": 1, "Timestamp": "today"`), []string{`States.S.Timestamp exclusive`, `States.S.Timestamp type`}},
		"wrong choices": {single(`"Type": "Choice", "Default": "T", "Choices": [
				{"Variable": "$.a", "StringEquals": 1, "Next": "S"}, {"Variable": "$.a", "Next": "S"}, {"Variable": "$.a", "NumericEquals": "1", "IsNull": true, "Next": "S"},
				{"And": [], "Next": "S"}, {"Not": {"Variable": "$.a", "IsPresent": "true", "Next": "S"}}, {"StringEquals": "x", "Next": "S"},
				{"Variable": "$.a", "StringEqual": "x", "Next": "S"}, {"Variable": "$.a", "TimestampEquals": "now", "Next": "S"}, {"Variable": "$.a", "BooleanEqualsPath": "x", "Next": "S"},
				{"Variable": "$.a", "StringMatches": "a\\b", "Next": "S"}, {"Or": {}, "Next": "S"}, {"Variable": "$.a", "BooleanLessThan": true, "Next": "S"}]`), []string{
			`States.S.Default unknown-state`,
			`States.S.Choices[0].StringEquals type`,
			`States.S.Choices[1] choice-rule`,
			`States.S.Choices[2] choice-rule`,
			`States.S.Choices[3].And required`,
			`States.S.Choices[4].Next transition`,
			`States.S.Choices[4].Not.IsPresent type`,
			`States.S.Choices[4].Not.Next choice-rule`,
			`States.S.Choices[5] choice-rule`,
			`States.S.Choices[6].StringEqual unknown-field`,
			`States.S.Choices[7].TimestampEquals type`,
			`States.S.Choices[8].BooleanEqualsPath path`,
			`States.S.Choices[9].StringMatches choice-rule`,
			`States.S.Choices[10].Or type`,
			`States.S.Choices[11].BooleanLessThan unknown-field`,
		}},
		"no choices":  {single(`"Type": "Choice", "Choices": []`), []string{`States.S.Choices required`}},
		"wrong fail":  {single(`"Type": "Fail", "Error": "E", "ErrorPath": "$.e", "CausePath": "States.ArrayLength($.l)"`), []string{`States.S.ErrorPath exclusive`, `States.S.CausePath path`}},
		"no branches": {single(`"Type": "Parallel", "End": true, "Branches": []`), []string{`States.S.Branches required`}},
		"inner states": {single(`"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "S"}}}, {"StartAt": "A", "States": {"A": {"Type": "Task", "End": true}}}]`), []string{
			`States.S.Branches[0].States.A.Next unknown-state`,
			`States.S.Branches[1].States.A state-name`,
			`States.S.Branches[1].States.A.Resource required`,
		}},
		"no iteration": {single(`"Type": "Map", "End": true`), []string{`States.S.ItemProcessor required`}},
		"distributed map": {single(`"Type": "Map", "End": true, "ItemReader": {}, "ItemBatcher": {}, "ResultWriter": {}, "ToleratedFailureCount": 1, "MaxConcurrency": "5",
				"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}`), []string{
			`States.S.ItemReader.Resource required`,
			`States.S.ItemBatcher.MaxItemsPerBatch required`,
			`States.S.ResultWriter.Resource required`,
			`States.S.MaxConcurrency number`,
		}},
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
	assert.Equal(t, []string{"syntax"}, problems(t, strings.Repeat(" ", 1<<20+1)))
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
		{Name: "Z", Resource: "r:z", Parameters: []byte(`{"b":"<1>","a.$":"$.x"}`), Path: "States.Z"},
		{Name: "Y", Resource: "r:y", Path: "States.P.Branches[0].States.Y"},
		{Name: "X", Resource: "r:x", Path: "States.P.Branches[1].States.X"},
		{Name: "W", Resource: "r:w", Path: "States.M.Iterator.States.W"},
		{Name: "A", Resource: "r:a", Path: "States.A"},
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
