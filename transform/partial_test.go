package transform_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/transform"
)

const included = "{Name: AWS::Include, Parameters: {Location: s3://b/part.yaml}}"

// checkFile are the problems of a template file.
func checkFile(t *testing.T, text string) (*cfn.Node, problem.List) {
	t.Helper()
	return transform.Expand(t.Context(), transform.Request{
		Template: read(t, text+"\nTransform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\n"), Account: facts(t).Account(), Values: pseudo(), File: true,
	})
}

// TestPartialTemplates: what another transform makes is not known; the rest is
// checked, and nothing that may be there is missed.
func TestPartialTemplates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		template string
		warnings []string // paths
		expands  bool
	}{
		"a Runner's properties":    {"Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Image: a, Fn::Transform: " + included + "}}" + job("R"), []string{"Resources.R.Properties"}, false},
		"a Runner's host":          {"Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Ec2Configuration: {Fn::Transform: " + included + ", Ami: AmazonLinux2023}}}" + job("R"), []string{"Resources.R.Properties.Ec2Configuration"}, false},
		"a Runner's commands":      {"Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Startup: {Fn::Transform: " + included + "}}}" + job("R"), []string{"Resources.R.Properties.Startup"}, true},
		"a transform in another":   {"Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Fn::Transform: {Name: AWS::Include, Parameters: {Fn::Transform: " + included + "}}}}" + job("R"), []string{"Resources.R.Properties"}, false},
		"the plan":                 {"Resources:\n  R: {Type: Attini::Deploy::Runner}\n  P: {Type: Attini::Deploy::DeploymentPlan, Properties: {DeploymentPlan: {Fn::Transform: " + included + "}}}", []string{"Resources.P.Properties.DeploymentPlan"}, false},
		"a step":                   {"Resources:\n  R: {Type: Attini::Deploy::Runner}\n  P: {Type: Attini::Deploy::DeploymentPlan, Properties: {DeploymentPlan: [{Name: A, Fn::Transform: " + included + "}]}}", []string{"Resources.P.Properties.DeploymentPlan[0]"}, false},
		"resources":                {"Resources:\n  Fn::Transform: " + included + job("Elsewhere"), []string{"Resources"}, false},
		"resources, with the plan": {"Resources:\n  Fn::Transform: " + included, []string{"Resources"}, false},
		"another resource":         {"Resources:\n  R: {Type: Attini::Deploy::Runner}\n  T: {Type: AWS::SNS::Topic, Properties: {Fn::Transform: " + included + "}}" + job("R"), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expanded, problems := checkFile(t, test.template)
			require.NoError(t, problems.Err())
			var paths []string
			for _, p := range problems {
				if p.Rule == transform.RulePartial {
					paths = append(paths, p.Path)
					assert.Contains(t, p.Message, "AWS::Include")
					assert.Contains(t, p.Advice, "--include")
				}
			}
			assert.Equal(t, test.warnings, paths)
			assert.Equal(t, test.expands, expanded != nil)
		})
	}
	_, problems := checkFile(t, "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Memory: 1, Memori: 2, Fn::Transform: "+included+"}}"+job("R"))
	assert.Contains(t, problemtest.Words(problems), "Memory: 1 is below 512")
	assert.Contains(t, problemtest.Words(problems), "did you mean Memory?")
}

// TestPartialProperties: there is no output where a transform makes a property that
// decides what a Runner becomes, or that is checked against another one.
func TestPartialProperties(t *testing.T) {
	t.Parallel()
	for _, property := range []string{"TaskDefinitionArn", "ContainerName", "Image", "Memory", "Cpu", "EcsCluster", "Ec2Configuration", "AwsVpcConfiguration"} {
		expanded, problems := checkFile(t, "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {"+property+": {Fn::Transform: "+included+"}}}"+job("R"))
		require.NoError(t, problems.Err(), property)
		assert.Nil(t, expanded, property)
	}
}

// TestLoopsBeforeTheMacro: Runners in a loop are there if the template has the
// loop expanded first.
func TestLoopsBeforeTheMacro(t *testing.T) {
	t.Parallel()
	const loop = "Resources:\n  'Fn::ForEach::R': [X, [A, B], {'R${X}': {Type: Attini::Deploy::Runner}}]"
	for transforms, expected := range map[string]problem.Severity{
		"[AWS::LanguageExtensions, AttiniDeploymentPlan, AWS::Serverless-2016-10-31]": problem.Warning,
		"[AttiniDeploymentPlan, AWS::LanguageExtensions, AWS::Serverless-2016-10-31]": problem.Error,
	} {
		expanded, problems := transform.Expand(t.Context(), transform.Request{Template: read(t, loop+job("RA")+"\nTransform: "+transforms), Values: pseudo(), File: true})
		assert.Nil(t, expanded)
		assert.Equal(t, expected == problem.Error, problems.HasErrors(), transforms)
		assert.NotEmpty(t, problems)
	}
}

// TestFileKnowsWhatIsAdded: references to what the expansion makes are right, and
// to what it does not make wrong.
func TestFileKnowsWhatIsAdded(t *testing.T) {
	t.Parallel()
	const template = "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Image: a}}\n  T: {Type: AWS::SNS::Topic, Properties: {A: !GetAtt RTaskDefinition.TaskDefinitionArn, B: !Ref RLogGroup, C: !GetAtt R.ConfigurationId}}\n"
	expanded, problems := checkFile(t, template+job("R"))
	assert.Empty(t, problems)
	assert.NotNil(t, expanded)
	_, problems = checkFile(t, template+"  U: {Type: AWS::SNS::Topic, Properties: {A: !Ref RLaunchTemplate}}\n"+job("R"))
	assert.Contains(t, problemtest.Words(problems), `error unknown-reference: Resources.U.Properties.A: Ref: the template has no parameter or resource "RLaunchTemplate"`)
	// With another mistake, what it would add is not known: one problem.
	_, problems = checkFile(t, template+"  U: {Type: AWS::SNS::Topic, Properties: {A: !Ref RLaunchTemplate}}\n"+job("S"))
	assert.Len(t, problems, 1)
}

// TestValuesOfRunners: what CloudFormation does not resolve there, or others can
// read.
func TestValuesOfRunners(t *testing.T) {
	t.Parallel()
	const host = "Memory: 4096, Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}, "
	for properties, want := range map[string]string{
		"RoleArn: '{{resolve:secretsmanager:role}}'":                     "error dynamic-reference: Runner \"R\": RoleArn: CloudFormation resolves no dynamic reference to a secret (secretsmanager) in a custom resource",
		"Startup: {Commands: [!Sub 'x {{resolve:ssm-secure:/a:1}}']}":    "error dynamic-reference: Runner \"R\": Startup.Commands[0].Fn::Sub: CloudFormation resolves no dynamic reference to a secret (ssm-secure)",
		host + "EcsCluster: '{{resolve:ssm:/cluster}}'":                  "error dynamic-reference: Runner \"R\": EcsCluster: CloudFormation resolves no dynamic reference in the user data of the EC2 host",
		host + "EcsCluster: !If [C, '{{resolve:ssm:/cluster}}', b]":      "error dynamic-reference: Runner \"R\": EcsCluster: CloudFormation resolves no dynamic reference in the user data of the EC2 host, which would join no cluster (when C is true)",
		"Startup: {Commands: ['a', !Ref Secret]}":                        "warning secret: Runner \"R\": Startup.Commands[1]: parameter \"Secret\" is NoEcho",
		"Startup: {Commands: [!FindInMap [Logins, a, b]]}":               "error dynamic-reference: Runner \"R\": Startup.Commands[0]: CloudFormation resolves no dynamic reference to a secret",
		"Startup: {Commands: [!Sub 'x ${Secret}']}":                      "warning secret: Runner \"R\": Startup.Commands[0]: parameter \"Secret\" is NoEcho",
		"EcsCluster: '{{resolve:ssm:/cluster}}'":                         "",
		"Startup: {Commands: ['{{resolve:ssm:/a}}', !Sub '${!Secret}']}": "",
		"EcsCluster: !If [C, '{{resolve:ssm:/cluster}}', b], Ec2Configuration: !If [C, !Ref AWS::NoValue, {InstanceType: m5.large, Ami: AmazonLinux2023}], Memory: 4096, Cpu: 1024": "",
	} {
		_, problems := expand(t, read(t, "Parameters: {Secret: {Type: String, NoEcho: true}}\nMappings: {Logins: {a: {b: '{{resolve:secretsmanager:login}}'}}}"+runnerWith(properties)))
		if want == "" {
			assert.Empty(t, problems, properties)
			continue
		}
		assert.Len(t, problems, 1, properties)
		assert.Contains(t, problemtest.Words(problems), want, properties)
	}
}

// TestSecretsInPlans: what a function makes of a secret is one, and what stands beside the
// steps can be read as well.
func TestSecretsInPlans(t *testing.T) {
	t.Parallel()
	const steps = "DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V: "
	for properties, path := range map[string]string{
		steps + "!Join ['-', [a, !Ref Secret]]}}}]":                `DeploymentPlan.States.A.Properties.Environment.V.Fn::Join[1][1]`,
		steps + "!Base64 {Ref: Secret}}}}]":                        `DeploymentPlan.States.A.Properties.Environment.V.Fn::Base64`,
		steps + "!Select [0, !Split [',', !Sub 'a${Secret}']]}}}]": `DeploymentPlan.States.A.Properties.Environment.V.Fn::Select[1].Fn::Split[1]`,
		steps + "b}}}], DefinitionSubstitutions: {S: !Ref Secret}": `DefinitionSubstitutions.S`,
		steps + "b}}}], PayloadDefaults: {a: {b: [!Ref Secret]}}":  `PayloadDefaults.a.b[0]`,
		steps + "!If [C, a, !Join ['', [!Ref Open]]]}}}]":          "",
	} {
		_, problems := expand(t, read(t, "Parameters: {Secret: {Type: String, NoEcho: true}, Open: {Type: String}}\nConditions: {C: !Equals [!Ref Secret, a]}\n"+
			"Resources: {Plan: {Type: Attini::Deploy::DeploymentPlan, Properties: {"+properties+"}}}"))
		if path == "" {
			assert.Empty(t, problems, properties)
			continue
		}
		require.Len(t, problems, 1, properties)
		assert.Equal(t, "secret Resources.Plan.Properties."+path, problems[0].Rule+" "+problems[0].Path)
	}
}

// TestLoopsInRunners: the macro sees a loop only where it is expanded too late.
func TestLoopsInRunners(t *testing.T) {
	t.Parallel()
	const resources = "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Startup: {'Fn::ForEach::C': [N, [a], {'${N}': x}]}}}\n" +
		"  Plan: {Type: Attini::Deploy::DeploymentPlan, Properties: {DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}}]}}"
	for transforms, want := range map[string]string{
		"[AttiniDeploymentPlan, AWS::LanguageExtensions]": "error loop",
		"[AWS::LanguageExtensions, AttiniDeploymentPlan]": "warning not-checked",
	} {
		_, problems := expand(t, read(t, "Transform: "+transforms+"\n"+resources))
		require.Len(t, problems, 1)
		assert.Equal(t, want+" Resources.R.Properties.Startup.Fn::ForEach::C", string(problems[0].Severity)+" "+problems[0].Rule+" "+problems[0].Path)
	}
}
