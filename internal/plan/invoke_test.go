package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	read, problems := plan.Read("P", resource(t, states(`A:
  Type: AttiniLambdaInvoke
  Parameters: {FunctionName: !Ref Function, Payload: {a: [1, !Sub "${B}", ~], "b.$": $.x, "c.$": !Sub "$.${C}", d: !Ref AWS::NoValue, d.$: $.d}, Qualifier: live, InvocationType: Event}
  Comment: c
  InputPath: $
  OutputPath: $
  ResultPath: $.a
  Assign: {v: 1}
  Retry: [{ErrorEquals: [States.ALL]}]
  Catch: [{ErrorEquals: [States.ALL], Next: B}]
  TimeoutSeconds: 5
  HeartbeatSeconds: 4
  ResultSelector: {a.$: $.Payload}
  Next: B
B: {Type: AttiniLambdaInvoke, Parameters: {FunctionName.$: $.output.A, Payload.$: $}, End: true}`)), resourcePath())
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
		"no Parameters":             {states("A: {Type: AttiniLambdaInvoke, End: true}"), "required", ".States.A.Parameters"},
		"Parameters to come":        {invoke("Parameters: !Ref P"), "type", ".States.A.Parameters"},
		"no FunctionName":           {invoke("Parameters: {Payload: {}}"), "required", ".States.A.Parameters.FunctionName"},
		"an empty FunctionName":     {invoke("Parameters: {FunctionName: ''}"), "type", ".States.A.Parameters.FunctionName"},
		"no value for FunctionName": {invoke("Parameters: {FunctionName: !Ref AWS::NoValue}"), "required", ".States.A.Parameters.FunctionName"},
		"a number for Qualifier":    {invoke("Parameters: {FunctionName: f, Qualifier: 5}"), "type", ".States.A.Parameters.Qualifier"},
		"two Payloads":              {invoke("Parameters: {FunctionName: f, Payload: x, Payload.$: $}"), "exclusive", `.States.A.Parameters["Payload.$"]`},
		"no path in the Payload":    {invoke("Parameters: {FunctionName: f, Payload: {a: [{b.$: 5}]}}"), "type", `.States.A.Parameters.Payload.a[0]["b.$"]`},
		"two values in the Payload": {invoke("Parameters: {FunctionName: f, Payload: {a: {b: 1, b.$: $.b}}}"), "exclusive", `.States.A.Parameters.Payload.a["b.$"]`},
		"a shell variable":          {invoke("Parameters: {FunctionName: !Sub 'f-${A:-b}'}"), "intrinsic", ".States.A.Parameters.FunctionName"},
		"a list in the Payload":     {invoke("Parameters: {FunctionName: f, Payload: !Split [',', x]}"), "intrinsic", ".States.A.Parameters.Payload"},
		"Resource":                  {invoke("Parameters: {FunctionName: f}, Resource: r"), "reserved", ".States.A.Resource"},
		"Arguments":                 {invoke("Parameters: {FunctionName: f}, Arguments: {}"), "query-language", ".States.A.Arguments"},
		"a misspelt key":            {invoke("Parameters: {FunctionName: f}, ResultPaht: $"), "unknown-property", ".States.A.ResultPaht"},
		"JSONata around it":         {"QueryLanguage: JSONata\n" + invoke("Parameters: {FunctionName: f}"), "query-language", ".States.A.Parameters"},
		"a timeout to come":         {invoke("Parameters: {FunctionName: f}, TimeoutSeconds: '{% 5 %}'"), "number", ".States.A.TimeoutSeconds"},
		"two FunctionNames":         {invoke("Parameters: {FunctionName: f, FunctionName.$: $.f}"), "exclusive", `.States.A.Parameters["FunctionName.$"]`},
		"an unknown parameter":      {invoke("Parameters: {FunctionName: f, Paylod: {}}"), "unknown-property", ".States.A.Parameters.Paylod"},
		"an unknown InvocationType": {invoke("Parameters: {FunctionName: f, InvocationType: Async}"), "type", ".States.A.Parameters.InvocationType"},
		"a long ClientContext":      {invoke("Parameters: {FunctionName: f, ClientContext: " + strings.Repeat("x", 3584) + "}"), "range", ".States.A.Parameters.ClientContext"},
		"a path that is none":       {invoke("Parameters: {FunctionName: f, Payload.$: payload}"), "path", `.States.A.Parameters["Payload.$"]`},
		"Properties":                {invoke("Parameters: {FunctionName: f}, Properties: {}"), "reserved", ".States.A.Properties"},
		"JSONata":                   {invoke("Parameters: {FunctionName: f}, QueryLanguage: JSONata"), "query-language", ".States.A.Parameters"},
		"no FunctionName there":     {invoke("Arguments: {Payload: '{% 1 %}'}, QueryLanguage: JSONata"), "required", ".States.A.Arguments.FunctionName"},
		"broken expression":         {invoke("Arguments: {FunctionName: '{% ( %}'}, QueryLanguage: JSONata"), "expression", ".States.A.Arguments.FunctionName"},
	})
}
