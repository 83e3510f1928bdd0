package transform_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem/problemtest"
)

// steps is a template with the Runner R and a plan of the given states, which
// begins at A.
func steps(states string) string {
	return `
Resources:
  R: {Type: Attini::Deploy::Runner, Properties: {Image: debian}}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        StartAt: A
        States:
          ` + strings.ReplaceAll(strings.TrimSpace(states), "\n", "\n          ") + "\n"
}

// expanded are the resources that a sound template becomes.
func expanded(t *testing.T, template string) *cfn.Node {
	t.Helper()
	result, problems := expand(t, read(t, template))
	require.NoError(t, problems.Err())
	return result.Get("Resources")
}

func refused(t *testing.T, template string) string {
	t.Helper()
	result, problems := expand(t, read(t, template))
	require.Nil(t, result)
	return problemtest.Words(problems)
}

func machine(resources *cfn.Node) *cfn.Node {
	return resources.At("AttiniDeploymentPlanSfnPlan", "Properties", "Definition", "States")
}

const plainJob = "A: {Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}, End: true}"

// TestDefects: faults of the original macro that this one must not have.
func TestDefects(t *testing.T) {
	t.Parallel()

	t.Run("a lost job does not hang its step", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "300", machine(expanded(t, steps(plainJob))).At("A", "HeartbeatSeconds").Text)
		own := machine(expanded(t, steps("A: {Type: AttiniRunnerJob, HeartbeatSeconds: 60, TimeoutSeconds: 900, Properties: {Runner: R, Commands: [ls]}, End: true}")))
		assert.Equal(t, "60", own.At("A", "HeartbeatSeconds").Text)
		assert.Equal(t, "900", own.At("A", "TimeoutSeconds").Text)
	})

	t.Run("a step inside a Map has the default runner", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, `
Resources:
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: All, Type: Map, ItemProcessor: [{Name: One, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]}
`)
		assert.True(t, resources.Has("AttiniDefaultRunner"))
		one := machine(resources).At("All", "ItemProcessor", "States", "One", "Parameters", "Payload", "RunnerConfig")
		assert.Equal(t, "${AttiniRunnerAttiniDefaultRunner}", one.Text)
	})

	t.Run("Runner.$ is refused", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, refused(t, steps("A: {Type: AttiniRunnerJob, Properties: {Runner.$: $.runner, Commands: [ls]}, End: true}")),
			"Runner.$: the Runner must be known when the template is expanded")
	})

	t.Run("Parameters, ResultPath and odd names", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, refused(t, steps("A: {Type: AttiniRunnerJob, Parameters: {}, Properties: {Runner: R, Commands: [ls]}, End: true}")),
			"Parameters: cannot be given on an AttiniRunnerJob, which makes its own")
		states := machine(expanded(t, steps(`
A: {Type: AttiniRunnerJob, ResultPath: $.mine, Properties: {Runner: R, Commands: [ls]}, Next: it's odd}
it's odd: {Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}, End: true}`)))
		assert.Equal(t, "$.mine", states.At("A", "ResultPath").Text)
		assert.Equal(t, `$.output['it\'s odd']`, states.At("it's odd", "ResultPath").Text)
	})

	t.Run("every transition into a step is followed", func(t *testing.T) {
		t.Parallel()
		states := machine(expanded(t, steps(`
A: {Type: Choice, Choices: [{Variable: $.x, IsPresent: true, Next: B}], Default: C}
B: {Type: AttiniRunnerJob, Catch: [{ErrorEquals: [States.ALL], Next: C}], Properties: {Runner: R, Commands: [ls]}, End: true}
C: {Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}, End: true}`)))
		assert.Equal(t, "B", states.At("A", "Choices").Items[0].Get("Next").Text)
		assert.Equal(t, "C", states.At("B", "Catch").Items[0].Get("Next").Text)
		lost := refused(t, steps(`
A: {Type: Choice, Choices: [{Variable: $.x, IsPresent: true, Next: Z1}], Default: B}
B: {Type: AttiniRunnerJob, Catch: [{ErrorEquals: [States.ALL], Next: Z2}], Properties: {Runner: R, Commands: [ls]}, End: true}`))
		assert.Contains(t, lost, `"Z1" does not exist at this level`)
		assert.Contains(t, lost, `"Z2" does not exist at this level`)
	})

	t.Run("ItemProcessor, and errors that name the step", func(t *testing.T) {
		t.Parallel()
		states := machine(expanded(t, steps(`
A: {Type: Map, ItemProcessor: {StartAt: B, States: {B: {Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}, End: true}}}, End: true}`)))
		assert.Equal(t, "Task", states.At("A", "ItemProcessor", "States", "B", "Type").Text)
		assert.Contains(t, refused(t, steps("A: {Type: Map, End: true}")), `Step "A": ItemProcessor is required`)
		assert.Contains(t, refused(t, steps("A: {Type: Parallel, End: true}")), `Step "A": Branches is required`)
	})

	t.Run("a resource without Type is named", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, refused(t, steps(plainJob)+"  Odd: {Properties: {}}\n"), `Resource "Odd": has no Type`)
	})

	t.Run("Fn::ForEach stays", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, steps(plainJob)+"  'Fn::ForEach::T': [X, [a, b], {'T${X}': {Type: AWS::SNS::Topic}}]\n")
		assert.Len(t, resources.Get("Fn::ForEach::T").Items, 3)
	})

	t.Run("resource attributes are copied to the generated resources", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, `
Conditions: {Always: !Equals [a, a]}
Resources:
  Other: {Type: AWS::SNS::Topic}
  R:
    Type: Attini::Deploy::Runner
    Condition: Always
    DependsOn: Other
    DeletionPolicy: Retain
    Metadata: {a: b}
    Properties: {Image: debian, Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Condition: Always
    DependsOn: [Other]
    DeletionPolicy: Retain
    Metadata: {c: d}
    Properties: {DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}}]}
`)
		count := 0
		for _, resource := range resources.Fields {
			if resource.Key == "Other" {
				continue
			}
			count++
			assert.Equal(t, "Always", resource.Value.Get("Condition").Text, resource.Key)
			assert.Equal(t, "Retain", resource.Value.Get("DeletionPolicy").Text, resource.Key)
		}
		assert.Equal(t, 12, count)
		assert.Equal(t, "Other", resources.At("R", "DependsOn").Text)
		assert.Equal(t, "b", resources.At("R", "Metadata", "a").Text)
		assert.Equal(t, "Other", resources.At("AttiniDeploymentPlanSfnPlan", "DependsOn").Items[0].Text)
		assert.Equal(t, "d", resources.At("AttiniDeploymentPlanSfnPlan", "Metadata", "c").Text)
		assert.True(t, resources.At("AttiniDeploymentPlanSfnPlan", "Metadata").Has("AttiniSteps"))
	})

	t.Run("the user's own default runner stays, and name clashes are reported", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, `
Resources:
  AttiniDefaultRunner: {Type: Attini::Deploy::Runner, Properties: {Image: mine}}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties: {DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]}
`)
		assert.Equal(t, "mine", resources.At("AttiniDefaultRunnerTaskDefinition", "Properties", "ContainerDefinitions").Items[0].Get("Image").Text)
		assert.Contains(t, refused(t, steps(plainJob)+"  RLogGroup: {Type: AWS::Logs::LogGroup}\n"),
			`"R" becomes a resource of this name, but the template declares a resource of that name | Rename one of the two.`)
	})

	t.Run("an AppDeploymentPlan beside the plan is refused", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, refused(t, steps(plainJob)+"  App: {Type: Attini::Deploy::AppDeploymentPlan}\n"), "Attini::Deploy::AppDeploymentPlan is not supported")
	})

	t.Run("optional properties can be left out, required ones are checked", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, around("AwsVpcConfiguration: {Subnets: subnet-1}", "", ""))
		assert.False(t, resources.Has("AttiniRunnerSecurityGroupBuild"))
		assert.Contains(t, refused(t, around("Ec2Configuration: {Ami: AmazonLinux2023}", "", "")), "Ec2Configuration.InstanceType: is required")
	})

	t.Run("the default VPC is looked up once, and its subnets are sorted", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, hostsTemplate)
		for _, name := range []string{"Small", "Same", "Arm", "Own"} {
			subnets := resources.At(name, "Properties", "Configuration", "AwsVpcConfiguration", "Subnets")
			require.Len(t, subnets.Items, 3, name)
			assert.Equal(t, "subnet-0aaaaaaaaaaaaaaa1", subnets.Items[0].Text)
		}
	})

	t.Run("nothing is random, and every change changes the trigger", func(t *testing.T) {
		t.Parallel()
		digest := func(template string) string {
			return expanded(t, template).At("AttiniDeploymentPlanSfnPlanTrigger", "Properties", "TemplateDigest").Text
		}
		assert.Equal(t, digest(steps(plainJob)), digest(steps(plainJob)))
		assert.NotEqual(t, digest(steps(plainJob)), digest(steps(plainJob)+"  T: {Type: AWS::SNS::Topic}\n"))
		assert.NotEqual(t, digest(steps(plainJob)), digest(steps(plainJob)+"Outputs: {X: {Value: y}}\n"))
	})

	t.Run("the queue is encrypted, keeps messages 14 days and has a dead-letter queue", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, steps(plainJob))
		queue := resources.At("AttiniRunnerQueueR", "Properties")
		assert.Equal(t, map[string]any{"Fn::GetAtt": []any{"AttiniRunnerDeadLetterQueueR", "Arn"}}, queue.At("RedrivePolicy", "deadLetterTargetArn").Value())
		assert.Equal(t, "60", queue.Get("VisibilityTimeout").Text)
		for _, name := range []string{"AttiniRunnerQueueR", "AttiniRunnerDeadLetterQueueR"} {
			assert.Equal(t, "true", resources.At(name, "Properties", "SqsManagedSseEnabled").Text, name)
			assert.Equal(t, "true", resources.At(name, "Properties", "FifoQueue").Text, name)
		}
	})
}

// TestPageRows: where the original's source and the documentation differ, ours
// follows the documentation.
func TestPageRows(t *testing.T) {
	t.Parallel()

	t.Run("Image makes the documented task definition", func(t *testing.T) {
		t.Parallel()
		definition := expanded(t, around("Image: debian", "", "")).At("BuildTaskDefinition", "Properties")
		assert.Equal(t, "512", definition.Get("Cpu").Text)
		assert.Equal(t, "3072", definition.Get("Memory").Text)
		assert.Equal(t, "awsvpc", definition.Get("NetworkMode").Text)
		assert.Equal(t, "FARGATE", definition.Get("RequiresCompatibilities").Items[0].Text)
		container := definition.Get("ContainerDefinitions").Items[0]
		assert.Equal(t, "Container", container.Get("Name").Text)
		assert.Equal(t, "awslogs", container.At("LogConfiguration", "LogDriver").Text)
		assert.Equal(t, "logs", container.At("LogConfiguration", "Options", "awslogs-stream-prefix").Text)
	})

	t.Run("with a host it is the host's kind, with the docker socket", func(t *testing.T) {
		t.Parallel()
		definition := expanded(t, around("Image: debian\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", "", "")).At("BuildTaskDefinition", "Properties")
		assert.Equal(t, "bridge", definition.Get("NetworkMode").Text)
		assert.Equal(t, "EC2", definition.Get("RequiresCompatibilities").Items[0].Text)
		assert.Equal(t, "/var/run/docker.sock", definition.Get("Volumes").Items[0].At("Host", "SourcePath").Text)
	})

	t.Run("neither makes none, for Fargate", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, around("Cpu: 512", "", ""))
		assert.False(t, resources.Has("BuildTaskDefinition"))
		assert.False(t, resources.At("Build", "Properties", "Configuration").Has("TaskDefinitionArn"), "the default is the lifecycle function's")
	})

	t.Run("AssignPublicIp is ENABLED where the network is the default one", func(t *testing.T) {
		t.Parallel()
		resources := expanded(t, around("Image: debian", "", ""))
		assert.Equal(t, "ENABLED", resources.At("Build", "Properties", "Configuration", "AwsVpcConfiguration", "AssignPublicIp").Text)
		group := resources.At("AttiniRunnerSecurityGroupBuild", "Properties")
		assert.False(t, group.Has("SecurityGroupIngress"), "nothing in")
		assert.False(t, group.Has("SecurityGroupEgress"), "everything out, which is what CloudFormation gives a group without rules")
	})

	t.Run("intrinsic functions work in every property", func(t *testing.T) {
		t.Parallel()
		configuration := expanded(t, around("EcsCluster: !Join ['-', [a, !ImportValue b]]\nRoleArn: !ImportValue role", "", "")).At("Build", "Properties", "Configuration")
		assert.Equal(t, map[string]any{"Fn::Join": []any{"-", []any{"a", map[string]any{"Fn::ImportValue": "b"}}}}, configuration.Get("EcsCluster").Value())
		assert.Equal(t, map[string]any{"Fn::ImportValue": "role"}, configuration.Get("RoleArn").Value())
	})
}

// TestInvokeAnswersUnderResult: plans that were written for the original read
// the function's answer there.
func TestInvokeAnswersUnderResult(t *testing.T) {
	t.Parallel()
	states := machine(expanded(t, steps(`
A: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f}, ResultSelector: !Ref AWS::NoValue, Next: B}
B: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f}, ResultSelector: {own.$: $.StatusCode}, End: true}`)))
	assert.JSONEq(t, `{"result.$": "$.Payload"}`, marshal(t, states.At("A", "ResultSelector")))
	assert.JSONEq(t, `{"own.$": "$.StatusCode"}`, marshal(t, states.At("B", "ResultSelector")))
}
