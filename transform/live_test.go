package transform_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

// replacing are the properties of which CloudFormation's reference says "Update
// requires: Replacement", for the types that a live stack must not lose.
func replacing() map[string][]string {
	return map[string][]string{
		"AWS::SQS::Queue":         {"FifoQueue", "QueueName"},
		"AWS::EC2::SecurityGroup": {"GroupDescription", "GroupName", "VpcId"},
		"AWS::Logs::LogGroup":     {"LogGroupName"},
		"AWS::ECS::TaskDefinition": {
			"ContainerDefinitions", "Cpu", "EphemeralStorage", "ExecutionRoleArn", "Family", "InferenceAccelerators", "IpcMode",
			"Memory", "NetworkMode", "PidMode", "PlacementConstraints", "ProxyConfiguration", "RequiresCompatibilities",
			"RuntimePlatform", "TaskRoleArn", "Volumes",
		},
		// SAM's names of StateMachineName and StateMachineType.
		"AWS::Serverless::StateMachine": {"Name", "Type"},
		// A custom resource may not change its function at all.
		"Custom::AttiniDeploymentPlanTrigger": {"ServiceToken"},
		"AWS::Events::Rule":                   {"Name", "EventBusName"},
	}
}

// TestLiveStackMoves: a stack that the original macro expanded, of which
// testdata/live/original.json has what contract and documentation say, keeps
// all of its resources. The one difference is deliberate (decision 0011).
func TestLiveStackMoves(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/live/template.yaml")
	require.NoError(t, err)
	template := read(t, string(text))
	text, err = os.ReadFile("testdata/live/original.json")
	require.NoError(t, err)
	original := read(t, string(text))
	expanded, problems := transform.Expand(t.Context(), transform.Request{
		Template: template, Account: facts(t).Account(), Values: pseudo(), DefaultImage: "the.registry/default-runner:1",
	})
	require.NoError(t, problems.Err())

	kept := 0
	for _, before := range original.Get("Resources").Fields {
		t.Run(before.Key, func(t *testing.T) {
			after := expanded.At("Resources", before.Key)
			require.NotNil(t, after, "the logical id is kept")
			kind := before.Value.Get("Type").Text
			require.Equal(t, kind, after.Get("Type").Text)
			properties, known := replacing()[kind]
			require.True(t, known, "the properties of %s that replace it", kind)
			for _, property := range properties {
				want, got := live(t, before.Value, property), live(t, after, property)
				if kind == "AWS::ECS::TaskDefinition" && property == "ContainerDefinitions" {
					options, _ := got.([]any)[0].(map[string]any)["LogConfiguration"].(map[string]any)["Options"].(map[string]any)
					assert.Equal(t, "blocking", options["mode"])
					delete(options, "mode")
				}
				assert.Equal(t, want, got, property)
			}
		})
		kept++
	}
	assert.Equal(t, 17, kept)
}

// live is a property as it stands in the account: resolved, its scalars as
// CloudFormation compares them.
func live(t *testing.T, resource *cfn.Node, property string) any {
	t.Helper()
	value := resource.At("Properties", property)
	if value == nil {
		return nil
	}
	evaluator, problems := cfn.NewEvaluator(cfn.Obj(), cfn.Values{
		Pseudo: map[string]string{
			"AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::Partition": "aws", "AWS::StackName": "shop",
		},
		References: map[string]string{"BuildLogGroup": "b", "SecureLogGroup": "s", "HostLogGroup": "h"},
	})
	require.NoError(t, problems.Err())
	resolved, problems := evaluator.Evaluate(value, cfn.Path{})
	require.NoError(t, problems.Err())
	return plain(resolved)
}

func plain(n *cfn.Node) any {
	switch n.Kind {
	case cfn.List:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = plain(item)
		}
		return items
	case cfn.Map:
		fields := map[string]any{}
		for _, field := range n.Fields {
			fields[field.Key] = plain(field.Value)
		}
		return fields
	default:
		return strings.ToLower(n.Text)
	}
}
