package asl_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/asl"
)

// The errors that executions on AWS were recorded to end with, and their causes.
func TestRecorded(t *testing.T) {
	t.Parallel()
	const jsonata = `"QueryLanguage": "JSONata", `
	const pass = `"ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}, `
	notTimestamp := func(text string) string {
		return "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: " + text
	}
	for name, c := range map[string]struct{ fields, input, failed, cause string }{
		"computed Timestamp without T":    {jsonata + `"Type": "Wait", "Timestamp": "{% $states.input %}"`, `"2016-12-05 21:29:29Z"`, asl.QueryEvaluationError, notTimestamp("2016-12-05 21:29:29Z")},
		"computed Timestamp without zone": {jsonata + `"Type": "Wait", "Timestamp": "{% $states.input %}"`, `"2016-12-05T21:29:29"`, asl.QueryEvaluationError, notTimestamp("2016-12-05T21:29:29")},
		"computed Timestamp of no day":    {jsonata + `"Type": "Wait", "Timestamp": "{% $states.input %}"`, `"2016-13-05T21:29:29Z"`, asl.QueryEvaluationError, notTimestamp("2016-13-05T21:29:29Z")},
		"a selected Timestamp of no day":  {`"Type": "Wait", "TimestampPath": "$.t"`, `{"t": "2016-13-05T21:29:29Z"}`, asl.Runtime, "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2016-13-05T21:29:29Z"},
		"a Map of a number, in JSONata":   {jsonata + pass + `"Type": "Map"`, `1`, asl.QueryEvaluationError, "Map state input must be an array but was: 1"},
		"a Map of an object, in JSONata":  {jsonata + pass + `"Type": "Map"`, `{"foo": "bar"}`, asl.QueryEvaluationError, `Map state input must be an array but was: {"foo":"bar"}`},
		"a Map of null, in JSONata":       {jsonata + pass + `"Type": "Map"`, `null`, asl.QueryEvaluationError, "Map state input must be an array but was: null"},
		"Items that are a number":         {jsonata + pass + `"Type": "Map", "Items": "{% 1 %}"`, `{}`, asl.QueryEvaluationError, "The JSONata expression '1' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1"},
		"Items that are a function":       {jsonata + pass + `"Type": "Map", "Items": "{% $fn := function($x){$x} %}"`, `{}`, asl.QueryEvaluationError, "The JSONata expression '$fn := function($x){$x}' specified for the field 'Items' returned an unsupported result type."},
		"no such property":                {`"Type": "Pass", "InputPath": "$.a"`, `{}`, asl.Runtime, "Invalid path '$.a' : No results for path: $['a']"},
		"no such property on the way":     {`"Type": "Pass", "OutputPath": "$.a.b.c"`, `{"a": {}}`, asl.Runtime, "Invalid path '$.a.b.c' : Missing property in path $['a']['b']"},
		"no such first property":          {`"Type": "Pass", "OutputPath": "$.no.such.path"`, `{}`, asl.Runtime, "Invalid path '$.no.such.path' : Missing property in path $['no']"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := execute(t, `{"StartAt": "S", "States": {"Z": {"Type": "Succeed"}, "S": {`+c.fields+`, "Next": "Z"}}}`, c.input)
			assert.Equal(t, &asl.Error{Name: c.failed, Cause: c.cause, State: "S"}, failureOf(t, err))
		})
	}
}

// A result that is too large is named by what gave it: an integration by its service, any other task by its ARN, a state by its name.
func TestRecordedResultsThatAreTooLarge(t *testing.T) {
	t.Parallel()
	for resource, source := range map[string]string{
		"arn:aws:states:::lambda:invoke":                          "lambda",
		"arn:aws:states:::lambda:invoke.waitForTaskToken":         "lambda",
		"arn:aws-cn:states:::states:startExecution.sync:2":        "states",
		"arn:aws:states:::aws-sdk:dynamodb:query":                 "aws-sdk:dynamodb",
		"arn:aws:lambda:eu-west-1:111111111111:function:f":        "arn:aws:lambda:eu-west-1:111111111111:function:f",
		"arn:aws:states:eu-west-1:111111111111:activity:activity": "arn:aws:states:eu-west-1:111111111111:activity:activity",
	} {
		machine := parse(t, single(`"Type": "Task", "Resource": "`+resource+`", "Parameters": {"QueryLanguage": "JSONata"}, "End": true`))
		_, err := machine.Run(t.Context(), asl.Execution{}, asl.Options{MaxPayload: 50, Tasks: tasksFunc(echoLong)})
		want := "The state/task '" + source + "' returned a result with a size exceeding the maximum number of bytes service limit."
		assert.Equal(t, &asl.Error{Name: asl.DataLimitExceeded, Cause: want, State: "S"}, failureOf(t, err))
	}
}
