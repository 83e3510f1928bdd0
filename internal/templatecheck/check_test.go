package templatecheck_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/templatecheck"
)

const sound = `
Transform: [AttiniDeploymentPlan, AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod], Default: dev}
  Ids: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<List<String>>'}
Mappings:
  Sizes: {dev: {Memory: 1}, prod: {Memory: 2}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Other: !And [!Condition Prod, !Not [!Equals [!Ref AWS::Region, x]]]
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Role]}}
  Vpc: {Type: AWS::EC2::VPC}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x}}
  Subnet: {Type: AWS::EC2::Subnet}
  Cluster: {Type: AWS::ECS::Cluster}
  Repo: {Type: AWS::ECR::Repository}
  Task: {Type: AWS::ECS::TaskDefinition}
  Custom: {Type: Custom::Thing}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x}}
  Fn: {Type: AWS::Serverless::Function, Properties: {Events: {Q: {DeadLetterConfig: {QueueLogicalId: MyDlq}}}}}
  Module: {Type: My::Own::Thing::MODULE}
  Fn::ForEach::Topics: [Name, [A, B], {'Topic${Name}': {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub 'x-${Name}'}}}]
  R:
    Type: Attini::Deploy::Runner
    DependsOn: [Role, TopicA]
    Condition: Other
    Properties: {Image: debian}
  Plan: {Type: Attini::Deploy::DeploymentPlan}
  User:
    Type: AWS::SNS::Topic
    DependsOn: AttiniRunnerQueueR
    Properties:
      A: [!Ref FnRole, !GetAtt FnRole.Arn, !Ref Fn.Version, !Ref ServerlessRestApi, !Ref ModuleBucket, !Ref TopicB, !Ref MyDlq]
      B: !Sub ['${Env} ${Own} ${AWS::Region} ${!HOME} ${Role.Arn} ${RLogGroup}', {Own: !Ref Role}]
      C: [!GetAtt Custom.Any, !GetAtt Nested.Outputs.Any, !GetAtt R.ConfigurationId, !GetAtt Vpc.DefaultSecurityGroup]
      D: [!FindInMap [Sizes, !Ref Env, Memory], !FindInMap [Sizes, test, Memory, {DefaultValue: 1}], !If [Prod, !Ref AWS::NoValue, a]]
Outputs:
  Out: {Value: !Ref AttiniDeploymentPlanSfnPlan, Condition: Prod}
`

func added() map[string]string {
	return map[string]string{"R": "Custom::AttiniRunner", "AttiniRunnerQueueR": "AWS::SQS::Queue", "RLogGroup": "AWS::Logs::LogGroup", "AttiniDeploymentPlanSfnPlan": "AWS::Serverless::StateMachine"}
}

// checked are the problems of a template, as severity rule path: message.
func checked(t *testing.T, text string) []string {
	t.Helper()
	template, problems := cfn.Read([]byte(text))
	require.NoError(t, problems.Err())
	var lines []string
	for _, p := range templatecheck.Check(template, templatecheck.Options{Macro: "AttiniDeploymentPlan", Added: added()}) {
		assert.Positive(t, p.Line, "%+v", p)
		lines = append(lines, strings.TrimSpace(string(p.Severity)+" "+p.Rule+" "+p.Path+": "+strings.TrimPrefix(p.Message, p.Path+": ")+" | "+p.Advice))
	}
	return lines
}

func TestSound(t *testing.T) {
	t.Parallel()
	assert.Empty(t, checked(t, sound))
}

// TestReferences: each thing that is nowhere is found, with what was meant.
func TestReferences(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, want string }{
		"Ref":                              {"Roles: [!Ref Role]", "Roles: [!Ref Rolle]", `error unknown-reference Resources.Profile.Properties.Roles[0]: Ref: the template has no parameter or resource "Rolle"; did you mean Role?`},
		"a pseudo parameter":               {"!Ref AWS::Region", "!Ref AWS::Regoin", `error unknown-reference Conditions.Other.Fn::And[1].Fn::Not[0].Fn::Equals[0]: Ref: there is no pseudo parameter AWS::Regoin; did you mean AWS::Region?`},
		"Fn::GetAtt":                       {"!GetAtt Custom.Any", "!GetAtt Kustom.Any", `error unknown-reference Resources.User.Properties.C[0]: Fn::GetAtt: the template has no resource "Kustom"; did you mean Custom?`},
		"Fn::GetAtt without attribute":     {"!GetAtt Custom.Any", "!GetAtt Role", `error intrinsic-shape Resources.User.Properties.C[0]: Fn::GetAtt: "Role" has no attribute; write resource.attribute, such as Role.Arn`},
		"an attribute":                     {"!GetAtt Custom.Any", "!GetAtt Role.ARN", `error unknown-attribute Resources.User.Properties.C[0]: Fn::GetAtt: "Role", an AWS::IAM::Role, has no attribute "ARN"; did you mean "Arn"?`},
		"an attribute that may be new":     {"!GetAtt Custom.Any", "!GetAtt Role.CreateDate", `warning unknown-attribute Resources.User.Properties.C[0]: Fn::GetAtt: "Role", an AWS::IAM::Role, has no attribute "CreateDate" that is known here (known: Arn, RoleId)`},
		"a Runner's attribute":             {"!GetAtt Custom.Any", "!GetAtt R.Arn", `error unknown-attribute Resources.User.Properties.C[0]: Fn::GetAtt: "R", an Attini::Deploy::Runner, has no attribute "Arn"; known: ConfigurationId`},
		"Fn::Sub":                          {"${Env} ${Own}", "${Envv} ${Own}", `error unknown-reference Resources.User.Properties.B: Fn::Sub: ${Envv}: the template has no parameter or resource "Envv"; did you mean Env? | If it is a variable of the shell, write ${!Envv}, or leave out Fn::Sub.`},
		"a variable of the shell":          {"${Env} ${Own}", "${HOME} ${Own}", `error unknown-reference Resources.User.Properties.B: Fn::Sub: ${HOME}: the template has no parameter or resource "HOME" | If it is a variable of the shell, write ${!HOME}, or leave out Fn::Sub.`},
		"an attribute in Fn::Sub":          {"${Role.Arn}", "${Role.Arm}", `error unknown-attribute Resources.User.Properties.B: Fn::Sub: "Role", an AWS::IAM::Role, has no attribute "Arm"; did you mean "Arn"?`},
		"a pseudo parameter in Fn::Sub":    {"${AWS::Region}", "${AWS::Regionn}", `error unknown-reference Resources.User.Properties.B: Fn::Sub: ${AWS::Regionn}: there is no pseudo parameter AWS::Regionn; did you mean AWS::Region?`},
		"a mapping":                        {"[Sizes, !Ref", "[Sises, !Ref", `error unknown-mapping Resources.User.Properties.D[0].Fn::FindInMap[0]: Fn::FindInMap: Mappings has no "Sises"; did you mean Sizes?`},
		"a key of a mapping":               {"!Ref Env, Memory]", "prd, Memory]", `error unknown-mapping Resources.User.Properties.D[0].Fn::FindInMap[1]: Fn::FindInMap: Mappings has Sizes, but that has no "prd"; did you mean prod?`},
		"a condition in Fn::If":            {"!If [Prod", "!If [Prodd", `error unknown-condition Resources.User.Properties.D[2].Fn::If[0]: the template has no condition "Prodd"; did you mean Prod?`},
		"a condition of a resource":        {"Condition: Other", "Condition: Otter", `error unknown-condition Resources.R.Condition: the template has no condition "Otter"; did you mean Other?`},
		"a condition of an output":         {"SfnPlan, Condition: Prod", "SfnPlan, Condition: Prodd", `error unknown-condition Outputs.Out.Condition: the template has no condition "Prodd"; did you mean Prod?`},
		"a condition in a condition":       {"!Condition Prod", "!Condition Nope", `error unknown-condition Conditions.Other.Fn::And[0].Condition: the template has no condition "Nope"`},
		"DependsOn":                        {"DependsOn: [Role,", "DependsOn: [Rolle,", `error unknown-reference Resources.R.DependsOn[0]: the template has no resource "Rolle"; did you mean Role?`},
		"what the expansion does not make": {"DependsOn: AttiniRunnerQueueR", "DependsOn: AttiniRunnerQueueS", `error unknown-reference Resources.User.DependsOn: the template has no resource "AttiniRunnerQueueS"; did you mean AttiniRunnerQueueR?`},
		"a parameter is no resource":       {"DependsOn: AttiniRunnerQueueR", "DependsOn: Ids", `error unknown-reference Resources.User.DependsOn: the template has no resource "Ids"`},
		"a parameter without Type":         {"Ids: {Type: 'List<AWS::EC2::Subnet::Id>'}", "Ids: {Default: a}", `error parameter-declaration Parameters.Ids: Parameter "Ids": has no Type; its Type must be String, Number, List<Number>, CommaDelimitedList or an AWS type`},
		"a misspelt Type":                  {"Ids: {Type: 'List<AWS::EC2::Subnet::Id>'}", "Ids: {Type: Strin}", `error parameter-declaration Parameters.Ids: Parameter "Ids": there is no Type "Strin"; did you mean String?`},
		"a misspelt Type of AWS":           {"Ids: {Type: 'List<AWS::EC2::Subnet::Id>'}", "Ids: {Type: 'List<AWS::EC2::Subnets::Id>'}", `error parameter-declaration Parameters.Ids: Parameter "Ids": there is no Type "List<AWS::EC2::Subnets::Id>"; did you mean List<AWS::EC2::Subnet::Id>?`},
		"a Default that is not allowed":    {"Default: dev", "Default: test", `error parameter-value Parameters.Env: Parameter "Env": "test" is not allowed (allowed: dev, prod)`},
		"a section":                        {"Mappings:", "Maping: {}\nMappings:", `error unknown-section Maping: a template has no such section; did you mean "Mappings"?`},
		"a logical id":                     {"  Vpc: {Type", "  my-vpc_2: {Type: AWS::EC2::VPC}\n  Vpc: {Type", `error logical-id Resources.my-vpc_2: the name "my-vpc_2" must have letters and digits only (A-Z, a-z, 0-9) | Name it MyVpc2.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, sound, test.old)
			got := checked(t, strings.Replace(sound, test.old, test.new, 1))
			require.Len(t, got, 1)
			assert.Equal(t, test.want, strings.TrimSuffix(got[0], " |"))
		})
	}
}

// TestOtherMacros: what another macro may add is only doubtful.
func TestOtherMacros(t *testing.T) {
	t.Parallel()
	for _, test := range [][2]string{
		{"Transform: [", "Transform: [OtherMacro, "},
		{"Resources:\n", "Resources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}\n"},
	} {
		text := strings.Replace(strings.Replace(sound, test[0], test[1], 1), "Roles: [!Ref Role]", "Roles: [!Ref Rolle]", 1)
		got := checked(t, text)
		require.Len(t, got, 1)
		assert.True(t, strings.HasPrefix(got[0], "warning unknown-reference"), got[0])
		assert.Contains(t, got[0], "Another transform may add it")
	}
}

// TestTransform: each wrong section is one Error with the lines to write.
func TestTransform(t *testing.T) {
	t.Parallel()
	const right = "Write:\nTransform:\n  - AttiniDeploymentPlan\n  - AWS::Serverless-2016-10-31"
	const extended = "Write:\nTransform:\n  - AttiniDeploymentPlan\n  - AWS::LanguageExtensions\n  - AWS::Serverless-2016-10-31"
	for section, want := range map[string][2]string{
		"":                                      {"are missing", right},
		"Transform: AttiniDeploymentPlan":       {"AWS::Serverless-2016-10-31 is missing", right},
		"Transform: AWS::Serverless-2016-10-31": {"AttiniDeploymentPlan is missing", right},
		"Transform: [AttiniDeploymentplan, AWS::Serverless-2016-10-31]":                          {`there is no transform "AttiniDeploymentplan"; did you mean AttiniDeploymentPlan?`, right},
		"Transform: [AttiniDeploymentPlan, 'AWS::Serverless-2016-10-13']":                        {`did you mean AWS::Serverless-2016-10-31?`, right},
		"Transform: [AWS::Serverless-2016-10-31, AttiniDeploymentPlan]":                          {"AttiniDeploymentPlan must come before AWS::Serverless-2016-10-31", right},
		"Transform: [AWS::Serverless-2016-10-31, AttiniDeploymentPlan, AWS::LanguageExtensions]": {"must come before", extended},
		"Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31, AWS::LanguageExtensions]": {"AWS::LanguageExtensions must come before", extended},
		"Transform: [AttiniDeploymentPlan, AWS::LanguageExtensions]":                             {"AWS::Serverless-2016-10-31 is missing", extended},
		"Transform: AttiniDeploymentPlan, AWS::Serverless-2016-10-31":                            {"several names stand in one text", right},
		"Transform: [5]": {"must be the name of a transform, or a list of such", ""},
		"Transform: [AttiniDeploymentPlan, AttiniDeploymentPlan, AWS::Serverless-2016-10-31]":                                                  {"AttiniDeploymentPlan is listed twice", right},
		"Transform: [{Name: AttiniDeploymentPlan}, AWS::Serverless-2016-10-31, AttiniDeploymentPlan]":                                          {"AttiniDeploymentPlan is listed twice", right},
		"Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31, AWS::Serverless-2016-10-31]":                                            {"AWS::Serverless-2016-10-31 is listed twice", right},
		"Transform: [AWS::LanguageExtensions, AttiniDeploymentPlan, AWS::LanguageExtensions, AWS::Serverless-2016-10-31]":                      {"AWS::LanguageExtensions is listed twice", "Write:\nTransform:\n  - AWS::LanguageExtensions\n  - AttiniDeploymentPlan\n  - AWS::Serverless-2016-10-31"},
		"Transform: [{Name: AWS::Include, Parameters: {Location: a}}, {Name: AWS::Include}, AttiniDeploymentPlan, AWS::Serverless-2016-10-31]": {},
		"Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]":                                                                        {},
		"Transform: [AttiniDeploymentPlan, AWS::LanguageExtensions, AWS::Serverless-2016-10-31]":                                               {},
		"Transform: [AWS::LanguageExtensions, AttiniDeploymentPlan, AWS::Serverless-2016-10-31]":                                               {},
		"Transform: [{Name: AttiniDeploymentPlan}, AWS::Serverless-2016-10-31]":                                                                {},
		"Transform: [Mine, AttiniDeploymentPlan, {Name: AWS::Include}, AWS::Serverless-2016-10-31]":                                            {},
	} {
		t.Run(section, func(t *testing.T) {
			t.Parallel()
			template, _ := cfn.Read([]byte(section + "\nResources: {}"))
			problems := templatecheck.Check(template, templatecheck.Options{Macro: "AttiniDeploymentPlan"})
			if want[0] == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Equal(t, templatecheck.RuleTransform, problems[0].Rule)
			assert.Equal(t, problem.Error, problems[0].Severity)
			assert.Contains(t, problems[0].Message, want[0])
			assert.Equal(t, want[1], problems[0].Advice)
		})
	}
}

// TestKinds: references whose value is certainly not what a property takes.
func TestKinds(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]string{
		"RoleArn: !Ref Role":                                           `Resources.R.Properties.RoleArn: Ref of "Role" gives its name, and this takes the ARN of a role | Write !GetAtt Role.Arn.`,
		"RoleArn: !GetAtt Role.RoleId":                                 `Resources.R.Properties.RoleArn: attribute RoleId of "Role" is not what this takes: the ARN of a role | Write !GetAtt Role.Arn.`,
		"RoleArn: !If [Prod, !Ref Role, !GetAtt Role.Arn]":             `Resources.R.Properties.RoleArn.Fn::If[1]: Ref of "Role" gives its name, and this takes the ARN of a role | Write !GetAtt Role.Arn.`,
		"RoleArn: !GetAtt Profile.Arn":                                 `Resources.R.Properties.RoleArn: "Profile" is an AWS::IAM::InstanceProfile, and this takes the ARN of a role (AWS::IAM::Role)`,
		"RoleArn: !Ref Ids":                                            `Resources.R.Properties.RoleArn: parameter "Ids" gives a list, and this takes a text | Take an item with Fn::Select, or join it with Fn::Join.`,
		"Image: !Ref Repo":                                             `Resources.R.Properties.Image: Ref of "Repo" gives its name, without the registry, and this takes a container image | Write !GetAtt Repo.RepositoryUri.`,
		"TaskDefinitionArn: !Ref Cluster":                              `Resources.R.Properties.TaskDefinitionArn: "Cluster" is an AWS::ECS::Cluster, and this takes a task definition (AWS::ECS::TaskDefinition)`,
		"Ec2Configuration: {InstanceProfileName: !GetAtt Profile.Arn}": `Resources.R.Properties.Ec2Configuration.InstanceProfileName: attribute Arn of "Profile" is not what this takes: the name of an instance profile | Write !Ref Profile.`,
		"AwsVpcConfiguration: {Subnets: [!Ref Ids]}":                   `Resources.R.Properties.AwsVpcConfiguration.Subnets[0]: parameter "Ids" gives a list, and this is an item of a list | Put it in place of the whole list.`,
		"AwsVpcConfiguration: {Subnets: [!Ref Vpc]}":                   `Resources.R.Properties.AwsVpcConfiguration.Subnets[0]: "Vpc" is an AWS::EC2::VPC, and this takes subnets (AWS::EC2::Subnet)`,
		"AwsVpcConfiguration: {SecurityGroups: [!Ref Vpc]}":            `Resources.R.Properties.AwsVpcConfiguration.SecurityGroups[0]: "Vpc" is an AWS::EC2::VPC, and this takes security groups | Write !GetAtt Vpc.DefaultSecurityGroup.`,
		"RoleArn: !Sub '${Role}'":                                      `Resources.R.Properties.RoleArn: Ref of "Role" gives its name, and this takes the ARN of a role | Write !GetAtt Role.Arn.`,
		"RoleArn: !Sub '${Role.RoleId}'":                               `Resources.R.Properties.RoleArn: attribute RoleId of "Role" is not what this takes: the ARN of a role | Write !GetAtt Role.Arn.`,
		"Image: !Sub '${Repo}:latest'":                                 `Resources.R.Properties.Image: Ref of "Repo" gives its name, without the registry, and this takes a container image | Write !GetAtt Repo.RepositoryUri.`,
		"EcsCluster: !Ref R":                                           `Resources.R.Properties.EcsCluster: "R" is an Attini::Deploy::Runner, and this takes a cluster (AWS::ECS::Cluster)`,
		"Image: !GetAZs ''":                                            `Resources.R.Properties.Image: Fn::GetAZs gives a list, and this takes a text | Take an item with Fn::Select, or join it with Fn::Join.`,
		"Image: !Sub 'a:${Ids}'":                                       `Resources.R.Properties.Image: Fn::Sub: ${Ids}: the parameter is a list, and a text takes only texts | Join it: {"Fn::Join": [",", {"Ref": "Ids"}]}.`,
		"Memory: !Ref Role":                                            `Resources.R.Properties.Memory: Ref of "Role" gives the name or id of an AWS::IAM::Role, and this takes a number`,
		"RunnerConfiguration: {LogLevel: !Ref Role}":                   `Resources.R.Properties.RunnerConfiguration.LogLevel: Ref of "Role" gives the name or id of an AWS::IAM::Role, and this takes one of its values`,
		"RunnerConfiguration: !Ref Env":                                `Resources.R.Properties.RunnerConfiguration: Ref gives no object, which this takes | Write the object out, and use functions for its values.`,
		"Startup: {Commands: !If [Prod, !Ref Env, [ls]]}":              `Resources.R.Properties.Startup.Commands.Fn::If[1]: parameter "Env" gives a text, and this takes a list | Write it as an item of a list, or split it with Fn::Split.`,
		"Startup: {Commands: !Sub 'ls ${Env}'}":                        `Resources.R.Properties.Startup.Commands: Fn::Sub gives a text, and this takes a list | Write it as an item of a list, or split it with Fn::Split.`,
		"Startup: {Commands: [!Ref Ids]}":                              `Resources.R.Properties.Startup.Commands[0]: parameter "Ids" gives a list, and this is an item of a list | Put it in place of the whole list.`,
		"AwsVpcConfiguration: {Subnets: !GetAZs ''}":                   `Resources.R.Properties.AwsVpcConfiguration.Subnets: Fn::GetAZs gives availability zones, and this takes ids`,

		"Image: !Sub '${Env}/${Repo}'": "", "Startup: {Commands: !Ref Ids}": "", "Startup: {Commands: !Split [';', !Ref Env]}": "", "Memory: !Ref Env": "",
		"AwsVpcConfiguration: {Subnets: !ImportValue x}": "", "Startup: {Commands: [!Select [0, !GetAZs '']]}": "", "Startup: !If [Prod, {Commands: [ls]}, !Ref AWS::NoValue]": "",
		"RoleArn: !GetAtt Role.Arn": "", "RoleArn: !GetAtt Custom.Anything": "", "RoleArn: !GetAtt Nested.Outputs.Role": "", "RoleArn: !Ref Env": "",
		"Image: !GetAtt Repo.RepositoryUri": "", "EcsCluster: !GetAtt Cluster.Arn": "", "EcsCluster: !Ref Cluster": "", "TaskDefinitionArn: !Ref Task": "",
		"TaskDefinitionArn: !GetAtt Task.TaskDefinitionArn": "", "AwsVpcConfiguration: {Subnets: !Ref Ids, SecurityGroups: [!Ref Group, !GetAtt Group.GroupId, !GetAtt Vpc.DefaultSecurityGroup]}": "",
		"AwsVpcConfiguration: {Subnets: [!Ref Subnet, !Select [0, !Ref Ids]], SecurityGroups: !Ref Stored}": "", "Ec2Configuration: {InstanceProfileName: !Ref Profile}": "",
	} {
		t.Run(properties, func(t *testing.T) {
			t.Parallel()
			got := checked(t, strings.Replace(sound, "Properties: {Image: debian}", "Properties: {"+properties+"}", 1))
			if want == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Equal(t, "error reference-kind "+want, strings.TrimSuffix(got[0], " |"))
		})
	}
	for role, wrong := range map[string]bool{"my-role": true, "!Ref Role": true, "!GetAtt Role.Arn": false, "'arn:aws:iam::1:role/a'": false, "'{{resolve:ssm:role}}'": false} {
		got := checked(t, strings.Replace(sound, "{Type: Attini::Deploy::DeploymentPlan}", "{Type: Attini::Deploy::DeploymentPlan, Properties: {RoleArn: "+role+"}}", 1))
		assert.Equal(t, wrong, len(got) == 1, "%s: %v", role, got)
	}
}

// TestMissingSub: a text that only Fn::Sub would replace.
func TestMissingSub(t *testing.T) {
	t.Parallel()
	for properties, warned := range map[string]bool{
		`Image: "${AWS::AccountId}.dkr.ecr/x"`:                  true,
		`Image: "${Env}"`:                                       true,
		`Image: !Sub "${Env}"`:                                  false,
		`Image: "${Nowhere}"`:                                   false,
		`Startup: {Commands: ["echo ${AWS::Region}"]}`:          true,
		`Startup: {Commands: ["echo ${Env} ${HOME} ${AWS_X}"]}`: false,
		`Startup: {Commands: [!Sub "echo ${AWS::Region}"]}`:     false,
	} {
		got := checked(t, strings.Replace(sound, "Properties: {Image: debian}", "Properties: {"+properties+"}", 1))
		assert.Equal(t, warned, len(got) == 1, "%s: %v", properties, got)
	}
	const plan = `{Type: Attini::Deploy::DeploymentPlan, Properties: {DefinitionSubstitutions: {Env: x}, DeploymentPlan: [{Properties: {Environment: {A: "${Role.Arn} ${Env}", B: "${HOME}"}, Commands: ["${Env}", "${AWS::Region}"]}}]}}`
	got := checked(t, strings.Replace(sound, "{Type: Attini::Deploy::DeploymentPlan}", plan, 1))
	require.Len(t, got, 2)
	assert.Contains(t, strings.Join(got, "\n"), "warning missing-sub Resources.Plan.Properties.DeploymentPlan[0].Properties.Commands[1]: ${AWS::Region} stays as it is written: only Fn::Sub puts a value in its place | Write !Sub before the text.")
	assert.Contains(t, strings.Join(got, "\n"), "Environment.A: ${Role.Arn}")
}

// TestFunctions: functions that CloudFormation does not know, or that are given something
// else than they take.
func TestFunctions(t *testing.T) {
	t.Parallel()
	const bare = "Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\nMappings: {M: {a: {b: c}}}\nConditions: {C: !Equals [a, b]}\nResources: "
	for text, want := range map[string]string{
		"{R: {Type: Attini::Deploy::Runner, Properties: {Image: !If [C, a]}}}":                                 "error intrinsic-shape Resources.R.Properties.Image",
		"{R: {Type: Attini::Deploy::Runner, Properties: {Image: !If [!Ref C, a, b]}}}":                         "error intrinsic-shape Resources.R.Properties.Image error unknown-reference Resources.R.Properties.Image.Fn::If[0]",
		"{R: {Type: Attini::Deploy::Runner, Properties: {Image: !Join [a]}}}":                                  "error intrinsic-shape Resources.R.Properties.Image",
		"{R: {Type: Attini::Deploy::Runner, Properties: {Image: {'Fn::Jion': [a, []]}}}}":                      "warning intrinsic-shape Resources.R.Properties.Image",
		"{R: {Type: AWS::SNS::Topic, Properties: {TopicName: !Select [a]}}}":                                   "warning intrinsic-shape Resources.R.Properties.TopicName",
		"{R: {Type: AWS::SNS::Topic, Properties: {TopicName: !If [{'Fn::Equals': [a, b]}, a, b]}}}":            "",
		"{R: {Type: AWS::SNS::Topic, Properties: {TopicName: {'Fn::Length': [a, b]}}}}":                        "error transform Resources.R.Properties.TopicName",
		"{R: {Type: Attini::Deploy::Runner, Properties: {Image: !FindInMap [M, a, x, {DefaultValue: a}]}}}":    "error transform Resources.R.Properties.Image",
		"{Fn::ForEach::T: [N, [a], {'T${N}': {Type: AWS::SNS::Topic}}]}":                                       "error transform Resources.Fn::ForEach::T",
		"{R: {Type: AWS::SNS::Topic, Properties: {Tags: {'Fn::ForEach::T': [N, [a], {'T${N}': a}], Own: b}}}}": "error transform Resources.R.Properties.Tags.Fn::ForEach::T",
	} {
		assert.Equal(t, want, places(t, bare+text), text)
		assert.NotContains(t, places(t, strings.Replace(bare, "Plan, ", "Plan, AWS::LanguageExtensions, ", 1)+text), " transform ", text)
	}
}

// places are the severity, rule and path of each problem.
func places(t *testing.T, text string) string {
	t.Helper()
	var found []string
	for _, line := range checked(t, text) {
		place, _, _ := strings.Cut(line, ": ")
		found = append(found, place)
	}
	return strings.Join(found, " ")
}

func TestConditions(t *testing.T) {
	t.Parallel()
	const rest = "\nTransform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\nParameters: {P: {Type: String}}\nResources: {Role: {Type: AWS::IAM::Role}}"
	const circle = "A: !Not [!Condition B], B: !Or [!Condition C, !Equals [a, b]], C: !Condition A"
	const sound = "A: !Not [!Condition B], B: !Or [!Condition C, !Condition D], C: !Equals [!Join ['', [!Ref P, !Ref AWS::Region]], a], D: !Condition C"
	for conditions, want := range map[string]string{
		"A: sure":                          "error intrinsic-shape Conditions.A",
		"A: !Ref P":                        "error intrinsic-shape Conditions.A",
		"A: !Equals [a]":                   "error intrinsic-shape Conditions.A",
		"A: !And [!Equals [a, b]]":         "error intrinsic-shape Conditions.A",
		"A: !Not [!Equals [a, b], a]":      "error intrinsic-shape Conditions.A",
		"A: !Or [!Equals [a, b], yes]":     "error intrinsic-shape Conditions.A.Fn::Or[1]",
		"A: !Equals [!GetAtt Role.Arn, a]": "error unknown-condition Conditions.A.Fn::Equals[0]",
		"A: !Equals [!Sub ['${a}', {a: !ImportValue x}], a]": "error unknown-condition Conditions.A.Fn::Equals[0].Fn::Sub[1].a",
		"A: !Equals [!Ref Role, a]":                          "error unknown-condition Conditions.A.Fn::Equals[0]",
		"A: !Not [!Condition A]":                             "error condition-cycle Conditions.A",
		circle:                                               "error condition-cycle Conditions.A",
		sound:                                                "",
	} {
		assert.Equal(t, want, places(t, "Conditions: {"+conditions+"}"+rest), conditions)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	const rest = "\nTransform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]"
	for text, want := range map[string]string{
		"Resources: {T: {Type: AWS::SNS::Topic, Propertys: {}}}":                                                  "error unknown-property Resources.T.Propertys",
		"Resources: {T: {Type: AWS::SNS::Topic, DependOn: T}}":                                                    "error unknown-property Resources.T.DependOn",
		"Resources: {T: {Type: Attini::Deploy::DeploymentPlan, Whatever: {}}}":                                    "error unknown-property Resources.T.Whatever",
		"Resources: {T: {Type: AWS::SNS::Topic, Whatever: {}}}":                                                   "",
		"Resources: {T: {Type: AWS::SNS::Topic, DependsOn: T}}":                                                   "error unknown-reference Resources.T.DependsOn",
		"Resources: {T: {Type: AWS::S3::Bucket, Connectors: {C: {}}}, U: {Type: AWS::SNS::Topic, DependsOn: TC}}": "",
		"Outputs: {O: {Description: a}}\nResources: {}":                                                           "error required Outputs.O.Value",
		"Outputs: {O: {Value: a}}\nResources: {}":                                                                 "",
	} {
		assert.Equal(t, want, places(t, text+rest), text)
	}
}
