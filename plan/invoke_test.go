package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/plan"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	read, problems := plan.Read("P", resource(t, states(`A:
  Type: AttiniLambdaInvoke
  Parameters: {FunctionName: !Ref Function, Payload: {a: [1, !Sub "${B}"], "b.$": $.x}, Qualifier: live, InvocationType: Event}
  Retry: [{ErrorEquals: [States.ALL]}]
  TimeoutSeconds: 5
  ResultSelector: {a.$: $.Payload}
  Next: B
B: {Type: AttiniLambdaInvoke, Parameters: {FunctionName.$: $.output.A, Payload.$: $}, End: true}`)), resourcePath)
	require.Empty(t, problems)
	assert.Equal(t, plan.InvokeType, read.Machine.States[0].Type)
	assert.Equal(t, "$.output.A", read.Machine.States[0].OutputPath())
	assert.Nil(t, read.Machine.States[0].Job, "no runner runs it")
}

func TestInvokeProblems(t *testing.T) {
	invoke := func(rest string) string {
		return states("A: {Type: AttiniLambdaInvoke, End: true, " + rest + "}")
	}
	check(t, map[string]mistake{
		"no Parameters":             {states("A: {Type: AttiniLambdaInvoke, End: true}"), "required", ".States.A.Parameters", `Step "A": Parameters is required, with the FunctionName to call`},
		"Parameters to come":        {invoke("Parameters: !Ref P"), "type", ".States.A.Parameters", `Step "A": Parameters must be an object, not an intrinsic function`},
		"no FunctionName":           {invoke("Parameters: {Payload: {}}"), "required", ".States.A.Parameters.FunctionName", `Step "A": FunctionName is required: the name or ARN of a Lambda function`},
		"an empty FunctionName":     {invoke("Parameters: {FunctionName: ''}"), "type", ".States.A.Parameters.FunctionName", `Step "A": FunctionName: must be a text that is not empty, not a string`},
		"two FunctionNames":         {invoke("Parameters: {FunctionName: f, FunctionName.$: $.f}"), "exclusive", `.States.A.Parameters["FunctionName.$"]`, `Step "A": has both FunctionName and FunctionName.$; remove one of them`},
		"an unknown parameter":      {invoke("Parameters: {FunctionName: f, Paylod: {}}"), "unknown-property", ".States.A.Parameters.Paylod", `Step "A": Paylod: there is no such parameter; did you mean "Payload"?`},
		"an unknown InvocationType": {invoke("Parameters: {FunctionName: f, InvocationType: Async}"), "type", ".States.A.Parameters.InvocationType", `Step "A": InvocationType: "Async" is not allowed (allowed: RequestResponse, Event, DryRun)`},
		"a long ClientContext":      {invoke("Parameters: {FunctionName: f, ClientContext: " + strings.Repeat("x", 3584) + "}"), "range", ".States.A.Parameters.ClientContext", `Step "A": ClientContext: has 3584 bytes (at most 3583)`},
		"a path that is none":       {invoke("Parameters: {FunctionName: f, Payload.$: payload}"), "type", `.States.A.Parameters["Payload.$"]`, `Step "A": Payload.$: must be a path such as $.output.Build or a function such as States.Format(…)`},
		"Properties":                {invoke("Parameters: {FunctionName: f}, Properties: {}"), "reserved", ".States.A.Properties", `Step "A": Properties: an AttiniLambdaInvoke has none; give Parameters`},
		"JSONata":                   {invoke("Parameters: {FunctionName: f}, QueryLanguage: JSONata"), "query-language", ".States.A.QueryLanguage", `Step "A": QueryLanguage: must be JSONPath on an AttiniLambdaInvoke`},
	})
}
