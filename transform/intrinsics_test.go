package transform_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
	"github.com/attini-go/runner/transform"
)

// TestIntrinsicsInEveryProperty: every property may be a function, lists too.
// What CloudFormation makes of the configuration is read as it is by the one
// who gets it.
func TestIntrinsicsInEveryProperty(t *testing.T) {
	t.Parallel()
	template := read(t, `
Parameters:
  Ids: {Type: List<AWS::EC2::Subnet::Id>}
  Groups: {Type: String}
  Memory: {Type: Number}
  Tools: {Type: CommaDelimitedList, Default: "apt-get update,apt-get install jq"}
Conditions:
  Big: !Equals [!Ref Memory, 4096]
  Never: !Equals [a, b]
Mappings: {Levels: {eu-west-1: {Level: DEBUG}}}
Resources:
  Role: {Type: AWS::IAM::Role}
  Build:
    Type: Attini::Deploy::Runner
    Properties:
      TaskDefinitionArn: !Sub "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:task-definition/build:3"
      ContainerName: !Join ["-", [main, !Select [0, !Split [",", "a,b"]]]]
      EcsCluster: !ImportValue cluster
      RoleArn: !GetAtt Role.Arn
      Memory: !Ref Memory
      Cpu: !If [Big, 1024, 512]
      RunnerConfiguration:
        MaxConcurrentJobs: !If [Big, 10, !Ref "AWS::NoValue"]
        IdleTimeToLive: !If [Never, 60, !Ref "AWS::NoValue"]
        LogLevel: !FindInMap [Levels, !Ref "AWS::Region", Level]
      AwsVpcConfiguration:
        Subnets: !Ref Ids
        SecurityGroups: !Split [",", !Ref Groups]
        AssignPublicIp: !If [Big, DISABLED, ENABLED]
      Startup:
        Commands: [!Select [0, !Ref Tools], !If [Never, "no", !Ref "AWS::NoValue"], !Sub "echo ${AWS::StackName}"]
        CommandsTimeout: "{{resolve:ssm:/timeout}}"
`+job("Build"))
	values := cfn.Values{
		Parameters: map[string]string{"Ids": "subnet-1,subnet-2", "Groups": "sg-1,sg-2", "Memory": "4096"},
		Pseudo:     map[string]string{"AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::Partition": "aws"},
	}
	expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template, Values: values})
	require.NoError(t, problems.Err())
	configuration := expanded.At("Resources", "Build", "Properties", "Configuration")

	values.Pseudo["AWS::StackName"] = "shop"
	values.Imports = map[string]string{"cluster": "builders"}
	values.References = map[string]string{"Role.Arn": "arn:aws:iam::111122223333:role/build"}
	values.Resolved = map[string]string{"{{resolve:ssm:/timeout}}": "900"}
	evaluator, problems := cfn.NewEvaluator(template, values)
	require.NoError(t, problems.Err())
	resolved, problems := evaluator.Evaluate(configuration, cfn.Path{})
	require.NoError(t, problems.Err())
	runner, problems := schema.Read("Build", cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", resolved)), cfn.NewPath("Resources", "Build"), nil)
	require.Empty(t, problems)

	assert.Equal(t, "arn:aws:ecs:eu-west-1:111122223333:task-definition/build:3", runner.TaskDefinitionArn.Literal)
	assert.Equal(t, "main-a", runner.ContainerName.Literal)
	assert.Equal(t, "builders", runner.EcsCluster.Literal)
	assert.Equal(t, "arn:aws:iam::111122223333:role/build", runner.RoleArn.Literal)
	assert.Equal(t, 4096, runner.Memory.Literal)
	assert.Equal(t, 1024, runner.Cpu.Literal)
	assert.Equal(t, 10, runner.RunnerConfiguration.MaxConcurrentJobs.Literal)
	assert.Equal(t, 3600, runner.RunnerConfiguration.IdleTimeToLive.Literal, "the default")
	assert.Equal(t, "DEBUG", runner.RunnerConfiguration.LogLevel.Literal)
	assert.Equal(t, []string{"subnet-1", "subnet-2"}, runner.AwsVpcConfiguration.Subnets.Literal)
	assert.Equal(t, []string{"sg-1", "sg-2"}, runner.AwsVpcConfiguration.SecurityGroups.Literal)
	assert.Equal(t, "DISABLED", runner.AwsVpcConfiguration.AssignPublicIp.Literal)
	assert.Equal(t, []string{"apt-get update", "echo shop"}, runner.Startup.Commands.Literal)
	assert.Equal(t, 900, runner.Startup.CommandsTimeout.Literal)
}
