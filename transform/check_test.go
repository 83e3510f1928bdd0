package transform_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
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

// TestEachRule: every check of a template fails alone, with its exact words.
func TestEachRule(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		properties, sections, resources string
		parameters                      map[string]string
		want                            string
	}{
		"below a range":                      {properties: "RunnerConfiguration: {JobTimeout: 3}", want: `error range: Runner "Build": RunnerConfiguration.JobTimeout: 3 is below 5 (allowed 5-172800 seconds)`},
		"above a range":                      {properties: "RunnerConfiguration: {MaxConcurrentJobs: 21}", want: `error range: Runner "Build": RunnerConfiguration.MaxConcurrentJobs: 21 is above 20 (allowed 1-20 jobs)`},
		"a text in place of a number":        {properties: "Memory: lots", want: `error type: Runner "Build": Memory: must be a whole number, not "lots" (allowed 512-25165824 MiB)`},
		"a value that is not allowed":        {properties: "RunnerConfiguration: {LogLevel: TRACE}", want: `error allowed-values: Runner "Build": RunnerConfiguration.LogLevel: "TRACE" is not allowed (allowed: DEBUG, INFO, WARN, ERROR, OFF, ALL)`},
		"a required property":                {properties: "Ec2Configuration: {Ami: AmazonLinux2023}", want: `error required: Runner "Build": Ec2Configuration.InstanceType: is required`},
		"properties that exclude each other": {properties: "Image: debian\nTaskDefinitionArn: attini-default-runner", want: `error exclusive: Runner "Build": Image: cannot be combined with TaskDefinitionArn; remove one of them`},
		"a property that does not exist":     {properties: "Imag: debian", want: `error unknown-property: Runner "Build": Imag: there is no such property; did you mean Image?`},
		"a property in the wrong place":      {properties: "JobTimeout: 60", want: `error unknown-property: Runner "Build": JobTimeout: there is no such property here; it belongs in RunnerConfiguration`},
		"a loop among the properties":        {properties: "'Fn::ForEach::Loop': [X, [a], {}]", want: `error type: Runner "Build": Properties: must be an object, not Fn::ForEach::Loop: a loop is expanded only after this macro; write the properties out`},
		"no subnets":                         {properties: "AwsVpcConfiguration: {Subnets: []}", want: `error list-length: Runner "Build": AwsVpcConfiguration.Subnets: must not be empty (allowed 1-16 items)`},
		"subnets that come to nothing":       {properties: "AwsVpcConfiguration: {Subnets: !Ref Subnets}", sections: "Parameters: {Subnets: {Type: CommaDelimitedList, Default: ''}}", want: `error pattern: Runner "Build": AwsVpcConfiguration.Subnets[0]: "" is not a subnet id such as subnet-0123456789abcdef0; it is the value of parameter "Subnets"`},
		"no security groups":                 {properties: "AwsVpcConfiguration: {Subnets: subnet-1, SecurityGroups: []}", want: `error list-length: Runner "Build": AwsVpcConfiguration.SecurityGroups: must not be empty (allowed 1-5 items)`},
		"a subnet's id":                      {properties: "AwsVpcConfiguration: {Subnets: 'subnet-1, vpc-2'}", want: `error pattern: Runner "Build": AwsVpcConfiguration.Subnets[1]: "vpc-2" is not a subnet id such as subnet-0123456789abcdef0`},

		"the value of a parameter":               {properties: "Cpu: !Ref Cpu", sections: "Parameters: {Cpu: {Type: Number}}", parameters: map[string]string{"Cpu": "100"}, want: `error range: Runner "Build": Cpu: 100 is below 256 (allowed 256-98304 CPU units); it is the value of parameter "Cpu"`},
		"the Default of a parameter":             {properties: "Cpu: !Ref Cpu", sections: "Parameters: {Cpu: {Type: Number, Default: 100}}", want: `error range: Runner "Build": Cpu: 100 is below 256 (allowed 256-98304 CPU units); it is the value of parameter "Cpu"`},
		"what a parameter allows":                {properties: "RunnerConfiguration: {LogLevel: !Ref Level}", sections: "Parameters: {Level: {Type: String, AllowedValues: [INFO, DEBUG, Verbose]}}", want: `error allowed-values: Runner "Build": RunnerConfiguration.LogLevel: "Verbose" is not allowed (allowed: DEBUG, INFO, WARN, ERROR, OFF, ALL); parameter "Level" allows it`},
		"what a mapping has":                     {properties: "Memory: !FindInMap [Sizes, !Ref 'AWS::Region', Memory]", sections: "Mappings: {Sizes: {eu-west-1: {Memory: 100}}}", want: `error range: Runner "Build": Memory: 100 is below 512 (allowed 512-25165824 MiB); it is what Fn::FindInMap comes to`},
		"the branch that a parameter takes":      {properties: "Memory: !If [Small, 100, 4096]", sections: "Parameters: {Size: {Type: String, Default: small}}\nConditions: {Small: !Equals [!Ref Size, small]}", want: `error range: Runner "Build": Memory: 100 is below 512 (allowed 512-25165824 MiB); it is what Fn::If comes to`},
		"a branch that may be taken":             {properties: "Memory: !If [Mine, 100, 4096]", sections: "Conditions: {Mine: !Equals [!Ref 'AWS::StackName', mine]}", want: `error range: Runner "Build": Memory: 100 is below 512 (allowed 512-25165824 MiB); it is what Fn::If comes to (when Mine is true)`},
		"a value inside a branch of an object":   {properties: "RunnerConfiguration: !If [Small, {IdleTimeToLive: 5}, !Ref 'AWS::NoValue']", sections: "Conditions: {Small: !Equals [a, a]}", want: `error range: Runner "Build": RunnerConfiguration.IdleTimeToLive: 5 is below 60 (allowed 60-86400 seconds)`},
		"a value in a list that a parameter has": {properties: "AwsVpcConfiguration: {Subnets: !Ref Subnets}", sections: "Parameters: {Subnets: {Type: CommaDelimitedList}}", parameters: map[string]string{"Subnets": "subnet-1,sg-1"}, want: `error pattern: Runner "Build": AwsVpcConfiguration.Subnets[1]: "sg-1" is not a subnet id such as subnet-0123456789abcdef0; it is the value of parameter "Subnets"`},

		"a Cpu that Fargate lacks":                      {properties: "Cpu: 768", want: `error fargate-size: Runner "Build": Cpu: 768 CPU units are no size of Fargate (sizes: 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)`},
		"a Memory that does not go with Cpu":            {properties: "Cpu: 1024\nMemory: 512", want: `error fargate-size: Runner "Build": Memory: 512 MiB do not go with 1024 CPU units on Fargate (with them: 2048-8192 in steps of 1024) | On Fargate, 512 MiB go with Cpu 256.`},
		"a Cpu that does not go with the default":       {properties: "Cpu: 4096", want: `error fargate-size: Runner "Build": Cpu: 4096 CPU units do not go with 3072 MiB, the Memory of the default task definition, attini-default-runner, on Fargate (with 4096: 8192-30720 in steps of 1024); give Memory too`},
		"a Memory that does not go with the image's":    {properties: "Image: debian\nMemory: 8192", want: `error fargate-size: Runner "Build": Memory: 8192 MiB do not go with 512 CPU units, the Cpu of task definition "BuildTaskDefinition", on Fargate (with 512: 1024-4096 in steps of 1024); give Cpu too | On Fargate, 8192 MiB go with Cpu 1024, 2048, 4096.`},
		"a Memory that does not go with a definition's": {properties: "TaskDefinitionArn: !Ref Task\nContainerName: main\nMemory: 1024", resources: twoContainers, want: `error fargate-size: Runner "Build": Memory: 1024 MiB do not go with 1024 CPU units, the Cpu of task definition "Task", on Fargate (with 1024: 2048-8192 in steps of 1024); give Cpu too | On Fargate, 1024 MiB go with Cpu 256, 512.`},

		"several containers":                   {properties: "TaskDefinitionArn: !Ref Task", resources: twoContainers, want: `error container-name: Runner "Build": ContainerName: is required, because task definition "Task" has more than one container (it has: "main", "sidecar"); name the one that runs the jobs`},
		"a container that is not there":        {properties: "TaskDefinitionArn: !Ref Task\nContainerName: mian", resources: twoContainers, want: `error container-name: Runner "Build": ContainerName: task definition "Task" has no container "mian" (it has: "main", "sidecar")`},
		"a container with an entry point":      {properties: "TaskDefinitionArn: !Ref Task\nContainerName: sidecar", resources: twoContainers, want: `error entry-point: Runner "Build": TaskDefinitionArn: container "sidecar" of task definition "Task" has an EntryPoint, which would get the runner's start command as its arguments; remove EntryPoint`},
		"a definition for another launch type": {properties: "TaskDefinitionArn: !Ref Task", resources: hostTask, want: `error launch-type: Runner "Build": TaskDefinitionArn: task definition "Task" cannot run on Fargate (its RequiresCompatibilities: "EC2"); add FARGATE to them, or give Ec2Configuration to run on an EC2 host`},
		"a Fargate definition on a host":       {properties: "TaskDefinitionArn: !Ref Task\nContainerName: main\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", resources: twoContainers, want: `error launch-type: Runner "Build": TaskDefinitionArn: task definition "Task" cannot run on the EC2 host of Ec2Configuration (its RequiresCompatibilities: "FARGATE"); add EC2 to them, or remove Ec2Configuration to run on Fargate`},

		"an unknown instance type":           {properties: "Ec2Configuration: {InstanceType: m5.enormous, Ami: AmazonLinux2023}", want: `error instance-type: Runner "Build": Ec2Configuration.InstanceType: there is no instance type "m5.enormous" in this region; choose one that the region has`},
		"an AMI of another architecture":     {properties: "Ec2Configuration: {InstanceType: m7g.large, Ami: AmazonLinux2023}", want: `error architecture: Runner "Build": Ec2Configuration.Ami: AmazonLinux2023 is for x86_64, but m7g.large is arm64; use AmazonLinux2023_arm64 or another instance type`},
		"an own AMI of another architecture": {properties: "Ec2Configuration: {InstanceType: m7g.large, Ami: ami-0123456789abcdef0}", want: `error architecture: Runner "Build": Ec2Configuration.Ami: the AMI ami-0123456789abcdef0 is for x86_64, but m7g.large is arm64; give an AMI for it, such as AmazonLinux2023_arm64, or another instance type`},
		"an AMI that is not there":           {properties: "Ec2Configuration: {InstanceType: m5.large, Ami: ami-0000000000000000f}", want: `error unknown-ami: Runner "Build": Ec2Configuration.Ami: ami-0000000000000000f is no AMI of this region that the account may use`},
		"a GPU alias without a GPU":          {properties: "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2_gpu}", want: "error accelerator: Runner \"Build\": Ec2Configuration.Ami: AmazonLinux2_gpu is for hosts with GPUs, but m5.large has none; use AmazonLinux2023 or an instance type with GPUs\nwarning ami-end-of-life: Runner \"Build\": Ec2Configuration.Ami: AmazonLinux2_gpu reached its end of life on 30 June 2026, and no documented name follows it; give the id of an ECS-optimized Amazon Linux 2023 AMI for GPUs | AWS publishes that id in the Systems Manager parameter /aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id."},
		"a Neuron alias without a device":    {properties: "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023_inf}", want: `error accelerator: Runner "Build": Ec2Configuration.Ami: AmazonLinux2023_inf is for hosts with Neuron devices, but m5.large has none; use AmazonLinux2023 or an instance type with Neuron devices`},
		"an alias past its end of life":      {properties: "Ec2Configuration: {InstanceType: m5.large}", want: `warning ami-end-of-life: Runner "Build": Ec2Configuration.Ami: the default, AmazonLinux2, reached its end of life on 30 June 2026; use AmazonLinux2023`},
		"all of the host's Cpu":              {properties: "Cpu: 2048\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", want: `error host-cpu: Runner "Build": Cpu: 2048 CPU units must be smaller than the host's: m5.large has 2048 CPU units (2 vCPUs); lower Cpu or use a larger instance type`},
		"more than the host's Memory":        {properties: "Memory: 9000\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", want: `error host-memory: Runner "Build": Memory: 9000 MiB are more than the 8192 MiB of m5.large (recommended: ca. 70-80%, 5735-6553 MiB); lower Memory or use a larger instance type`},
		"nearly all of the host's Memory":    {properties: "Memory: 7000\nEc2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", want: `warning host-memory: Runner "Build": Memory: 7000 MiB are 86% of the 8192 MiB of m5.large and leave its operating system little (recommended: ca. 70-80%, 5735-6553 MiB); lower Memory or use a larger instance type`},
		"a host too small for the default":   {properties: "Ec2Configuration: {InstanceType: t3.micro, Ami: AmazonLinux2023}", want: `error host-memory: Runner "Build": Ec2Configuration.InstanceType: 3072 MiB, the Memory of task definition "BuildTaskDefinition", are more than the 1024 MiB of t3.micro (recommended: ca. 70-80%, 717-819 MiB); give Memory or use a larger instance type`},

		"a loop over Runners":         {properties: "Image: debian", resources: "  'Fn::ForEach::R': [X, [a, b], {'R${X}': {Type: Attini::Deploy::Runner}}]\n", want: `error loop: Resources.Fn::ForEach::R: an Attini::Deploy::Runner cannot stand in a loop, which is expanded only after this macro | Write the resources out.`},
		"a reference to the plan":     {properties: "Image: debian", resources: "  Alarm: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Plan}}\n", want: `error removed-resource: Resources.Alarm.Properties.TopicName: refers to plan "Plan", which becomes the state machine "AttiniDeploymentPlanSfnPlan" | Refer to AttiniDeploymentPlanSfnPlan.`},
		"a dependency on the plan":    {properties: "Image: debian", resources: "  Topic: {Type: AWS::SNS::Topic, DependsOn: [Build, Plan]}\n", want: `error removed-resource: Resources.Topic.DependsOn[1]: refers to plan "Plan", which becomes the state machine "AttiniDeploymentPlanSfnPlan" | Refer to AttiniDeploymentPlanSfnPlan.`},
		"an attribute of the plan":    {properties: "Image: debian", resources: "  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub 'x-${Plan.Name}'}}\n", want: `error removed-resource: Resources.Topic.Properties.TopicName: refers to plan "Plan", which becomes the state machine "AttiniDeploymentPlanSfnPlan" | Refer to AttiniDeploymentPlanSfnPlan.`},
		"a name that the image needs": {properties: "Image: debian", resources: "  BuildLogGroup: {Type: AWS::Logs::LogGroup}\n", want: `error name-clash: Resource "BuildLogGroup": "Build" becomes a resource of this name, but the template declares a resource of that name | Rename one of the two.`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := pseudo()
			values.Parameters = c.parameters
			template := read(t, around(c.properties, c.sections, c.resources))
			_, problems := transform.Expand(t.Context(), transform.Request{Template: template, Values: values, Account: region{facts(t)}})
			assert.Equal(t, c.want, told(problems))
		})
	}
}

// TestSecretsInAPlan: what a parameter hides, a definition shows.
func TestSecretsInAPlan(t *testing.T) {
	t.Parallel()
	_, problems := expand(t, read(t, "Parameters: {Secret: {Type: String, NoEcho: true}}"+
		steps("A: {Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls], Environment: {TOKEN: !Ref Secret}}, End: true}")))
	assert.Equal(t, `warning secret: Resources.Plan.Properties.DeploymentPlan.States.A.Properties.Environment.TOKEN: parameter "Secret" is NoEcho, `+
		`but its value will stand readable in the state machine's definition | Keep it in Secrets Manager and read it in the job, on a Runner whose RoleArn may.`, told(problems))
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

// told writes problems as tests read them: severity, rule, message and advice.
func told(problems problem.List) string {
	var lines []string
	for _, p := range problems {
		line := string(p.Severity) + " " + p.Rule + ": " + p.Message
		if p.Advice != "" {
			line += " | " + p.Advice
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
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
