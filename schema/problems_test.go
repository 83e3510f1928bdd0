package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// read reads the Runner Build of a template that has these properties, in
// YAML, one a line.
func read(t testing.TB, properties string) (*schema.Runner, problem.List) {
	t.Helper()
	body := "    Properties:\n"
	for line := range strings.Lines(strings.TrimLeft(properties, "\n")) {
		body += "      " + line
	}
	if strings.TrimSpace(properties) == "" {
		body = ""
	}
	return readResource(t, "    Type: Attini::Deploy::Runner\n"+body)
}

// readResource reads the Runner Build that stands so under its name.
func readResource(t testing.TB, body string) (*schema.Runner, problem.List) {
	t.Helper()
	template, problems := cfn.Read([]byte("Resources:\n  Build:\n" + body))
	require.Empty(t, problems)
	return schema.Read("Build", template.At("Resources", "Build"), cfn.Path("").Keys("Resources", "Build"), nil)
}

const (
	knownProperties = "TaskDefinitionArn, ContainerName, EcsCluster, RoleArn, Image, Memory, Cpu, Ec2Configuration, RunnerConfiguration, AwsVpcConfiguration, Startup"
	logLevels       = "DEBUG, INFO, WARN, ERROR, OFF, ALL"
	amis            = "AmazonLinux2, AmazonLinux2_arm64, AmazonLinux2_gpu, AmazonLinux2_inf, AmazonLinux2023, AmazonLinux2023_arm64, AmazonLinux2023_inf, or an AMI id (ami- and 8 or 17 hexadecimal digits)"
	taskDefinition  = "the ARN of a task definition, or a family with an optional :revision"
)

// Every case breaks one rule. path is below Resources.Build, message behind
// `Runner "Build": `, at is the line and column of the offending value, where
// Properties' first line is line 5.
func TestReadReports(t *testing.T) {
	t.Parallel()
	vpc := func(rest string) string { return "AwsVpcConfiguration:\n  Subnets: subnet-1\n" + rest }
	for _, c := range []struct {
		name, properties, rule, path, message string
		at                                    problem.Place
	}{
		// Names.
		{"misspelt property", "Imagge: a", schema.RuleUnknownProperty, "Properties.Imagge", "Imagge: there is no such property; did you mean Image?", problem.Place{Line: 5, Column: 7}},
		{"property in the wrong case", "image: a", schema.RuleUnknownProperty, "Properties.image", "image: there is no such property; did you mean Image?", problem.Place{Line: 5, Column: 7}},
		{"property like no other", "Zzz: a", schema.RuleUnknownProperty, "Properties.Zzz", "Zzz: there is no such property (known: " + knownProperties + ")", problem.Place{Line: 5, Column: 7}},
		{"misspelt property inside", "RunnerConfiguration:\n  JobTimout: 5", schema.RuleUnknownProperty, "Properties.RunnerConfiguration.JobTimout", "RunnerConfiguration.JobTimout: there is no such property; did you mean JobTimeout?", problem.Place{Line: 6, Column: 9}},
		{"property one level too high", "JobTimeout: 5", schema.RuleUnknownProperty, "Properties.JobTimeout", "JobTimeout: there is no such property here; it belongs in RunnerConfiguration", problem.Place{Line: 5, Column: 7}},
		{"property one level too deep", "Startup:\n  Image: a", schema.RuleUnknownProperty, "Properties.Startup.Image", "Startup.Image: there is no such property here; it belongs in Properties", problem.Place{Line: 6, Column: 9}},
		{"attribute among the properties", "DependsOn: Queue", schema.RuleUnknownProperty, "Properties.DependsOn", "DependsOn: there is no such property here; it belongs beside Properties", problem.Place{Line: 5, Column: 7}},
		{"property that needs quotes", "'a b': 1", schema.RuleUnknownProperty, `Properties["a b"]`, `["a b"]: there is no such property (known: ` + knownProperties + ")", problem.Place{Line: 5, Column: 7}},
		{"empty name", "'': 1", schema.RuleUnknownProperty, `Properties[""]`, `[""]: there is no such property (known: ` + knownProperties + ")", problem.Place{Line: 5, Column: 7}},
		{"the heading of the documentation", "RunnerConfiguration:\n  RunnerConfiguration: 5", schema.RuleUnknownProperty, "Properties.RunnerConfiguration.RunnerConfiguration", "RunnerConfiguration.RunnerConfiguration: there is no such property here; it belongs in Properties", problem.Place{Line: 6, Column: 9}},

		// Types of texts.
		{"text: null", "Image:", schema.RuleType, "Properties.Image", "Image: must be a string, not null", problem.Place{Line: 5, Column: 13}},
		{"text: boolean", "Image: true", schema.RuleType, "Properties.Image", "Image: must be a string, not true; put it in quotes", problem.Place{Line: 5, Column: 14}},
		{"text: broken number", "Image: 1.10", schema.RuleType, "Properties.Image", "Image: must be a string, not 1.10; put it in quotes", problem.Place{Line: 5, Column: 14}},
		{"text: list", "Image: [a]", schema.RuleType, "Properties.Image", "Image: must be a string, not a list", problem.Place{Line: 5, Column: 14}},
		{"text: object", "Image: {a: b}", schema.RuleType, "Properties.Image", "Image: must be a string, not an object", problem.Place{Line: 5, Column: 14}},
		{"text: object with a second entry beside a function", "Image: {Ref: a, b: c}", schema.RuleType, "Properties.Image", "Image: must be a string, not an object", problem.Place{Line: 5, Column: 14}},

		// Types of numbers.
		{"number: null", "Cpu: ~", schema.RuleType, "Properties.Cpu", "Cpu: must be a whole number, not null (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},
		{"number: boolean", "Cpu: true", schema.RuleType, "Properties.Cpu", "Cpu: must be a whole number, not true (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},
		{"number: fraction", "Cpu: 512.5", schema.RuleType, "Properties.Cpu", "Cpu: must be a whole number, not 512.5 (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},
		{"number: fraction too small for a float", "Cpu: 512.00000000000000000001", schema.RuleType, "Properties.Cpu", "Cpu: must be a whole number, not 512.00000000000000000001 (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},
		{"number: words", "Cpu: 1 vCPU", schema.RuleType, "Properties.Cpu", `Cpu: must be a whole number, not "1 vCPU" (allowed 256-98304 CPU units)`, problem.Place{Line: 5, Column: 12}},
		{"number: blank in a string", "Cpu: ' 512'", schema.RuleType, "Properties.Cpu", `Cpu: must be a whole number, not " 512" (allowed 256-98304 CPU units)`, problem.Place{Line: 5, Column: 12}},
		{"number: plus sign in a string", "Cpu: '+512'", schema.RuleType, "Properties.Cpu", `Cpu: must be a whole number, not "+512" (allowed 256-98304 CPU units)`, problem.Place{Line: 5, Column: 12}},
		{"number: leading zero, octal to some", "Cpu: 0512", schema.RuleType, "Properties.Cpu", `Cpu: must be a whole number, not "0512" (allowed 256-98304 CPU units)`, problem.Place{Line: 5, Column: 12}},
		{"number: exponent in a string", "Cpu: '1e3'", schema.RuleType, "Properties.Cpu", `Cpu: must be a whole number, not "1e3" (allowed 256-98304 CPU units)`, problem.Place{Line: 5, Column: 12}},
		{"number: digits of another script", "Cpu: '５１２'", schema.RuleType, "Properties.Cpu", `Cpu: must be a whole number, not "５１２" (allowed 256-98304 CPU units)`, problem.Place{Line: 5, Column: 12}},
		{"number: empty string", "Cpu: ''", schema.RuleType, "Properties.Cpu", `Cpu: must be a whole number, not "" (allowed 256-98304 CPU units)`, problem.Place{Line: 5, Column: 12}},
		{"number: list", "Cpu: [512]", schema.RuleType, "Properties.Cpu", "Cpu: must be a whole number, not a list (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},
		{"number: object", "Cpu: {}", schema.RuleType, "Properties.Cpu", "Cpu: must be a whole number, not an object (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},

		// Types of objects.
		{"object: null", "Startup:", schema.RuleType, "Properties.Startup", "Startup: must be an object, not null", problem.Place{Line: 5, Column: 15}},
		{"object: text", "RunnerConfiguration: 5", schema.RuleType, "Properties.RunnerConfiguration", "RunnerConfiguration: must be an object, not 5", problem.Place{Line: 5, Column: 28}},
		{"object: list", "AwsVpcConfiguration: []", schema.RuleType, "Properties.AwsVpcConfiguration", "AwsVpcConfiguration: must be an object, not a list", problem.Place{Line: 5, Column: 28}},
		{"object: dynamic reference, which gives text", "Startup: '{{resolve:ssm:startup}}'", schema.RuleType, "Properties.Startup", `Startup: must be an object, not "{{resolve:ssm:startup}}"`, problem.Place{Line: 5, Column: 16}},

		// Ranges: each end of each.
		{"MaxConcurrentJobs below", "RunnerConfiguration: {MaxConcurrentJobs: 0}", schema.RuleRange, "Properties.RunnerConfiguration.MaxConcurrentJobs", "RunnerConfiguration.MaxConcurrentJobs: 0 is below 1 (allowed 1-20 jobs)", problem.Place{Line: 5, Column: 48}},
		{"MaxConcurrentJobs above", "RunnerConfiguration: {MaxConcurrentJobs: 21}", schema.RuleRange, "Properties.RunnerConfiguration.MaxConcurrentJobs", "RunnerConfiguration.MaxConcurrentJobs: 21 is above 20 (allowed 1-20 jobs)", problem.Place{Line: 5, Column: 48}},
		{"IdleTimeToLive below", "RunnerConfiguration: {IdleTimeToLive: 59}", schema.RuleRange, "Properties.RunnerConfiguration.IdleTimeToLive", "RunnerConfiguration.IdleTimeToLive: 59 is below 60 (allowed 60-86400 seconds)", problem.Place{Line: 5, Column: 45}},
		{"IdleTimeToLive above", "RunnerConfiguration: {IdleTimeToLive: 86401}", schema.RuleRange, "Properties.RunnerConfiguration.IdleTimeToLive", "RunnerConfiguration.IdleTimeToLive: 86401 is above 86400 (allowed 60-86400 seconds)", problem.Place{Line: 5, Column: 45}},
		{"JobTimeout below", "RunnerConfiguration: {JobTimeout: 3}", schema.RuleRange, "Properties.RunnerConfiguration.JobTimeout", "RunnerConfiguration.JobTimeout: 3 is below 5 (allowed 5-172800 seconds)", problem.Place{Line: 5, Column: 41}},
		{"JobTimeout above, as a string", "RunnerConfiguration: {JobTimeout: '172801'}", schema.RuleRange, "Properties.RunnerConfiguration.JobTimeout", "RunnerConfiguration.JobTimeout: 172801 is above 172800 (allowed 5-172800 seconds)", problem.Place{Line: 5, Column: 41}},
		{"CommandsTimeout below", "Startup: {CommandsTimeout: -5}", schema.RuleRange, "Properties.Startup.CommandsTimeout", "Startup.CommandsTimeout: -5 is below 5 (allowed 5-172800 seconds)", problem.Place{Line: 5, Column: 34}},
		{"CommandsTimeout above", "Startup: {CommandsTimeout: 172801}", schema.RuleRange, "Properties.Startup.CommandsTimeout", "Startup.CommandsTimeout: 172801 is above 172800 (allowed 5-172800 seconds)", problem.Place{Line: 5, Column: 34}},
		{"Memory below", "Memory: 511", schema.RuleRange, "Properties.Memory", "Memory: 511 is below 512 (allowed 512-25165824 MiB)", problem.Place{Line: 5, Column: 15}},
		{"Memory above", "Memory: 25165825", schema.RuleRange, "Properties.Memory", "Memory: 25165825 is above 25165824 (allowed 512-25165824 MiB)", problem.Place{Line: 5, Column: 15}},
		{"Cpu below", "Cpu: 255", schema.RuleRange, "Properties.Cpu", "Cpu: 255 is below 256 (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},
		{"Cpu above", "Cpu: 98305", schema.RuleRange, "Properties.Cpu", "Cpu: 98305 is above 98304 (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},
		{"number beyond 64 bits", "Cpu: 99999999999999999999", schema.RuleRange, "Properties.Cpu", "Cpu: 99999999999999999999 is above 98304 (allowed 256-98304 CPU units)", problem.Place{Line: 5, Column: 12}},

		// Allowed values.
		{"LogLevel in the wrong case", "RunnerConfiguration: {LogLevel: debug}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", `RunnerConfiguration.LogLevel: "debug" is not allowed (allowed: ` + logLevels + "); did you mean DEBUG?", problem.Place{Line: 5, Column: 39}},
		{"LogLevel of another logger", "RunnerConfiguration: {LogLevel: TRACE}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", `RunnerConfiguration.LogLevel: "TRACE" is not allowed (allowed: ` + logLevels + ")", problem.Place{Line: 5, Column: 39}},
		{"LogLevel as a number", "RunnerConfiguration: {LogLevel: 3}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", `RunnerConfiguration.LogLevel: "3" is not allowed (allowed: ` + logLevels + ")", problem.Place{Line: 5, Column: 39}},
		{"AssignPublicIp in the wrong case", vpc("  AssignPublicIp: Enabled"), schema.RuleAllowedValues, "Properties.AwsVpcConfiguration.AssignPublicIp", `AwsVpcConfiguration.AssignPublicIp: "Enabled" is not allowed (allowed: ENABLED, DISABLED); did you mean ENABLED?`, problem.Place{Line: 7, Column: 25}},
		{"AssignPublicIp as a boolean", vpc("  AssignPublicIp: true"), schema.RuleType, "Properties.AwsVpcConfiguration.AssignPublicIp", "AwsVpcConfiguration.AssignPublicIp: must be a string, not true; write ENABLED", problem.Place{Line: 7, Column: 25}},
		{"Ami in the wrong case", "Ec2Configuration: {InstanceType: m5.large, Ami: amazonlinux2}", schema.RuleAllowedValues, "Properties.Ec2Configuration.Ami", `Ec2Configuration.Ami: "amazonlinux2" is not allowed (allowed: ` + amis + "); did you mean AmazonLinux2?", problem.Place{Line: 5, Column: 55}},
		{"Ami id with nine digits", "Ec2Configuration: {InstanceType: m5.large, Ami: ami-012345678}", schema.RuleAllowedValues, "Properties.Ec2Configuration.Ami", `Ec2Configuration.Ami: "ami-012345678" is not allowed (allowed: ` + amis + ")", problem.Place{Line: 5, Column: 55}},

		// Shapes.
		{"TaskDefinitionArn of another service", "TaskDefinitionArn: arn:aws:iam::123456789012:role/x", schema.RulePattern, "Properties.TaskDefinitionArn", `TaskDefinitionArn: "arn:aws:iam::123456789012:role/x" is not ` + taskDefinition, problem.Place{Line: 5, Column: 26}},
		{"TaskDefinitionArn with revision 0", "TaskDefinitionArn: build:0", schema.RulePattern, "Properties.TaskDefinitionArn", `TaskDefinitionArn: "build:0" is not ` + taskDefinition, problem.Place{Line: 5, Column: 26}},
		{"ContainerName with a dot", "ContainerName: a.b", schema.RulePattern, "Properties.ContainerName", `ContainerName: "a.b" is not 1-255 letters, digits, - and _`, problem.Place{Line: 5, Column: 22}},
		{"ContainerName with 256 characters", "ContainerName: " + strings.Repeat("a", 256), schema.RulePattern, "Properties.ContainerName", `ContainerName: "` + strings.Repeat("a", 100) + `…" is not 1-255 letters, digits, - and _`, problem.Place{Line: 5, Column: 22}},
		{"EcsCluster with a blank", "EcsCluster: a b", schema.RulePattern, "Properties.EcsCluster", `EcsCluster: "a b" is not the name or ARN of a cluster`, problem.Place{Line: 5, Column: 19}},
		{"RoleArn that is a name", "RoleArn: admin", schema.RulePattern, "Properties.RoleArn", `RoleArn: "admin" is not the ARN of an IAM role`, problem.Place{Line: 5, Column: 16}},
		{"RoleArn without a name", "RoleArn: arn:aws:iam::123456789012:role/attini/", schema.RulePattern, "Properties.RoleArn", `RoleArn: "arn:aws:iam::123456789012:role/attini/" is not the ARN of an IAM role`, problem.Place{Line: 5, Column: 16}},
		{"Image that is empty", "Image: ''", schema.RulePattern, "Properties.Image", `Image: "" is not the name of a container image, without blanks`, problem.Place{Line: 5, Column: 14}},
		{"InstanceType without a size", "Ec2Configuration: {InstanceType: m5}", schema.RulePattern, "Properties.Ec2Configuration.InstanceType", `Ec2Configuration.InstanceType: "m5" is not an instance type such as m5.large`, problem.Place{Line: 5, Column: 40}},
		{"InstanceProfileName that is an ARN", "Ec2Configuration: {InstanceType: m5.large, InstanceProfileName: 'arn:x'}", schema.RulePattern, "Properties.Ec2Configuration.InstanceProfileName", `Ec2Configuration.InstanceProfileName: "arn:x" is not the name of an instance profile`, problem.Place{Line: 5, Column: 71}},

		// Lists.
		{"Subnets item of the wrong shape", "AwsVpcConfiguration:\n  Subnets: [subnet-1, sg-1]", schema.RulePattern, "Properties.AwsVpcConfiguration.Subnets[1]", `AwsVpcConfiguration.Subnets[1]: "sg-1" is not a subnet id such as subnet-0123456789abcdef0`, problem.Place{Line: 6, Column: 29}},
		{"Subnets with a comma at the end", "AwsVpcConfiguration:\n  Subnets: subnet-1,", schema.RulePattern, "Properties.AwsVpcConfiguration.Subnets[1]", `AwsVpcConfiguration.Subnets[1]: "" is not a subnet id such as subnet-0123456789abcdef0`, problem.Place{Line: 6, Column: 18}},
		{"Subnets empty", "AwsVpcConfiguration:\n  Subnets: []", schema.RuleListLength, "Properties.AwsVpcConfiguration.Subnets", "AwsVpcConfiguration.Subnets: must not be empty (allowed 1-16 items)", problem.Place{Line: 6, Column: 18}},
		{"Subnets of nothing", "AwsVpcConfiguration:\n  Subnets: [!Ref AWS::NoValue]", schema.RuleListLength, "Properties.AwsVpcConfiguration.Subnets", "AwsVpcConfiguration.Subnets: must not be empty (allowed 1-16 items)", problem.Place{Line: 6, Column: 18}},
		{"Subnets too many", "AwsVpcConfiguration:\n  Subnets: " + strings.Repeat("subnet-1,", 16) + "subnet-1", schema.RuleListLength, "Properties.AwsVpcConfiguration.Subnets", "AwsVpcConfiguration.Subnets: has 17 items (allowed 1-16 items)", problem.Place{Line: 6, Column: 18}},
		{"Subnets number", "AwsVpcConfiguration:\n  Subnets: 5", schema.RuleType, "Properties.AwsVpcConfiguration.Subnets", "AwsVpcConfiguration.Subnets: must be a list of strings, not 5", problem.Place{Line: 6, Column: 18}},
		{"SecurityGroups too many", vpc("  SecurityGroups: [sg-1, sg-2, sg-3, sg-4, sg-5, sg-6]"), schema.RuleListLength, "Properties.AwsVpcConfiguration.SecurityGroups", "AwsVpcConfiguration.SecurityGroups: has 6 items (allowed 1-5 items)", problem.Place{Line: 7, Column: 25}},
		{"SecurityGroups item that is null", vpc("  SecurityGroups: [~]"), schema.RuleType, "Properties.AwsVpcConfiguration.SecurityGroups[0]", "AwsVpcConfiguration.SecurityGroups[0]: must be a string, not null", problem.Place{Line: 7, Column: 26}},
		{"Commands as one string, which stays unsaid", "Startup:\n  Commands: export TOKEN=hunter2", schema.RuleType, "Properties.Startup.Commands", "Startup.Commands: must be a list of strings, not a string; write each command as an item of a list", problem.Place{Line: 6, Column: 19}},
		{"Commands as a dynamic reference, which gives text", "Startup:\n  Commands: '{{resolve:ssm:a}}'", schema.RuleType, "Properties.Startup.Commands", "Startup.Commands: must be a list of strings, not a string; write each command as an item of a list", problem.Place{Line: 6, Column: 19}},
		{"Commands null", "Startup:\n  Commands:", schema.RuleType, "Properties.Startup.Commands", "Startup.Commands: must be a list of strings, not null", problem.Place{Line: 6, Column: 18}},
		{"Commands object", "Startup:\n  Commands: {a: b}", schema.RuleType, "Properties.Startup.Commands", "Startup.Commands: must be a list of strings, not an object", problem.Place{Line: 6, Column: 19}},
		{"Commands item that YAML takes for an object", "Startup:\n  Commands:\n    - 'true'\n    - echo a: b", schema.RuleType, "Properties.Startup.Commands[1]", `Startup.Commands[1]: must be a string, not an object; put a command with ": " in it in quotes`, problem.Place{Line: 8, Column: 13}},
		{"Commands item that is a boolean", "Startup:\n  Commands: [true]", schema.RuleType, "Properties.Startup.Commands[0]", "Startup.Commands[0]: must be a string, not true; put it in quotes", problem.Place{Line: 6, Column: 20}},

		// Required and exclusive.
		{"InstanceType missing", "Ec2Configuration:\n  Ami: AmazonLinux2", schema.RuleRequired, "Properties.Ec2Configuration.InstanceType", "Ec2Configuration.InstanceType: is required", problem.Place{Line: 5, Column: 7}},
		{"InstanceType given as nothing", "Ec2Configuration:\n  InstanceType: !Ref AWS::NoValue", schema.RuleRequired, "Properties.Ec2Configuration.InstanceType", "Ec2Configuration.InstanceType: is required", problem.Place{Line: 5, Column: 7}},
		{"Subnets missing", "AwsVpcConfiguration: {}", schema.RuleRequired, "Properties.AwsVpcConfiguration.Subnets", "AwsVpcConfiguration.Subnets: is required", problem.Place{Line: 5, Column: 7}},
		{"Image and TaskDefinitionArn", "TaskDefinitionArn: !Ref Task\nImage: a", schema.RuleExclusive, "Properties.Image", "Image: cannot be combined with TaskDefinitionArn; remove one of them", problem.Place{Line: 6, Column: 7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, problems := read(t, c.properties)
			assert.Equal(t, problem.List{{
				Severity: problem.Error, Rule: c.rule, Path: "Resources.Build." + c.path,
				Place: c.at, Message: `Runner "Build": ` + c.message,
			}}, problems)
		})
	}
}

// Every case breaks one rule of what stands beside the properties.
func TestReadReportsAttributes(t *testing.T) {
	t.Parallel()
	const runner = "    Type: Attini::Deploy::Runner\n"
	for _, c := range []struct{ name, resource, rule, path, message string }{
		{"no Type", "    DependsOn: a\n", schema.RuleRequired, ".Type", "Type: is required"},
		{"another Type", "    Type: AWS::SQS::Queue\n", schema.RuleAllowedValues, ".Type", `Type: "AWS::SQS::Queue" is not allowed (allowed: Attini::Deploy::Runner)`},
		{"Type computed", "    Type: !Ref a\n", schema.RuleType, ".Type", "Type: must be a string, not Ref"},
		{"Properties null", runner + "    Properties:\n", schema.RuleType, ".Properties", "Properties: must be an object, not null"},
		{"Properties list", runner + "    Properties: []\n", schema.RuleType, ".Properties", "Properties: must be an object, not a list"},
		{"Properties computed", runner + "    Properties: !If [a, b, c]\n", schema.RuleType, ".Properties", "Properties: must be an object, not Fn::If"},
		{"Properties as nothing", runner + "    Properties: !Ref AWS::NoValue\n", schema.RuleType, ".Properties", "Properties: must be an object, not Ref"},
		{"misspelt Properties", runner + "    properties: {}\n", schema.RuleUnknownProperty, ".properties", "properties: there is no such property; did you mean Properties?"},
		{"property beside Properties", runner + "    Image: a\n", schema.RuleUnknownProperty, ".Image", "Image: there is no such property here; it belongs in Properties"},
		{"attribute of other resources", runner + "    CreationPolicy: {}\n", schema.RuleUnknownProperty, ".CreationPolicy", "CreationPolicy: there is no such property (known: Type, Properties, Condition, DependsOn, Metadata, DeletionPolicy, UpdateReplacePolicy)"},
		{"Condition computed", runner + "    Condition: !Equals [a, b]\n", schema.RuleType, ".Condition", "Condition: must be a string, not Fn::Equals"},
		{"Condition as a boolean", runner + "    Condition: true\n", schema.RuleType, ".Condition", "Condition: must be a string, not true; put it in quotes"},
		{"Condition as a number", runner + "    Condition: 5\n", schema.RuleType, ".Condition", "Condition: must be a string, not 5; put it in quotes"},
		{"Condition with a blank", runner + "    Condition: a b\n", schema.RulePattern, ".Condition", `Condition: "a b" is not the name of a condition, which has letters and digits only`},
		{"DependsOn object", runner + "    DependsOn: {a: b}\n", schema.RuleType, ".DependsOn", "DependsOn: must be a list of strings, not an object"},
		{"DependsOn list of functions", runner + "    DependsOn: [!Ref a]\n", schema.RuleType, ".DependsOn[0]", "DependsOn[0]: must be a string, not Ref"},
		{"DependsOn list of nothing", runner + "    DependsOn: [!Ref AWS::NoValue]\n", schema.RuleType, ".DependsOn[0]", "DependsOn[0]: must be a string, not Ref"},
		{"DependsOn names with a comma", runner + "    DependsOn: a,b\n", schema.RulePattern, ".DependsOn", `DependsOn: "a,b" is not the name of a resource, which has letters and digits only`},
		{"Metadata text", runner + "    Metadata: a\n", schema.RuleType, ".Metadata", `Metadata: must be an object, not "a"`},
		{"DeletionPolicy of other resources", runner + "    DeletionPolicy: Snapshot\n", schema.RuleAllowedValues, ".DeletionPolicy", `DeletionPolicy: "Snapshot" is not allowed (allowed: Delete, Retain, RetainExceptOnCreate)`},
		{"UpdateReplacePolicy in the wrong case", runner + "    UpdateReplacePolicy: retain\n", schema.RuleAllowedValues, ".UpdateReplacePolicy", `UpdateReplacePolicy: "retain" is not allowed (allowed: Delete, Retain); did you mean Retain?`},
		{"no object at all", "    - a\n", schema.RuleType, "", "must be an object, not a list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, problems := readResource(t, c.resource)
			require.Len(t, problems, 1, "%v", problems)
			assert.Equal(t, c.rule, problems[0].Rule)
			assert.Equal(t, "Resources.Build"+c.path, problems[0].Path)
			assert.Equal(t, `Runner "Build": `+c.message, problems[0].Message)
		})
	}
}

func TestReadReportsEverythingInTheOrderOfTheTemplate(t *testing.T) {
	t.Parallel()
	_, problems := read(t, `
Startup:
  Commands: make
  CommandsTimeout: 1
image: a
RunnerConfiguration:
  LogLevel: verbose
  JobTimeout: [1]
AwsVpcConfiguration:
  SecurityGroups: [sg-1, 5, ~]
Ec2Configuration: {}
TaskDefinitionArn: a
Image: b
Memory: 1
`)
	var got []string
	for _, p := range problems {
		got = append(got, p.Rule+" "+strings.TrimPrefix(p.Path, "Resources.Build.Properties."))
	}
	assert.Equal(t, []string{
		"type Startup.Commands",
		"range Startup.CommandsTimeout",
		"unknown-property image",
		"allowed-values RunnerConfiguration.LogLevel",
		"type RunnerConfiguration.JobTimeout",
		"required AwsVpcConfiguration.Subnets",
		"pattern AwsVpcConfiguration.SecurityGroups[1]",
		"type AwsVpcConfiguration.SecurityGroups[2]",
		"required Ec2Configuration.InstanceType",
		"exclusive Image",
		"range Memory",
	}, got)
}

func TestReadTakesNumbersExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		literal, problem string
		want             int
	}{
		{literal: "5e2", want: 500},
		{literal: "5.00E+2", want: 500},
		{literal: "512.0", want: 512},
		{literal: "0.0512e4", want: 512},
		{literal: "1e999", problem: "1e999 is above 98304 (allowed 256-98304 CPU units)"},
		{literal: "-1e999", problem: "-1e999 is below 256 (allowed 256-98304 CPU units)"},
		{literal: "1e-999999999999", problem: "must be a whole number, not 1e-999999999999 (allowed 256-98304 CPU units)"},
		{literal: "1e-999999", problem: "must be a whole number, not 1e-999999 (allowed 256-98304 CPU units)"},
		{literal: "0.000e999999", problem: "0.000e999999 is below 256 (allowed 256-98304 CPU units)"},
		{literal: "0.5", problem: "must be a whole number, not 0.5 (allowed 256-98304 CPU units)"},
		{literal: "-0", problem: "-0 is below 256 (allowed 256-98304 CPU units)"},
		{literal: "NaN", problem: "must be a whole number, not NaN (allowed 256-98304 CPU units)"},
		{literal: "0x200", problem: "must be a whole number, not 0x200 (allowed 256-98304 CPU units)"},
		{literal: "1024/2", problem: "must be a whole number, not 1024/2 (allowed 256-98304 CPU units)"},
	} {
		t.Run(c.literal, func(t *testing.T) {
			t.Parallel()
			node := &cfn.Node{Kind: cfn.Number, Text: c.literal}
			resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", cfn.Obj(cfn.F("Cpu", node))))
			runner, problems := schema.Read("Build", resource, "Resources.Build", nil)
			if c.problem == "" {
				assert.False(t, problems.HasErrors())
				assert.Equal(t, schema.Value[int]{Node: node, Literal: c.want, Known: true}, runner.Cpu)
				return
			}
			require.Len(t, problems, 1)
			assert.Equal(t, `Runner "Build": Cpu: `+c.problem, problems[0].Message)
			assert.False(t, runner.Cpu.Known)
		})
	}
}

func TestReadSuggestsWhatWasMeant(t *testing.T) {
	t.Parallel()
	for written, meant := range map[string]string{
		"Memroy": "Memory", "MEMORY": "Memory", "TaskDefinition": "TaskDefinitionArn", "Cluster": "EcsCluster",
		"Role": "RoleArn", "VpcConfiguration": "AwsVpcConfiguration", "StartupConfiguration": "Startup",
		"ContainerImage": "Image", "Cpuu": "Cpu",
		"Environment": "", "Co": "", "": "", "Ünïcödé": "",
	} {
		t.Run(written, func(t *testing.T) {
			t.Parallel()
			resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", cfn.Obj(cfn.F(written, cfn.Str("a")))))
			_, problems := schema.Read("Build", resource, "Resources.Build", nil)
			require.Len(t, problems, 1)
			if meant == "" {
				assert.NotContains(t, problems[0].Message, "did you mean")
				return
			}
			assert.True(t, strings.HasSuffix(problems[0].Message, "did you mean "+meant+"?"), problems[0].Message)
		})
	}
}

func TestReadKeepsAHugeNameOutOfItsSuggestions(t *testing.T) {
	t.Parallel()
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", cfn.Obj(cfn.F(strings.Repeat("Image", 1_000_000), cfn.Str("a")))))
	_, problems := schema.Read("Build", resource, "Resources.Build", nil)
	require.Len(t, problems, 1)
	assert.True(t, strings.HasSuffix(problems[0].Message, "there is no such property (known: "+knownProperties+")"))
}
