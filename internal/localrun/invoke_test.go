package localrun_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// written is an expanded template by hand: what an AttiniLambdaInvoke becomes,
// and calls that only look like the launcher's.
const written = `
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Tags: {AttiniProvider: DeploymentPlan}
      Definition:
        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: !GetAtt Own.Arn, "Payload.$": $}
            ResultSelector: {"result.$": $.Payload}
            ResultPath: $.output.Ask
            Next: Fork
          Fork:
            Type: Parallel
            Branches:
              - StartAt: Tell
                States:
                  Tell:
                    Type: Task
                    Resource: arn:aws:states:::lambda:invoke
                    Parameters: {FunctionName: own, InvocationType: Event, Payload: {attiniActionType: ExecuteRunner}}
                    End: true
              - StartAt: Approve
                States:
                  Approve:
                    Type: Task
                    Resource: arn:aws:states:::lambda:invoke.waitForTaskToken
                    Parameters: {FunctionName: attini-action, Payload: {attiniActionType: DeployCdk}}
                    End: true
            End: true
`

func TestInvokedFunctionsNeedAnswers(t *testing.T) {
	t.Parallel()
	expanded, problems := cfn.Read([]byte(written))
	require.NoError(t, problems.Err())
	deployment, problems := localrun.Deploy(expanded, expanded, localrun.Facts{
		Region: localrun.DefaultRegion, Account: localrun.DefaultAccount, StackName: localrun.DefaultStackName,
		Lookups: localrun.Lookups{References: map[string]string{"Own.Arn": "arn:aws:lambda:eu-west-1:000000000000:function:own"}},
	})
	require.NoError(t, problems.Err())
	const (
		ask     = "Ask (arn:aws:states:::lambda:invoke)"
		tell    = "Tell (arn:aws:states:::lambda:invoke)"
		approve = "Approve (arn:aws:states:::lambda:invoke.waitForTaskToken)"
	)
	assert.Equal(t, []string{ask, tell, approve}, deployment.Unanswered(localrun.Options{}))
	assert.Equal(t, []string{ask}, deployment.Unanswered(localrun.Options{Steps: []string{"Ask"}}))
	mocks := map[string]json.RawMessage{"Ask": json.RawMessage(`{"answer": 42}`), "Tell": json.RawMessage(`null`), "Approve": json.RawMessage(`{"by": "me"}`)}
	assert.Empty(t, deployment.Unanswered(localrun.Options{Mocks: mocks}))

	result, _ := runDeployment(t, t.Context(), deployment, func(o *localrun.Options) { o.Mocks = mocks })
	require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
	assert.JSONEq(t, `[{"ExecutedVersion": "$LATEST", "Payload": null, "StatusCode": 200}, {"by": "me"}]`, string(result.Output))
}

func TestUnansweredInvokeFails(t *testing.T) {
	t.Parallel()
	result, _ := run(t, t.Context(), plan("        - {Name: Ask, Type: AttiniLambdaInvoke, Parameters: {FunctionName: own, Payload: {attiniActionType: MergeOutput}}}\n"), nil)
	assert.Equal(t, runevents.Failed, result.Status)
	assert.Equal(t, asl.Runtime, result.Error.Name)
	assert.Equal(t, "arn:aws:states:::lambda:invoke is not available on this machine; answer the step with --mock Ask=FILE or in the file of --mocks", result.Error.Cause)
}

// TestInvokeStep runs an AttiniLambdaInvoke as it is expanded: its mock is
// what the function answers, which comes under result in the step's output.
func TestInvokeStep(t *testing.T) {
	t.Parallel()
	deployment, problems := deploy(t, plan(`
        - {Name: Ask it, Type: AttiniLambdaInvoke, Parameters: {FunctionName: own}}
        - {Name: Pick, Type: AttiniLambdaInvoke, Parameters: {FunctionName: own, Payload: {a.$: "$.output['Ask it'].result.answer"}}, ResultSelector: {it.$: $.Payload}, ResultPath: $.picked}
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Environment: {ANSWER.$: $.picked.it}, Commands: ['echo "\"$ANSWER\"" > "$ATTINI_OUTPUT"']}}
`), localrun.Facts{})
	require.NoError(t, problems.Err())
	assert.Equal(t, []string{"Ask it (arn:aws:states:::lambda:invoke)", "Pick (arn:aws:states:::lambda:invoke)"}, deployment.Unanswered(localrun.Options{}))

	result, _ := runDeployment(t, t.Context(), deployment, func(o *localrun.Options) {
		o.Mocks = map[string]json.RawMessage{"Ask it": json.RawMessage(`{"answer": 42}`), "Pick": json.RawMessage(`"yes"`)}
	})
	assert.Equal(t, map[string]any{
		"Ask it": map[string]any{"result": map[string]any{"answer": float64(42)}},
		"Job":    "yes",
	}, outputs(t, result))
}
