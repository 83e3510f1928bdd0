package localrun_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// TestDeploymentsOwnParameters: a framework gives a stack these parameters by itself, so a
// run needs no values for them. A Default, a list of values and a value of the user's win.
func TestDeploymentsOwnParameters(t *testing.T) {
	t.Parallel()
	const names = "Parameters: {AttiniEnvironmentName: {Type: String%s}, AttiniDistributionName: {Type: String}, AttiniDistributionId: {Type: String}}\n"
	const steps = "        - {Name: Say, Type: AttiniRunnerJob, Properties: {Environment: {N: !Sub '${AttiniEnvironmentName} ${AttiniDistributionName} ${AttiniDistributionId}'}, Commands: ['printf \"\\\"%s\\\"\" \"$N\" > \"$ATTINI_OUTPUT\"']}}\n"
	for name, test := range map[string]struct {
		declaration string
		given       map[string]string
		want, rule  string
	}{
		"nothing given": {"", nil, "local shop local", ""},
		"given":         {"", map[string]string{"AttiniEnvironmentName": "dev", "AttiniDistributionId": "7"}, "dev shop 7", ""},
		"default":       {", Default: test", nil, "test shop local", ""},
		"a choice":      {", AllowedValues: [dev, prod]", nil, "", "parameter-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deployment, problems := deploy(t, fmt.Sprintf(names, test.declaration)+plan(steps), localrun.Facts{Parameters: test.given})
			if test.rule != "" {
				require.NotEmpty(t, problems)
				assert.Equal(t, test.rule, problems[0].Rule)
				return
			}
			require.NoError(t, problems.Err())
			result, _ := runDeployment(t, t.Context(), deployment, nil)
			assert.Equal(t, test.want, outputs(t, result)["Say"])
		})
	}
}

// TestMockedCallsNeedNoFacts: what only AWS knows of a resource is asked for where a job
// uses it, and not for a call that a mock answers.
func TestMockedCallsNeedNoFacts(t *testing.T) {
	t.Parallel()
	const call = `
        - {Name: Task, Type: Task, Resource: !GetAtt Own.Arn, ResultPath: $.output.Task}
        - {Name: Invoke, Type: AttiniLambdaInvoke, Parameters: {FunctionName: !Ref Own, Payload: {Table: !Sub "${Own.Arn}-x"}}}
`
	const job = `        - {Name: Job, Type: AttiniRunnerJob, Properties: {Environment: {ARN: !GetAtt Own.Arn}, Commands: ['true']}}
`
	const function = "\n  Own: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.13, InlineCode: x}}\n"
	deployment, problems := deploy(t, plan(call)+function, localrun.Facts{})
	require.NoError(t, problems.Err())
	assert.Equal(t, []string{"Task (stack.Own.Arn)", "Invoke (arn:aws:states:::lambda:invoke)"}, deployment.Unanswered(localrun.Options{}))
	result, _ := runDeployment(t, t.Context(), deployment, func(o *localrun.Options) {
		o.Mocks = map[string]json.RawMessage{"Task": json.RawMessage("1"), "Invoke": json.RawMessage("2")}
	})
	assert.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)

	_, problems = deploy(t, plan(call+job)+function, localrun.Facts{})
	require.NotEmpty(t, problems)
	assert.Equal(t, "unknown-value", problems[0].Rule)
	_, problems = deploy(t, plan(call+job)+function, localrun.Facts{Lookups: localrun.Lookups{References: map[string]string{"Own.Arn": "arn:own"}}})
	require.NoError(t, problems.Err())
}

// TestTransitionsAreTheUsers: what the macro adds to a step needs no test of the user's.
func TestTransitionsAreTheUsers(t *testing.T) {
	t.Parallel()
	deployment, problems := deploy(t, plan(`
        - {Name: Stack, Type: AttiniCfn, Properties: {StackName: s, Template: /t.yaml}, Retry: [{ErrorEquals: [CREATE_FAILED]}]}
        - {Name: Approve, Type: AttiniManualApproval}
        - {Name: Job, Type: AttiniRunnerJob, Retry: [{ErrorEquals: [States.HeartbeatTimeout]}], Properties: {Commands: [ls]}}
`), localrun.Facts{})
	require.NoError(t, problems.Err())
	retried := map[string][]string{}
	for _, transition := range deployment.Transitions() {
		if strings.HasPrefix(transition.Via, "Retry[") {
			retried[transition.State] = append(retried[transition.State], transition.Errors...)
		}
	}
	assert.Equal(t, map[string][]string{"Stack": {"CREATE_FAILED"}, "Job": {"States.HeartbeatTimeout"}}, retried)
}
