package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

const allProperties = `
TaskDefinitionArn: arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/build:7
ContainerName: Container_1
EcsCluster: arn:aws:ecs:eu-west-1:123456789012:cluster/mine
RoleArn: arn:aws:iam::123456789012:role/a/b!/build+role@x
Memory: "4096"
Cpu: 1024.0
Ec2Configuration:
  Ami: ami-0123456789abcdef0
  InstanceType: u-6tb1.metal
  FallbackInstanceTypes: u-9tb1.metal, u7i-6tb.112xlarge
  InstanceProfileName: profile
RunnerConfiguration:
  MaxConcurrentJobs: 20
  IdleTimeToLive: "60"
  JobTimeout: "172800.0"
  LogLevel: OFF
AwsVpcConfiguration:
  Subnets: |
    subnet-0a,
    subnet-0b
  SecurityGroups: [sg-1, !Ref AWS::NoValue, sg-2]
  AssignPublicIp: DISABLED
Startup:
  Commands:
    - echo "a, b"
    - 7
  CommandsTimeout: 5
Isolation: job
SharedWith: [dev-web, team-*]
`

// known is a Value that the template writes out; node is found by at.
func known[T any](runner *schema.Runner, literal T, at ...string) schema.Value[T] {
	return schema.Value[T]{Node: runner.Resource.Get("Properties").At(at...), Literal: literal, Known: true}
}

func TestReadTakesEveryProperty(t *testing.T) {
	t.Parallel()
	r, problems := read(t, allProperties)
	require.Empty(t, problems)
	properties := r.Resource.Get("Properties")
	assert.EqualExportedValues(t, schema.Runner{
		Name: "Build", Path: cfn.NewPath("Resources", "Build"), Resource: r.Resource,
		TaskDefinitionArn: known(r, "arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/build:7", "TaskDefinitionArn"),
		ContainerName:     known(r, "Container_1", "ContainerName"),
		EcsCluster:        known(r, "arn:aws:ecs:eu-west-1:123456789012:cluster/mine", "EcsCluster"),
		RoleArn:           known(r, "arn:aws:iam::123456789012:role/a/b!/build+role@x", "RoleArn"),
		Memory:            known(r, 4096, "Memory"),
		Cpu:               known(r, 1024, "Cpu"),
		Ec2Configuration: &schema.Ec2Configuration{
			Node:                  properties.Get("Ec2Configuration"),
			Ami:                   known(r, "ami-0123456789abcdef0", "Ec2Configuration", "Ami"),
			InstanceType:          known(r, "u-6tb1.metal", "Ec2Configuration", "InstanceType"),
			FallbackInstanceTypes: known(r, []string{"u-9tb1.metal", "u7i-6tb.112xlarge"}, "Ec2Configuration", "FallbackInstanceTypes"),
			InstanceProfileName:   known(r, "profile", "Ec2Configuration", "InstanceProfileName"),
		},
		RunnerConfiguration: schema.RunnerConfiguration{
			Node:              properties.Get("RunnerConfiguration"),
			MaxConcurrentJobs: known(r, 20, "RunnerConfiguration", "MaxConcurrentJobs"),
			IdleTimeToLive:    known(r, 60, "RunnerConfiguration", "IdleTimeToLive"),
			JobTimeout:        known(r, 172800, "RunnerConfiguration", "JobTimeout"),
			LogLevel:          known(r, "OFF", "RunnerConfiguration", "LogLevel"),
		},
		AwsVpcConfiguration: &schema.AwsVpcConfiguration{
			Node:           properties.Get("AwsVpcConfiguration"),
			Subnets:        known(r, []string{"subnet-0a", "subnet-0b"}, "AwsVpcConfiguration", "Subnets"),
			SecurityGroups: known(r, []string{"sg-1", "sg-2"}, "AwsVpcConfiguration", "SecurityGroups"),
			AssignPublicIp: known(r, "DISABLED", "AwsVpcConfiguration", "AssignPublicIp"),
		},
		Startup: schema.Startup{
			Node:            properties.Get("Startup"),
			Commands:        known(r, []string{`echo "a, b"`, "7"}, "Startup", "Commands"),
			CommandsTimeout: known(r, 5, "Startup", "CommandsTimeout"),
		},
		Isolation:  known(r, "job", "Isolation"),
		SharedWith: known(r, []string{"dev-web", "team-*"}, "SharedWith"),
	}, *r)
}

func fallback[T any](literal T) schema.Value[T] {
	return schema.Value[T]{Literal: literal, Known: true}
}

// The documented defaults.
func defaults(resource *cfn.Node) *schema.Runner {
	return &schema.Runner{
		Name: "Build", Path: cfn.NewPath("Resources", "Build"), Resource: resource,
		EcsCluster: fallback("attini-default"),
		Isolation:  fallback("none"),
		RunnerConfiguration: schema.RunnerConfiguration{
			MaxConcurrentJobs: fallback(5),
			IdleTimeToLive:    fallback(3600),
			JobTimeout:        fallback(3600),
			LogLevel:          fallback("INFO"),
		},
		Startup: schema.Startup{Commands: fallback([]string{}), CommandsTimeout: fallback(3600)},
	}
}

func TestReadGivesDefaults(t *testing.T) {
	t.Parallel()
	for name, properties := range map[string]string{
		"no Properties":    "",
		"empty Properties": "{}",
		"everything is AWS::NoValue": `
Image: !Ref AWS::NoValue
TaskDefinitionArn: !Ref AWS::NoValue
EcsCluster: !Ref AWS::NoValue
Memory: !Ref AWS::NoValue
Ec2Configuration: !Ref AWS::NoValue
RunnerConfiguration:
  JobTimeout: !Ref AWS::NoValue
Startup:
  Commands: !Ref AWS::NoValue
AwsVpcConfiguration: !Ref AWS::NoValue`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runner, problems := read(t, properties)
			require.Empty(t, problems)
			want := defaults(runner.Resource)
			want.RunnerConfiguration.Node = runner.Resource.At("Properties", "RunnerConfiguration")
			want.Startup.Node = runner.Resource.At("Properties", "Startup")
			assert.EqualExportedValues(t, *want, *runner)
			assert.False(t, runner.Image.Given())
		})
	}
}

func TestReadGivesDefaultsInsideObjects(t *testing.T) {
	t.Parallel()
	runner, problems := read(t, "Ec2Configuration:\n  InstanceType: m5.large\nAwsVpcConfiguration:\n  Subnets: [subnet-1]")
	require.Empty(t, problems)
	assert.Equal(t, fallback("AmazonLinux2"), runner.Ec2Configuration.Ami)
	assert.Equal(t, schema.Value[string]{}, runner.Ec2Configuration.InstanceProfileName)
	assert.Equal(t, fallback("ENABLED"), runner.AwsVpcConfiguration.AssignPublicIp)
	assert.Equal(t, schema.Value[[]string]{}, runner.AwsVpcConfiguration.SecurityGroups)
}

func TestReadDoesNotShareItsDefaults(t *testing.T) {
	t.Parallel()
	first, _ := read(t, "")
	_ = append(first.Startup.Commands.Literal, "rm -rf /")
	second, _ := read(t, "")
	assert.Empty(t, second.Startup.Commands.Literal)
}

// Whatever only the deployment knows is Given, and never Known.
func TestReadLeavesUnresolvedValuesAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, properties string }{
		{"functions for all values", `
Image: !Sub "${Registry}/a:${Tag}"
Ec2Configuration: {Ami: !Ref A, InstanceType: !FindInMap [a, b, c], FallbackInstanceTypes: !Ref A, InstanceProfileName: !ImportValue a}
RunnerConfiguration: {MaxConcurrentJobs: !Ref A, IdleTimeToLive: !If [a, 1, 2], JobTimeout: !Ref A, LogLevel: !Ref A}
AwsVpcConfiguration: {Subnets: !Split [",", a], SecurityGroups: !Ref A, AssignPublicIp: !Ref A}
Startup: {Commands: !Split [",", a], CommandsTimeout: !Ref A}`},
		{"functions for the objects", `
Image: !GetAtt A.B
Ec2Configuration: !If [a, b, !Ref AWS::NoValue]
RunnerConfiguration: !If [a, b, c]
AwsVpcConfiguration: {Fn::Transform: {Name: a}}
Startup: !If [a, b, c]`},
		{"functions for items", `
Image: !Ref A
Ec2Configuration: {Ami: !Ref A, InstanceType: !Ref A, FallbackInstanceTypes: [m5.large, !Ref A], InstanceProfileName: !Ref A}
RunnerConfiguration: !Ref A
AwsVpcConfiguration: {Subnets: [subnet-1, !Ref A], SecurityGroups: [!Ref A], AssignPublicIp: !Ref A}
Startup: {Commands: [make, !Sub "echo ${A}", "echo {{resolve:ssm:a}}"], CommandsTimeout: !Ref A}`},
		{"dynamic references", `
Image: "{{resolve:ssm:image}}"
Ec2Configuration: {Ami: "{{resolve:ssm:/aws/service/ecs}}", InstanceType: "{{resolve:ssm:a}}", FallbackInstanceTypes: ["{{resolve:ssm:a}}"], InstanceProfileName: "x{{resolve:ssm:a}}"}
RunnerConfiguration: {MaxConcurrentJobs: "{{resolve:ssm:a}}", IdleTimeToLive: "{{resolve:ssm:a}}", JobTimeout: "1{{resolve:ssm:a}}", LogLevel: "{{resolve:ssm:a}}"}
AwsVpcConfiguration: {Subnets: "subnet-1,{{resolve:ssm:a}}", SecurityGroups: ["{{resolve:ssm:a}}"], AssignPublicIp: "{{resolve:ssm:a}}"}
Startup: {Commands: ["{{resolve:ssm:a}}"], CommandsTimeout: "{{resolve:ssm:a}}"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, problems := read(t, c.properties)
			require.Empty(t, problems)
			require.NotNil(t, r.Ec2Configuration)
			require.NotNil(t, r.AwsVpcConfiguration)
			assert.True(t, r.Image.Given())
			for name, known := range map[string]bool{
				"Image":                 r.Image.Known,
				"Ami":                   r.Ec2Configuration.Ami.Known,
				"InstanceType":          r.Ec2Configuration.InstanceType.Known,
				"InstanceProfileName":   r.Ec2Configuration.InstanceProfileName.Known,
				"FallbackInstanceTypes": r.Ec2Configuration.FallbackInstanceTypes.Known,
				"MaxConcurrentJobs":     r.RunnerConfiguration.MaxConcurrentJobs.Known,
				"IdleTimeToLive":        r.RunnerConfiguration.IdleTimeToLive.Known,
				"JobTimeout":            r.RunnerConfiguration.JobTimeout.Known,
				"LogLevel":              r.RunnerConfiguration.LogLevel.Known,
				"Subnets":               r.AwsVpcConfiguration.Subnets.Known,
				"SecurityGroups":        r.AwsVpcConfiguration.SecurityGroups.Known,
				"AssignPublicIp":        r.AwsVpcConfiguration.AssignPublicIp.Known,
				"Commands":              r.Startup.Commands.Known,
				"CommandsTimeout":       r.Startup.CommandsTimeout.Known,
			} {
				assert.False(t, known, name)
			}
		})
	}
}

// A wrong value is not silently replaced by the default.
func TestReadKeepsBrokenPropertiesUnknown(t *testing.T) {
	t.Parallel()
	runner, problems := read(t, "EcsCluster: a b\nRunnerConfiguration:\n  JobTimeout: 3\nStartup: 5\nAwsVpcConfiguration: {Subnets: [subnet-1, x]}")
	require.Len(t, problems, 4)
	assert.True(t, runner.EcsCluster.Given())
	assert.False(t, runner.EcsCluster.Known)
	assert.True(t, runner.RunnerConfiguration.JobTimeout.Given())
	assert.False(t, runner.RunnerConfiguration.JobTimeout.Known)
	assert.True(t, runner.RunnerConfiguration.LogLevel.Known)
	assert.False(t, runner.Startup.CommandsTimeout.Known)
	assert.False(t, runner.Startup.Commands.Known)
	assert.False(t, runner.AwsVpcConfiguration.Subnets.Known)
}

// What is allowed beside the cases of the documents above.
func TestReadAccepts(t *testing.T) {
	t.Parallel()
	for _, properties := range []string{
		"TaskDefinitionArn: family", "TaskDefinitionArn: family:12", "TaskDefinitionArn: 123",
		"EcsCluster: a-b_C9", "RoleArn: arn:aws-us-gov:iam::123456789012:role/x",
		"Image: 'localhost:5000/a/b:latest@sha256:00'", "Image: 12", "Image: ubuntu",
		"Memory: 512", "Memory: 25165824", "Cpu: '98304'", "Cpu: 256",
		"Ec2Configuration: {InstanceType: m5.large, Ami: ami-01234567}",
		"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023_inf}",
		"RunnerConfiguration: {MaxConcurrentJobs: 1, IdleTimeToLive: 86400, JobTimeout: 5, LogLevel: ALL}",
		"AwsVpcConfiguration: {Subnets: " + "'subnet-1" + strings.Repeat(", subnet-1", 15) + "'}",
		"Startup: {Commands: []}", "Startup: {Commands: ['']}", "Startup: {}",
	} {
		t.Run(properties, func(t *testing.T) {
			t.Parallel()
			_, problems := read(t, properties)
			assert.False(t, problems.HasErrors(), "%v", problems)
		})
	}
}

func TestReadAcceptsAttributes(t *testing.T) {
	t.Parallel()
	_, problems := readResource(t, `    Type: Attini::Deploy::Runner
    Condition: IsProduction
    DependsOn: [Queue, Bucket]
    Metadata: {anything: [goes, ~]}
    DeletionPolicy: !If [Keep, Retain, Delete]
    UpdateReplacePolicy: Retain
`)
	assert.Empty(t, problems)
	_, problems = readResource(t, "    Type: Attini::Deploy::Runner\n    DependsOn: Queue\n")
	assert.Empty(t, problems)
}

// Trees made by hand may hold what no file does.
func TestReadOfIncompleteTrees(t *testing.T) {
	t.Parallel()
	runner, problems := schema.Read("Build", nil, cfn.NewPath("Resources", "Build"), nil)
	require.NotNil(t, runner)
	assert.Equal(t, `Runner "Build": must be an object, not null`, problems.Err().Error())
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", cfn.Obj(
		cfn.F("Image", nil), cfn.F("Startup", cfn.Obj(cfn.F("Commands", cfn.Seq(nil)))),
	)))
	runner, problems = schema.Read("", resource, cfn.Path{}, nil)
	assert.Empty(t, problems)
	assert.Empty(t, runner.Startup.Commands.Literal)
}

func TestGivenIsFalseForNoValue(t *testing.T) {
	t.Parallel()
	assert.False(t, schema.Value[int]{Node: cfn.Ref("AWS::NoValue")}.Given())
	assert.True(t, schema.Value[int]{Node: cfn.Ref("Size")}.Given())
}
