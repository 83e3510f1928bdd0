package transform_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/transform"
)

// around is a template with one Runner of the given properties, on which one
// job runs, and other sections and resources.
func around(properties, sections, resources string) string {
	indented := strings.ReplaceAll("\n"+strings.TrimSpace(properties), "\n", "\n      ")
	return sections + `
Resources:
  Build:
    Type: Attini::Deploy::Runner
    Properties:` + indented + `
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Runner: Build, Commands: [ls]}}
` + resources
}

const twoContainers = `
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Cpu: 1 vCPU
      Memory: 4 GB
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions:
        - {Name: main, Image: a}
        - {Name: sidecar, Image: b, EntryPoint: [sh]}
`

const hostTask = `
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      RequiresCompatibilities: [EC2]
      ContainerDefinitions: [{Name: main, Image: a, Memory: 512}]
`

// TestEachRule: every check of a template fails alone.
func TestEachRule(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	cases := map[string]struct {
		properties, sections, resources string
		parameters                      map[string]string
		want                            string
	}{
		"below a range":                      {properties: "RunnerConfiguration: {JobTimeout: 3}", want: `error range Resources.Build.Properties.RunnerConfiguration.JobTimeout`},
		"above a range":                      {properties: "RunnerConfiguration: {MaxConcurrentJobs: 21}", want: `error range Resources.Build.Properties.RunnerConfiguration.MaxConcurrentJobs`},
		"a text in place of a number":        {properties: "Memory: lots", want: `error type Resources.Build.Properties.Memory`},
		"a value that is not allowed":        {properties: "RunnerConfiguration: {LogLevel: TRACE}", want: `error allowed-values Resources.Build.Properties.RunnerConfiguration.LogLevel`},
		"a required property":                {properties: "Ec2Configuration: {Ami: AmazonLinux2023}", want: `error required Resources.Build.Properties.Ec2Configuration.InstanceType`},
		"properties that exclude each other": {properties: "Image: debian\nTaskDefinitionArn: attini-default-runner", want: `error exclusive Resources.Build.Properties.Image`},
		"a property that does not exist":     {properties: "Imag: debian", want: `error unknown-property Resources.Build.Properties.Imag`},
		"a property in the wrong place":      {properties: "JobTimeout: 60", want: `error unknown-property Resources.Build.Properties.JobTimeout`},
		"a loop among the properties":        {properties: "'Fn::ForEach::Loop': [X, [a], {}]", want: `error type Resources.Build.Properties`},
		"no subnets":                         {properties: "AwsVpcConfiguration: {Subnets: []}", want: `error list-length Resources.Build.Properties.AwsVpcConfiguration.Subnets`},
		"subnets that come to nothing":       {properties: "AwsVpcConfiguration: {Subnets: !Ref Subnets}", sections: "Parameters: {Subnets: {Type: CommaDelimitedList, Default: ''}}", want: `error pattern Resources.Build.Properties.AwsVpcConfiguration.Subnets[0]`},
		"no security groups":                 {properties: "AwsVpcConfiguration: {Subnets: subnet-1, SecurityGroups: []}", want: `error list-length Resources.Build.Properties.AwsVpcConfiguration.SecurityGroups`},
		"a subnet's id":                      {properties: "AwsVpcConfiguration: {Subnets: 'subnet-1, vpc-2'}", want: `error pattern Resources.Build.Properties.AwsVpcConfiguration.Subnets[1]`},

		"the value of a parameter":               {properties: "Cpu: !Ref Cpu", sections: "Parameters: {Cpu: {Type: Number}}", parameters: map[string]string{"Cpu": "100"}, want: `error range Resources.Build.Properties.Cpu`},
		"the Default of a parameter":             {properties: "Cpu: !Ref Cpu", sections: "Parameters: {Cpu: {Type: Number, Default: 100}}", want: `error range Resources.Build.Properties.Cpu`},
		"what a parameter allows":                {properties: "RunnerConfiguration: {LogLevel: !Ref Level}", sections: "Parameters: {Level: {Type: String, AllowedValues: [INFO, DEBUG, Verbose]}}", want: `error allowed-values Resources.Build.Properties.RunnerConfiguration.LogLevel`},
		"what a mapping has":                     {properties: "Memory: !FindInMap [Sizes, !Ref 'AWS::Region', Memory]", sections: "Mappings: {Sizes: {eu-west-1: {Memory: 100}}}", want: `error range Resources.Build.Properties.Memory`},
		"the branch that a parameter takes":      {properties: "Memory: !If [Small, 100, 4096]", sections: "Parameters: {Size: {Type: String, Default: small}}\nConditions: {Small: !Equals [!Ref Size, small]}", want: `error range Resources.Build.Properties.Memory`},
		"a branch that may be taken":             {properties: "Memory: !If [Mine, 100, 4096]", sections: "Conditions: {Mine: !Equals [!Ref 'AWS::StackName', mine]}", want: `error range Resources.Build.Properties.Memory`},
		"a value inside a branch of an object":   {properties: "RunnerConfiguration: !If [Small, {IdleTimeToLive: 5}, !Ref 'AWS::NoValue']", sections: "Conditions: {Small: !Equals [a, a]}", want: `error range Resources.Build.Properties.RunnerConfiguration.IdleTimeToLive`},
		"a value in a list that a parameter has": {properties: "AwsVpcConfiguration: {Subnets: !Ref Subnets}", sections: "Parameters: {Subnets: {Type: CommaDelimitedList}}", parameters: map[string]string{"Subnets": "subnet-1,sg-1"}, want: `error pattern Resources.Build.Properties.AwsVpcConfiguration.Subnets[1]`},

		"a Cpu that Fargate lacks":                      {properties: "Cpu: 768", want: `error fargate-size Resources.Build.Properties.Cpu`},
		"a Memory that does not go with Cpu":            {properties: "Cpu: 1024\nMemory: 512", want: `error fargate-size Resources.Build.Properties.Memory`},
		"a Cpu that does not go with the default":       {properties: "Cpu: 4096", want: `error fargate-size Resources.Build.Properties.Cpu`},
		"a Memory that does not go with the image's":    {properties: "Image: debian\nMemory: 8192", want: `error fargate-size Resources.Build.Properties.Memory`},
		"a Memory that does not go with a definition's": {properties: "TaskDefinitionArn: !Ref Task\nContainerName: main\nMemory: 1024", resources: twoContainers, want: `error fargate-size Resources.Build.Properties.Memory`},

		"several containers":                   {properties: "TaskDefinitionArn: !Ref Task", resources: twoContainers, want: `error container-name Resources.Build.Properties.ContainerName`},
		"a container that is not there":        {properties: "TaskDefinitionArn: !Ref Task\nContainerName: mian", resources: twoContainers, want: `error container-name Resources.Build.Properties.ContainerName`},
		"a container with an entry point":      {properties: "TaskDefinitionArn: !Ref Task\nContainerName: sidecar", resources: twoContainers, want: `error entry-point Resources.Build.Properties.TaskDefinitionArn`},
		"a definition for another launch type": {properties: "TaskDefinitionArn: !Ref Task", resources: hostTask, want: `error launch-type Resources.Build.Properties.TaskDefinitionArn`},
		"a network that Fargate lacks":         {properties: "TaskDefinitionArn: !Ref Task\nContainerName: main", resources: strings.Replace(twoContainers, "awsvpc", "host", 1), want: `error network-mode Resources.Build.Properties.TaskDefinitionArn`},
		"a Fargate definition on a host":       {properties: "TaskDefinitionArn: !Ref Task\nContainerName: main\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", resources: twoContainers, want: `error launch-type Resources.Build.Properties.TaskDefinitionArn`},

		"an unknown instance type":           {properties: "Ec2Configuration: {InstanceType: m5.enormous, Ami: AmazonLinux2023}", want: `error instance-type Resources.Build.Properties.Ec2Configuration.InstanceType`},
		"an AMI of another architecture":     {properties: "Ec2Configuration: {InstanceType: m7g.large, Ami: AmazonLinux2023}", want: `error architecture Resources.Build.Properties.Ec2Configuration.Ami`},
		"an own AMI of another architecture": {properties: "Ec2Configuration: {InstanceType: m7g.large, Ami: ami-0123456789abcdef0}", want: `error architecture Resources.Build.Properties.Ec2Configuration.Ami`},
		"an AMI that is not there":           {properties: "Ec2Configuration: {InstanceType: m5.large, Ami: ami-0000000000000000f}", want: `error unknown-ami Resources.Build.Properties.Ec2Configuration.Ami`},
		"a GPU alias without a GPU": {properties: "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2_gpu}", want: `error accelerator Resources.Build.Properties.Ec2Configuration.Ami
warning ami-end-of-life Resources.Build.Properties.Ec2Configuration.Ami`},
		"a Neuron alias without a device":  {properties: "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023_inf}", want: `error accelerator Resources.Build.Properties.Ec2Configuration.Ami`},
		"an alias past its end of life":    {properties: "Ec2Configuration: {InstanceType: m5.large}", want: `warning ami-end-of-life Resources.Build.Properties.Ec2Configuration.Ami`},
		"all of the host's Cpu":            {properties: "Cpu: 2048\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", want: `error host-cpu Resources.Build.Properties.Cpu`},
		"more than the host's Memory":      {properties: "Memory: 9000\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", want: `error host-memory Resources.Build.Properties.Memory`},
		"nearly all of the host's Memory":  {properties: "Memory: 7000\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", want: `warning host-memory Resources.Build.Properties.Memory`},
		"a host too small for the default": {properties: "Ec2Configuration: {InstanceType: t3.micro, Ami: AmazonLinux2023}", want: `error host-memory Resources.Build.Properties.Ec2Configuration.InstanceType`},

		"a loop over Runners":         {properties: "Image: debian", resources: "  'Fn::ForEach::R': [X, [a, b], {'R${X}': {Type: Attini::Deploy::Runner}}]\n", want: `error loop Resources.Fn::ForEach::R`},
		"a reference to the plan":     {properties: "Image: debian", resources: "  Alarm: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Plan}}\n", want: `error removed-resource Resources.Alarm.Properties.TopicName`},
		"a dependency on the plan":    {properties: "Image: debian", resources: "  Topic: {Type: AWS::SNS::Topic, DependsOn: [Build, Plan]}\n", want: `error removed-resource Resources.Topic.DependsOn[1]`},
		"an attribute of the plan":    {properties: "Image: debian", resources: "  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub 'x-${Plan.Name}'}}\n", want: `error removed-resource Resources.Topic.Properties.TopicName`},
		"a name that the image needs": {properties: "Image: debian", resources: "  BuildLogGroup: {Type: AWS::Logs::LogGroup}\n", want: `error name-clash Resources.BuildLogGroup`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := pseudo()
			values.Parameters = c.parameters
			template := read(t, around(c.properties, c.sections, c.resources))
			_, problems := transform.Expand(t.Context(), transform.Request{Template: template, Values: values, Account: region{facts(t)}})
			assert.Equal(t, c.want, problemtest.Places(problems))
			words.Assert(t, problemtest.Words(problems))
		})
	}
}

// TestSecretsInAPlan: what a parameter hides, a definition shows.
func TestSecretsInAPlan(t *testing.T) {
	t.Parallel()
	_, problems := expand(t, read(t, "Parameters: {Secret: {Type: String, NoEcho: true}}"+
		steps("A: {Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls], Environment: {TOKEN: !Ref Secret}}, End: true}")))
	assert.Equal(t, `warning secret: Resources.Plan.Properties.DeploymentPlan.States.A.Properties.Environment.TOKEN: parameter "Secret" is NoEcho, `+
		`but its value will stand readable in the state machine's definition | Keep it in Secrets Manager and read it in the job, on a Runner whose RoleArn may.`, problemtest.Words(problems))
}

// TestSecretsBehindNames: a dynamic reference to a secret that a parameter's Default, its
// value or a mapping brings in is one that is written out.
func TestSecretsBehindNames(t *testing.T) {
	t.Parallel()
	const sections = "Parameters:\n  Token: {Type: String, Default: '{{resolve:secretsmanager:t}}'}\n  Hidden: {Type: String, NoEcho: true, Default: '{{resolve:ssm-secure:t:1}}'}\n" +
		"  Plain: {Type: String, Default: '{{resolve:ssm:t:1}}'}\nMappings: {M: {a: {b: '{{resolve:secretsmanager:t}}'}}}"
	const step, runner, cluster = "error dynamic-reference Resources.Plan.Properties.DeploymentPlan.States.Job.Properties.Commands[0]", "error dynamic-reference Resources.Build.Properties.Startup.Commands[0]", "error dynamic-reference Resources.Build.Properties.EcsCluster"
	for value, want := range map[string][2]string{
		"!Ref Token":                       {step, runner},
		"!Sub 'x ${Token}'":                {step, runner},
		"!Sub ['${a}', {a: !Ref Token}]":   {step + ".Fn::Sub[1].a", runner + ".Fn::Sub[1].a"},
		"!Join ['', [a, !Ref Token]]":      {step + ".Fn::Join[1][1]", runner + ".Fn::Join[1][1]"},
		"!FindInMap [M, a, b]":             {step, runner},
		"!Join ['', [!FindInMap [M,a,b]]]": {step + ".Fn::Join[1][0]", runner + ".Fn::Join[1][0]"},
		"!Ref Hidden":                      {step + "\nwarning secret " + strings.TrimPrefix(step, "error dynamic-reference "), runner + "\nwarning secret " + strings.TrimPrefix(runner, "error dynamic-reference ")},
		"!Ref Plain":                       {"warning" + strings.TrimPrefix(step, "error"), ""},
	} {
		_, problems := expand(t, read(t, strings.Replace(around("Image: debian", sections, ""), "[ls]", "["+value+"]", 1)))
		assert.Equal(t, want[0], problemtest.Places(problems), value)
		_, problems = expand(t, read(t, around("Startup: {Commands: ["+value+"]}", sections, "")))
		assert.Equal(t, want[1], problemtest.Places(problems), value)
	}
	_, problems := expand(t, read(t, around("Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}\nEcsCluster: !Ref Plain", sections, "")))
	assert.Equal(t, cluster, problemtest.Places(problems))
	values := pseudo()
	values.Parameters = map[string]string{"Token": "none"}
	_, problems = transform.Expand(t.Context(), transform.Request{Template: read(t, around("Startup: {Commands: [!Ref Token]}", sections, "")), Values: values, Account: region{facts(t)}})
	assert.Empty(t, problems, "the value that is given counts")
}

// TestTaskResource: what Step Functions cannot call.
func TestTaskResource(t *testing.T) {
	t.Parallel()
	const function = "  Fn: {Type: AWS::Lambda::Function}\n  Activity: {Type: AWS::StepFunctions::Activity}\n"
	for resource, want := range map[string]string{
		"my-function": "error resource", "Fn": "error resource", "'lambda:invoke'": "error resource", "'arn:aws:states::lambda:invoke'": "error resource",
		"'arn:aws:sns:eu-west-1:111122223333:topic'": "error resource", "'arn:aws:states:eu-west-1:111122223333:stateMachine:x'": "error resource", "!Ref Fn": "error reference-kind",
		"!GetAtt Fn.Arn": "", "!Ref Activity": "", "'arn:aws:states:::lambda:invoke'": "", "'arn:aws-cn:states:::sns:publish.waitForTaskToken'": "", "'${Fn}'": "", "!Sub '${Fn.Arn}'": "",
		"'arn:aws:lambda:eu-west-1:111122223333:function:x:live'": "", "'arn:aws:states:eu-west-1:111122223333:activity:x'": "", "!ImportValue x": "",
	} {
		_, problems := expand(t, read(t, steps("A: {Type: Task, Resource: "+resource+", End: true}")+function))
		if want != "" {
			want += " Resources.Plan.Properties.DeploymentPlan.States.A.Resource"
		}
		assert.Equal(t, want, strings.Join(errorsOnly(problemtest.Places(problems)), "\n"), resource)
	}
	words := refused(t, steps("A: {Type: Task, Resource: 'states::lambda:invoke', Next: B}\nB: {Type: Task, Resource: Fn.Arn, End: true}")+function)
	assert.Contains(t, words, "Write !GetAtt Fn.Arn.")
}

func errorsOnly(places string) []string {
	return slices.DeleteFunc(strings.Split(places, "\n"), func(place string) bool { return !strings.HasPrefix(place, "error") })
}

// TestListsInAPlan: a parameter that is a list cannot become a text, wherever
// one is due; a function that takes lists may have it.
func TestListsInAPlan(t *testing.T) {
	t.Parallel()
	const parameters = "Parameters: {Ids: {Type: CommaDelimitedList}, Stored: {Type: 'AWS::SSM::Parameter::Value<List<String>>'}, Text: {Type: String}}"
	_, problems := expand(t, read(t, parameters+steps(`
A:
  Type: AttiniRunnerJob
  Properties:
    Runner: R
    Commands: [!Ref Ids, !Sub "x ${Stored} ${Text}", !Sub ["${A}", {A: !Ref Ids}], !If [C, !Ref Stored, a], !Join [",", !Ref Ids], !Select [0, !Ref Ids]]
  End: true`)+"Conditions: {C: !Equals [a, a]}\n"))
	var paths []string
	for _, p := range problems {
		paths = append(paths, strings.TrimPrefix(p.Path, "Resources.Plan.Properties.DeploymentPlan.States.A.Properties."))
	}
	assert.Equal(t, []string{"Commands[0]", "Commands[1]", "Commands[2].Fn::Sub[1].A", "Commands[3].Fn::If[1]"}, paths)
	assert.Equal(t, `Resources.Plan.Properties.DeploymentPlan.States.A.Properties.Commands[0]: parameter "Ids" is a list, and only a text can stand in a plan`, problems[0].Message)
	assert.Equal(t, `Join it: {"Fn::Join": [",", {"Ref": "Ids"}]}.`, problems[0].Advice)
}

const wordsFile = "messages.golden"

func TestEveryRuleHasARow(t *testing.T) {
	t.Parallel()
	problemtest.EveryRule(t, ".", "testdata/"+wordsFile, map[string]string{"RuleLimit": "TestBeyondWhatIsExpanded", "RulePartial": "TestPartialTemplates", "RuleSecret": "TestSecretsInAPlan", "RuleYAMLValue": "TestMisreadValues"})
	problemtest.EveryRule(t, "../internal/compat", "testdata/"+wordsFile, map[string]string{"RuleAmiPlatform": "its TestExamine", "RuleHostAddress": "its TestExamine"})
}

// region is an account in which nothing exists but its facts.
type region struct{ facts transform.Facts }

func (r region) DefaultSubnets(context.Context) ([]string, error) { return r.facts.DefaultSubnets, nil }

func (r region) Parameters(context.Context, []string) (map[string]string, error) {
	return r.facts.SystemsManagerParameters, nil
}

func (r region) Images(context.Context, []string) (map[string]compat.Image, error) {
	return r.facts.Images, nil
}

func (r region) InstanceTypes(context.Context, []string) (map[string]compat.InstanceType, error) {
	return r.facts.InstanceTypes, nil
}
