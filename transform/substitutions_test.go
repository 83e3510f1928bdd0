package transform_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

const substituted = `
Parameters:
  Text: {Type: String, Default: a}
  Count: {Type: Number, Default: 1}
  Subnet: {Type: 'AWS::EC2::Subnet::Id', Default: subnet-1}
  Key: {Type: 'AWS::EC2::KeyPair::KeyName', Default: a}
  Group: {Type: 'AWS::EC2::SecurityGroup::GroupName', Default: a}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a}
Resources:
  Role: {Type: AWS::IAM::Role}
  Pair: {Type: AWS::EC2::KeyPair}
  Stack: {Type: AWS::CloudFormation::Stack}
  Own: {Type: Custom::Thing}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        StartAt: A
        States: {A: STEP}
`

func expandPlan(t *testing.T, step string) *cfn.Node {
	t.Helper()
	template, problems := cfn.Read([]byte(strings.Replace(substituted, "STEP", step, 1)))
	require.Empty(t, problems)
	expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template})
	require.NoError(t, problems.Err())
	return expanded.At("Resources", transform.StateMachineID("Plan"), "Properties")
}

// TestWhatNeedsNoEscape: a value is escaped unless AWS says that it has no quotes,
// backslashes or line breaks.
func TestWhatNeedsNoEscape(t *testing.T) {
	t.Parallel()
	for value, escaped := range map[string]bool{
		"!Ref AWS::Region": false, "!Ref Text": true, "!Ref Count": false, "!Ref Subnet": false, "!Ref Stored": true,
		"!Ref Key": true, "!Ref Group": true, "!Ref Pair": true,
		"!Ref Role": false, "!Ref Stack": true, "!Ref Own": true,
		"!GetAtt Role.Arn": false, "!GetAtt Role.RoleId": true, "!GetAtt Own.Arn": true, "!GetAtt Stack.Outputs.Arn": true,
		"!Base64 {Ref: Text}": false, "!ImportValue x": true, "!Select [0, [a]]": true,
	} {
		properties := expandPlan(t, "{Type: Pass, Result: {v: "+value+"}, End: true}")
		given := properties.At("DefinitionSubstitutions", "AttiniValue1")
		require.NotNil(t, given, value)
		assert.Equal(t, escaped, given.Has("Fn::Join"), value)
	}
}

// TestHeartbeatIsShorterThanTheTimeout: Step Functions refuses one that is not.
func TestHeartbeatIsShorterThanTheTimeout(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]int{
		"Comment: a": 300, "TimeoutSeconds: 301": 300, "TimeoutSeconds: 300": 0, "TimeoutSeconds: 1": 0,
		"TimeoutSecondsPath: $.t": 0, "HeartbeatSecondsPath: $.h": 0, "HeartbeatSeconds: 60, TimeoutSeconds: 90": 60,
	} {
		properties := expandPlan(t, "{Type: AttiniRunnerJob, Properties: {Commands: [ls]}, End: true, "+keys+"}")
		found := properties.At("Definition", "States", "A", "HeartbeatSeconds")
		if want == 0 {
			assert.Nil(t, found, keys)
			continue
		}
		require.NotNil(t, found, keys)
		assert.Equal(t, strconv.Itoa(want), found.Text, keys)
	}
}

// TestInvokePayload: the function gets the step's input unless the step says what
// it gets.
func TestInvokePayload(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": `{"FunctionName":"f","Payload.$":"$"}`, ", Payload: {a: 1}": `{"FunctionName":"f","Payload":{"a":1}}`,
		", Payload.$: $.a": `{"FunctionName":"f","Payload.$":"$.a"}`, ", Payload: !Ref AWS::NoValue": `{"FunctionName":"f","Payload.$":"$"}`,
	} {
		properties := expandPlan(t, "{Type: AttiniLambdaInvoke, Parameters: {FunctionName: f"+given+"}, End: true}")
		text, err := properties.At("Definition", "States", "A", "Parameters").MarshalJSON()
		require.NoError(t, err)
		assert.JSONEq(t, want, string(text), given)
	}
}
