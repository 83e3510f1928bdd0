package schema_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// TestReadKnown: what the values come to is checked and told, and what stands
// in the template stays as it is written.
func TestReadKnown(t *testing.T) {
	t.Parallel()
	template, problems := cfn.Read([]byte(`
Parameters:
  Memory: {Type: Number, Default: 2048}
  Ids: {Type: CommaDelimitedList, Default: "subnet-1, subnet-2"}
  Level: {Type: String, AllowedValues: [INFO, DEBUG]}
  Role: {Type: String}
Conditions: {Host: !Equals [a, a], Never: !Equals [a, b]}
Resources:
  Build:
    Type: Attini::Deploy::Runner
    Properties:
      Memory: !Ref Memory
      Cpu: !If [Never, 256, !Ref "AWS::NoValue"]
      RoleArn: !Ref Role
      RunnerConfiguration: {LogLevel: !Ref Level, JobTimeout: !If [Host, "60", 70]}
      Ec2Configuration: !If [Host, {InstanceType: !Sub "m5.large", Ami: !ImportValue ami}, !Ref "AWS::NoValue"]
      AwsVpcConfiguration:
        Subnets: !Ref Ids
        SecurityGroups: [!If [Never, sg-1, !Ref "AWS::NoValue"], !If [Host, sg-2, sg-3], !GetAtt Group.GroupId]
      Startup: !If [Never, {Commands: [ls]}, !Ref "AWS::NoValue"]
`))
	require.NoError(t, problems.Err())
	resource := template.At("Resources", "Build")
	runner, problems := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), cfn.Analyze(template, cfn.Values{}))
	require.Empty(t, problems)
	properties := resource.Get("Properties")

	assert.Equal(t, schema.Value[int]{Node: properties.Get("Memory"), Literal: 2048, Known: true}, runner.Memory)
	assert.False(t, runner.Cpu.Given(), "AWS::NoValue is absent")
	assert.Equal(t, schema.Value[string]{Node: properties.Get("RoleArn")}, runner.RoleArn)
	assert.False(t, runner.RunnerConfiguration.LogLevel.Known, "one of two values")
	assert.Equal(t, 60, runner.RunnerConfiguration.JobTimeout.Literal)

	require.NotNil(t, runner.Ec2Configuration)
	assert.Equal(t, "m5.large", runner.Ec2Configuration.InstanceType.Literal)
	assert.Contains(t, runner.Ec2Configuration.InstanceType.Node.Fields[0].Key, "Fn::Sub", "as it is written")
	assert.False(t, runner.Ec2Configuration.Ami.Known)

	assert.Equal(t, []string{"subnet-1", "subnet-2"}, runner.AwsVpcConfiguration.Subnets.Literal)
	assert.False(t, runner.AwsVpcConfiguration.SecurityGroups.Known)
	assert.Equal(t, schema.Value[[]string]{Literal: []string{}, Known: true}, runner.Startup.Commands, "the default")
}

// TestReadKnownListLength: items that may not be there do not count.
func TestReadKnownListLength(t *testing.T) {
	t.Parallel()
	template, problems := cfn.Read([]byte(`
Conditions: {Never: !Equals [a, b]}
Resources:
  Build:
    Type: Attini::Deploy::Runner
    Properties:
      AwsVpcConfiguration: {Subnets: [!If [Never, subnet-1, !Ref "AWS::NoValue"]]}
`))
	require.NoError(t, problems.Err())
	_, problems = schema.Read("Build", template.At("Resources", "Build"), cfn.NewPath("Resources", "Build"), cfn.Analyze(template, cfn.Values{}))
	require.Len(t, problems, 1)
	assert.Equal(t, `Runner "Build": AwsVpcConfiguration.Subnets: must not be empty (allowed 1-16 items)`, problems[0].Message)
}
