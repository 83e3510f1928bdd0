package transform_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
	"github.com/attini-go/runner/transform"
)

// runnerWith is a template with conditions that are known, and that are not,
// and a Runner with the given properties.
func runnerWith(properties string) string {
	return `
Conditions:
  Always: !Equals [a, a]
  C: !Equals [!Ref AWS::StackName, shop]
Resources:
  R: {Type: Attini::Deploy::Runner, Properties: {` + properties + `}}` + job("R")
}

// TestDefaultAmi: the documented default works in all forms, also where the
// account is not asked.
func TestDefaultAmi(t *testing.T) {
	t.Parallel()
	const (
		pinned    = `"ami-0a20000000000000a"`
		parameter = `"{{resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2/kernel-5.10/recommended/image_id}}"`
	)
	for name, test := range map[string]struct{ properties, offline string }{
		"absent":                    {"Ec2Configuration: {InstanceType: m5.large}", parameter},
		"AWS::NoValue":              {"Ec2Configuration: {InstanceType: m5.large, Ami: !Ref AWS::NoValue}", parameter},
		"a condition's, known":      {"Ec2Configuration: {InstanceType: m5.large, Ami: !If [Always, !Ref AWS::NoValue, ami-0123456789abcdef0]}", parameter},
		"a condition's, unknown":    {"Ec2Configuration: {InstanceType: m5.large, Ami: !If [C, ami-0123456789abcdef0, !Ref AWS::NoValue]}", `{"Fn::If":["C","ami-0123456789abcdef0",` + parameter + `]}`},
		"a host that may be absent": {"Ec2Configuration: !If [C, {InstanceType: m5.large}, !Ref AWS::NoValue]", parameter},
		"one of two hosts":          {"Ec2Configuration: !If [C, {InstanceType: m5.large, Ami: ami-0123456789abcdef0}, {InstanceType: m5.large}]", `{"Fn::If":["C","ami-0123456789abcdef0",` + parameter + `]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := read(t, runnerWith(test.properties))
			for want, account := range map[string]transform.Account{test.offline: nil, strings.ReplaceAll(test.offline, parameter, pinned): facts(t).Account()} {
				expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template, Values: pseudo(), Account: account})
				require.NoError(t, problems.Err())
				assert.JSONEq(t, want, marshal(t, expanded.At("Resources", "RLaunchTemplate", "Properties", "LaunchTemplateData", "ImageId")))
			}
		})
	}
}

// TestChosenProperties: what a condition decides that is not known here is left
// to it, and a branch without a value gets the property's default.
func TestChosenProperties(t *testing.T) {
	t.Parallel()
	const host = "Ec2Configuration: {InstanceType: m5.large}, "
	launchTemplate := []string{"RLaunchTemplate", "Properties", "LaunchTemplateData"}
	for name, test := range map[string]struct {
		properties string
		at         []string
		want       string
	}{
		"a host's instance type": {"Ec2Configuration: !If [C, {InstanceType: m5.large}, !Ref AWS::NoValue]", append(launchTemplate, "InstanceType"), `"m5.large"`},
		"an instance profile":    {"Ec2Configuration: {InstanceType: m5.large, InstanceProfileName: !If [C, p, !Ref AWS::NoValue]}", append(launchTemplate, "IamInstanceProfile", "Name"), `{"Fn::If":["C","p",{"Fn::Sub":"attini-runner-default-instance-profile-${AWS::Region}"}]}`},
		"security groups":        {host + "AwsVpcConfiguration: !If [C, {Subnets: [subnet-1], SecurityGroups: [sg-1]}, {Subnets: [subnet-2], SecurityGroups: 'sg-2, sg-3'}]", append(launchTemplate, "SecurityGroupIds"), `{"Fn::If":["C",["sg-1"],["sg-2","sg-3"]]}`},
		"a role":                 {"Image: debian, RoleArn: !If [C, 'arn:aws:iam::111122223333:role/a', !Ref AWS::NoValue]", []string{"RTaskDefinition", "Properties", "TaskRoleArn"}, `{"Fn::If":["C","arn:aws:iam::111122223333:role/a",{"Fn::Sub":"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/attini/attini-default-runner-role-${AWS::Region}"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.JSONEq(t, test.want, marshal(t, expanded(t, runnerWith(test.properties)).At(test.at...)))
		})
	}
}

// TestObjectsOfALaunchTemplate: what they are must be known to make one.
func TestObjectsOfALaunchTemplate(t *testing.T) {
	t.Parallel()
	for name, properties := range map[string]string{
		"Ec2Configuration":    "Ec2Configuration: !ImportValue host",
		"in a branch":         "Ec2Configuration: !If [C, {InstanceType: m5.large}, !FindInMap [a, b, c]]",
		"AwsVpcConfiguration": "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}, AwsVpcConfiguration: !ImportValue network",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := expand(t, read(t, runnerWith(properties)))
			problems = slices.DeleteFunc(problems, func(p problem.Problem) bool { return p.Severity != problem.Error })
			require.Len(t, problems, 1)
			assert.Equal(t, schema.RuleType, problems[0].Rule)
			assert.Contains(t, problems[0].Message, "must be an object, or Fn::If of objects, not Fn::")
		})
	}
}
