package system_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// stackRole is a service role that steps may give to stacks.
const stackRole = "arn:aws:iam::" + fakeaws.Account + ":role/attini-stacks/shop"

// stepsPlan deploys a plan of steps, which need no Runner, with a distribution that has
// files.
func (a *account) stepsPlan(t testing.TB, files map[string]string, steps ...object) *stack {
	t.Helper()
	distribution := "d" + strings.ReplaceAll(uuid.NewString(), "-", "")[:10]
	for name, text := range files {
		_, err := a.objects.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String("attini-artifact-store-" + fakeaws.Region + "-" + fakeaws.Account),
			Key:    aws.String("dev/" + distribution + "/1/distribution-origin/" + name), Body: bytes.NewReader([]byte(text)),
		})
		require.NoError(t, err)
	}
	text, err := json.Marshal(object{
		"Transform":  []string{"AttiniDeploymentPlan", "AWS::Serverless-2016-10-31"},
		"Parameters": object{"AttiniEnvironmentName": object{"Type": "String", "Default": "dev"}, "AttiniDistributionName": object{"Type": "String", "Default": distribution}, "AttiniDistributionId": object{"Type": "String", "Default": "1"}},
		"Resources":  object{"Plan": object{"Type": "Attini::Deploy::DeploymentPlan", "Properties": object{"DeploymentPlan": steps}}},
	})
	require.NoError(t, err)
	return a.deploy(t, string(text))
}

// played is the name of a stack that is played whole.
func played(t testing.TB) string {
	t.Helper()
	return "played-" + strings.ReplaceAll(uuid.NewString(), "-", "")[:10]
}

func cfnStep(name, stack string, properties object) object {
	all := object{"StackName": stack, "StackRoleArn": stackRole}
	for key, value := range properties {
		all[key] = value
	}
	return object{"Name": name, "Type": "AttiniCfn", "Properties": all}
}

const (
	goodTemplate = `
Parameters: {Size: {Type: Number}, AttiniEnvironmentName: {Type: String}}
Resources: {Topic: {Type: AWS::SNS::Topic}}
Outputs: {Size: {Value: !Ref Size}, Region: {Value: !Ref AWS::Region}, Environment: {Value: !Ref AttiniEnvironmentName}}`
	badTemplate = `
Parameters: {Size: {Type: Number}}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Table: {Type: AWS::DynamoDB::Table, Metadata: {Fails: Table already exists}}`
)

// TestStackSteps: what becomes of a stack, step by step: created, the same, updated, in
// another region, failed and rolled back, created anew, updated in vain, deleted.
func TestStackSteps(t *testing.T) {
	t.Parallel()
	name, broken := played(t), played(t)
	failing := cfnStep("Fails", broken, object{"Template": "/bad.yaml", "Parameters": object{"Size": 1}})
	failing["Catch"] = []object{{"ErrorEquals": []string{"CREATE_FAILED"}, "ResultPath": "$.output.Failure", "Next": "Anew"}}
	breaking := cfnStep("Breaks", broken, object{"Template": "/bad.yaml", "Parameters": object{"Size": 3}})
	breaking["Catch"] = []object{{"ErrorEquals": []string{"UPDATE_FAILED"}, "ResultPath": "$.output.Break", "Next": "Gone"}}
	s := open(t).stepsPlan(t, map[string]string{
		"good.yaml": goodTemplate, "bad.yaml": badTemplate, "config/all.yaml": "parameters: {Size: 7, Unknown: dropped}\ntags: {Team: core}\n",
		"config/dev.yaml": "extends: /config/all.yaml\nstackName: " + name + "\ntemplate: /good.yaml\nstackRoleArn: " + stackRole + "\n",
	},
		cfnStep("Create", name, object{"Template": "/good.yaml", "Parameters": object{"Size": 5}}),
		cfnStep("Same", name, object{"Template": "good.yaml", "Parameters": object{"Size": 5}}),
		object{"Name": "Update", "Type": "AttiniCfn", "Properties": object{"ConfigFile": "/config/${env}.yaml", "Variables": object{"env": "dev"}, "OutputPath": "Db"}},
		cfnStep("Far", played(t), object{"Template": "/good.yaml", "Parameters": object{"Size": 5}, "Region": "eu-central-1"}),
		failing,
		cfnStep("Anew", broken, object{"Template": "/good.yaml", "Parameters": object{"Size": 2}}),
		breaking,
		cfnStep("Gone", broken, object{"Action": "Delete"}),
		cfnStep("GoneAlready", played(t), object{"Action": "Delete"}),
	)
	payload := s.output(t, s.first(t))
	of := func(size, region string) map[string]any {
		return map[string]any{"Size": size, "Region": region, "Environment": "dev"}
	}
	assert.Equal(t, of("5", fakeaws.Region), outputOf(t, payload, "Create"))
	assert.Equal(t, of("5", fakeaws.Region), outputOf(t, payload, "Same"))
	assert.Equal(t, map[string]any{"Db": of("7", fakeaws.Region)}, outputOf(t, payload, "Update"))
	assert.Equal(t, of("5", "eu-central-1"), outputOf(t, payload, "Far"))
	failure, _ := outputOf(t, payload, "Failure").(map[string]any)
	assert.Equal(t, "CREATE_FAILED", failure["Error"])
	assert.Contains(t, failure["Cause"], "Table (AWS::DynamoDB::Table): Table already exists")
	assert.Equal(t, of("2", fakeaws.Region), outputOf(t, payload, "Anew"))
	failure, _ = outputOf(t, payload, "Break").(map[string]any)
	assert.Contains(t, failure["Cause"], "Table (AWS::DynamoDB::Table): Table already exists")
	assert.Equal(t, map[string]any{}, outputOf(t, payload, "Gone"))
	assert.Equal(t, map[string]any{}, outputOf(t, payload, "GoneAlready"))
	assert.Equal(t, "core", s.cfnFake.Tags(name)["Team"])
	var operations []string
	for _, event := range s.cfnFake.Played(broken) {
		if logical, status, _ := strings.Cut(event, " "); logical == broken {
			operations = append(operations, status)
		}
	}
	assert.Equal(t, []string{
		"CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE",
		"CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE",
		"DELETE_IN_PROGRESS", "DELETE_COMPLETE",
	}, operations)
}

// TestStackFailures: what a step's user sees of what cannot be.
func TestStackFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		properties  object
		error, says string
	}{
		"missing permission": {object{"Template": "/good.yaml", "Parameters": object{"Size": 1}, "StackRoleArn": "arn:aws:iam::" + fakeaws.Account + ":role/admin"}, "AccessDenied", "iam:PassRole"},
		"another account":    {object{"Template": "/good.yaml", "Parameters": object{"Size": 1}, "ExecutionRoleArn": "arn:aws:iam::999999999999:role/deploy"}, "AccessDenied", "sts:AssumeRole"},
		"missing parameter":  {object{"Template": "/good.yaml"}, "StackConfigError", "Size"},
		"missing template":   {object{"Template": "/none.yaml"}, "StackConfigError", "/none.yaml"},
		"broken template":    {object{"Template": "/broken.yaml"}, "StackConfigError", "Template format error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t).stepsPlan(t, map[string]string{"good.yaml": goodTemplate, "broken.yaml": "Resources: ["}, cfnStep("Step", played(t), test.properties))
			found, cause := s.failure(t, s.first(t))
			assert.Equal(t, test.error, found)
			assert.Contains(t, cause, test.says)
		})
	}
}

// TestManyStacks: fifty stacks at once, and two steps that want one stack.
func TestManyStacks(t *testing.T) {
	t.Parallel()
	shared := played(t)
	var items []string
	for range 50 {
		items = append(items, played(t))
	}
	branch := func(name string, size int) []object {
		return []object{cfnStep(name, shared, object{"Template": "/good.yaml", "Parameters": object{"Size": size}})}
	}
	list, err := json.Marshal(items)
	require.NoError(t, err)
	s := open(t).stepsPlan(t, map[string]string{"good.yaml": goodTemplate},
		object{"Name": "Names", "Type": "Pass", "Result": json.RawMessage(list), "ResultPath": "$.names"},
		object{
			"Name": "Each", "Type": "Map", "ItemsPath": "$.names", "ResultPath": "$.each",
			"ItemSelector":  object{"name.$": "$$.Map.Item.Value", "deploymentOriginData.$": "$.deploymentOriginData", "output": object{}},
			"ItemProcessor": []object{{"Name": "Stack", "Type": "AttiniCfn", "Properties": object{"StackName.$": "$.name", "Template": "/good.yaml", "Parameters": object{"Size": 1}, "StackRoleArn": stackRole}}},
		},
		object{"Name": "Both", "Type": "Parallel", "Branches": [][]object{branch("First", 1), branch("Second", 2)}},
	)
	end := s.endedWithin(t, s.first(t), 3*time.Minute)
	require.Equal(t, "SUCCEEDED", string(end.Status), "%s: %s", aws.ToString(end.Error), aws.ToString(end.Cause))
	var payload map[string]any
	require.NoError(t, json.Unmarshal([]byte(aws.ToString(end.Output)), &payload))
	assert.Len(t, payload["each"], 50)
	first, _ := outputOf(t, payload, "First").(map[string]any)
	second, _ := outputOf(t, payload, "Second").(map[string]any)
	assert.Equal(t, []any{"1", "2"}, []any{first["Size"], second["Size"]})
}

// TestStackBusy: a step waits for an operation of another plan, and then has its own.
func TestStackBusy(t *testing.T) {
	t.Parallel()
	name := played(t)
	slow := strings.Replace(goodTemplate, "AWS::SNS::Topic", "AWS::SNS::Topic, Metadata: {Takes: 3000}", 1)
	first := open(t).stepsPlan(t, map[string]string{"slow.yaml": slow}, cfnStep("Step", name, object{"Template": "/slow.yaml", "Parameters": object{"Size": 1}}))
	begun := first.first(t)
	require.Eventually(t, func() bool { return len(first.cfnFake.Played(name)) > 0 }, soon, tick)
	second := open(t).stepsPlan(t, map[string]string{"good.yaml": goodTemplate}, cfnStep("Step", name, object{"Template": "/good.yaml", "Parameters": object{"Size": 2}}))
	assert.Equal(t, "2", outputOf(t, second.output(t, second.first(t)), "Step").(map[string]any)["Size"])
	assert.Equal(t, "1", outputOf(t, first.output(t, begun), "Step").(map[string]any)["Size"])
	assert.Equal(t, []string{
		name + " CREATE_IN_PROGRESS", "Topic CREATE_COMPLETE", name + " CREATE_COMPLETE",
		name + " UPDATE_IN_PROGRESS", "Topic UPDATE_COMPLETE", name + " UPDATE_COMPLETE",
	}, first.cfnFake.Played(name))
}

// TestStackEventLost: the step's next attempt, after its heartbeat timeout, answers from
// CloudFormation's own state.
func TestStackEventLost(t *testing.T) {
	t.Parallel()
	name := played(t) + "-silent"
	step := cfnStep("Step", name, object{"Template": "/good.yaml", "Parameters": object{"Size": 1}})
	step["HeartbeatSeconds"] = 3
	s := open(t).stepsPlan(t, map[string]string{"good.yaml": goodTemplate}, step)
	assert.Equal(t, "1", outputOf(t, s.output(t, s.first(t)), "Step").(map[string]any)["Size"])
	assert.Equal(t, 1, strings.Count(strings.Join(s.cfnFake.Played(name), "\n"), "CREATE_IN_PROGRESS"), "one operation")
}

// TestStackStopped: a stopped execution leaves the stack to finish, and the log says so.
func TestStackStopped(t *testing.T) {
	t.Parallel()
	name := played(t)
	slow := strings.Replace(goodTemplate, "AWS::SNS::Topic", "AWS::SNS::Topic, Metadata: {Takes: 3000}", 1)
	s := open(t).stepsPlan(t, map[string]string{"slow.yaml": slow}, cfnStep("Step", name, object{"Template": "/slow.yaml", "Parameters": object{"Size": 1}}))
	execution := s.first(t)
	require.Eventually(t, func() bool { return len(s.cfnFake.Played(name)) > 0 }, soon, tick)
	_, err := s.states.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return strings.Contains(strings.Join(s.cfnFake.Played(name), "\n"), "CREATE_COMPLETE") && logged(s.logs[launcherName].String(), name, "its step does not wait")
	}, soon, tick, "the log does not say how the stack has ended")
}

func logged(log string, words ...string) bool {
	for line := range strings.Lines(log) {
		all := true
		for _, word := range words {
			all = all && strings.Contains(line, word)
		}
		if all {
			return true
		}
	}
	return false
}
