package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/internal/test/golden"
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
	return schema.Read("Build", template.At("Resources", "Build"), cfn.NewPath("Resources", "Build"), nil)
}

const wordsFile = "messages.golden"

func TestEveryRuleHasARow(t *testing.T) {
	t.Parallel()
	problemtest.EveryRule(t, ".", "testdata/"+wordsFile, nil)
}

// Every case breaks one rule. path is below Resources.Build, at is the line and column of the offending value, where
// Properties' first line is line 5.
func TestReadReports(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	vpc := func(rest string) string { return "AwsVpcConfiguration:\n  Subnets: subnet-1\n" + rest }
	for _, c := range []struct {
		name, properties, rule, path string
		at                           problem.Place
	}{
		// Names.
		{"misspelt property", "Imagge: a", schema.RuleUnknownProperty, "Properties.Imagge", problem.Place{Line: 5, Column: 7}},
		{"property in the wrong case", "image: a", schema.RuleUnknownProperty, "Properties.image", problem.Place{Line: 5, Column: 7}},
		{"property like no other", "Zzz: a", schema.RuleUnknownProperty, "Properties.Zzz", problem.Place{Line: 5, Column: 7}},
		{"misspelt property inside", "RunnerConfiguration:\n  JobTimout: 5", schema.RuleUnknownProperty, "Properties.RunnerConfiguration.JobTimout", problem.Place{Line: 6, Column: 9}},
		{"property one level too high", "JobTimeout: 5", schema.RuleUnknownProperty, "Properties.JobTimeout", problem.Place{Line: 5, Column: 7}},
		{"property one level too deep", "Startup:\n  Image: a", schema.RuleUnknownProperty, "Properties.Startup.Image", problem.Place{Line: 6, Column: 9}},
		{"attribute among the properties", "DependsOn: Queue", schema.RuleUnknownProperty, "Properties.DependsOn", problem.Place{Line: 5, Column: 7}},
		{"property that needs quotes", "'a b': 1", schema.RuleUnknownProperty, `Properties["a b"]`, problem.Place{Line: 5, Column: 7}},
		{"empty name", "'': 1", schema.RuleUnknownProperty, `Properties[""]`, problem.Place{Line: 5, Column: 7}},
		{"the heading of the documentation", "RunnerConfiguration:\n  RunnerConfiguration: 5", schema.RuleUnknownProperty, "Properties.RunnerConfiguration.RunnerConfiguration", problem.Place{Line: 6, Column: 9}},

		// Types of texts.
		{"text: null", "Image:", schema.RuleType, "Properties.Image", problem.Place{Line: 5, Column: 13}},
		{"text: boolean", "Image: true", schema.RuleType, "Properties.Image", problem.Place{Line: 5, Column: 14}},
		{"text: broken number", "Image: 1.10", schema.RuleType, "Properties.Image", problem.Place{Line: 5, Column: 14}},
		{"text: list", "Image: [a]", schema.RuleType, "Properties.Image", problem.Place{Line: 5, Column: 14}},
		{"text: object", "Image: {a: b}", schema.RuleType, "Properties.Image", problem.Place{Line: 5, Column: 14}},
		{"text: object with a second entry beside a function", "Image: {Ref: a, b: c}", schema.RuleType, "Properties.Image", problem.Place{Line: 5, Column: 14}},

		// Types of numbers.
		{"number: null", "Cpu: ~", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: boolean", "Cpu: true", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: fraction", "Cpu: 512.5", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: fraction that ends in zero", "Cpu: 512.50", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: words", "Cpu: 1 vCPU", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: blank in a string", "Cpu: ' 512'", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: plus sign in a string", "Cpu: '+512'", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: leading zero, octal", "Cpu: 0256", schema.RuleRange, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: hours and minutes", "RunnerConfiguration: {JobTimeout: 48:30:00}", schema.RuleRange, "Properties.RunnerConfiguration.JobTimeout", problem.Place{Line: 5, Column: 41}},
		{"number: leading zero in a string", "Cpu: '0512'", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"text: yes", "Image: yes", schema.RuleType, "Properties.Image", problem.Place{Line: 5, Column: 14}},
		{"LogLevel: no", "RunnerConfiguration: {LogLevel: no}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", problem.Place{Line: 5, Column: 39}},
		{"LogLevel: false", "RunnerConfiguration: {LogLevel: false}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", problem.Place{Line: 5, Column: 39}},
		{"LogLevel: on", "RunnerConfiguration: {LogLevel: on}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", problem.Place{Line: 5, Column: 39}},
		{"number: exponent in a string", "Cpu: '1e3'", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: digits of another script", "Cpu: '５１２'", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: empty string", "Cpu: ''", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: list", "Cpu: [512]", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number: object", "Cpu: {}", schema.RuleType, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},

		// Types of objects.
		{"object: null", "Startup:", schema.RuleType, "Properties.Startup", problem.Place{Line: 5, Column: 15}},
		{"object: text", "RunnerConfiguration: 5", schema.RuleType, "Properties.RunnerConfiguration", problem.Place{Line: 5, Column: 28}},
		{"object: list", "AwsVpcConfiguration: []", schema.RuleType, "Properties.AwsVpcConfiguration", problem.Place{Line: 5, Column: 28}},
		{"object: dynamic reference, which gives text", "Startup: '{{resolve:ssm:startup}}'", schema.RuleType, "Properties.Startup", problem.Place{Line: 5, Column: 16}},

		// Ranges: each end of each.
		{"MaxConcurrentJobs below", "RunnerConfiguration: {MaxConcurrentJobs: 0}", schema.RuleRange, "Properties.RunnerConfiguration.MaxConcurrentJobs", problem.Place{Line: 5, Column: 48}},
		{"MaxConcurrentJobs above", "RunnerConfiguration: {MaxConcurrentJobs: 21}", schema.RuleRange, "Properties.RunnerConfiguration.MaxConcurrentJobs", problem.Place{Line: 5, Column: 48}},
		{"IdleTimeToLive below", "RunnerConfiguration: {IdleTimeToLive: 59}", schema.RuleRange, "Properties.RunnerConfiguration.IdleTimeToLive", problem.Place{Line: 5, Column: 45}},
		{"IdleTimeToLive above", "RunnerConfiguration: {IdleTimeToLive: 86401}", schema.RuleRange, "Properties.RunnerConfiguration.IdleTimeToLive", problem.Place{Line: 5, Column: 45}},
		{"JobTimeout below", "RunnerConfiguration: {JobTimeout: 3}", schema.RuleRange, "Properties.RunnerConfiguration.JobTimeout", problem.Place{Line: 5, Column: 41}},
		{"JobTimeout above, as a string", "RunnerConfiguration: {JobTimeout: '172801'}", schema.RuleRange, "Properties.RunnerConfiguration.JobTimeout", problem.Place{Line: 5, Column: 41}},
		{"Isolation with an unknown value", "Isolation: task", schema.RuleAllowedValues, "Properties.Isolation", problem.Place{Line: 5, Column: 18}},
		{"SharedWith with a wildcard inside", "SharedWith: [a*b]", schema.RulePattern, "Properties.SharedWith[0]", problem.Place{Line: 5, Column: 20}},
		{"SharedWith in letters that look alike", "SharedWith: [еvil]", schema.RulePattern, "Properties.SharedWith[0]", problem.Place{Line: 5, Column: 20}},
		{"CommandsTimeout below", "Startup: {CommandsTimeout: -5}", schema.RuleRange, "Properties.Startup.CommandsTimeout", problem.Place{Line: 5, Column: 34}},
		{"CommandsTimeout above", "Startup: {CommandsTimeout: 172801}", schema.RuleRange, "Properties.Startup.CommandsTimeout", problem.Place{Line: 5, Column: 34}},
		{"Memory below", "Memory: 511", schema.RuleRange, "Properties.Memory", problem.Place{Line: 5, Column: 15}},
		{"Memory above", "Memory: 25165825", schema.RuleRange, "Properties.Memory", problem.Place{Line: 5, Column: 15}},
		{"Cpu below", "Cpu: 255", schema.RuleRange, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"Cpu above", "Cpu: 98305", schema.RuleRange, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},
		{"number beyond 64 bits", "Cpu: 99999999999999999999", schema.RuleRange, "Properties.Cpu", problem.Place{Line: 5, Column: 12}},

		// Allowed values.
		{"LogLevel in the wrong case", "RunnerConfiguration: {LogLevel: debug}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", problem.Place{Line: 5, Column: 39}},
		{"LogLevel of another logger", "RunnerConfiguration: {LogLevel: TRACE}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", problem.Place{Line: 5, Column: 39}},
		{"LogLevel as a number", "RunnerConfiguration: {LogLevel: 3}", schema.RuleAllowedValues, "Properties.RunnerConfiguration.LogLevel", problem.Place{Line: 5, Column: 39}},
		{"AssignPublicIp in the wrong case", vpc("  AssignPublicIp: Enabled"), schema.RuleAllowedValues, "Properties.AwsVpcConfiguration.AssignPublicIp", problem.Place{Line: 7, Column: 25}},
		{"AssignPublicIp as a boolean", vpc("  AssignPublicIp: true"), schema.RuleAllowedValues, "Properties.AwsVpcConfiguration.AssignPublicIp", problem.Place{Line: 7, Column: 25}},
		{"Ami in the wrong case", "Ec2Configuration: {InstanceType: m5.large, Ami: amazonlinux2}", schema.RuleAllowedValues, "Properties.Ec2Configuration.Ami", problem.Place{Line: 5, Column: 55}},
		{"Ami id with nine digits", "Ec2Configuration: {InstanceType: m5.large, Ami: ami-012345678}", schema.RuleAllowedValues, "Properties.Ec2Configuration.Ami", problem.Place{Line: 5, Column: 55}},

		// Shapes.
		{"TaskDefinitionArn of another service", "TaskDefinitionArn: arn:aws:iam::123456789012:role/x", schema.RulePattern, "Properties.TaskDefinitionArn", problem.Place{Line: 5, Column: 26}},
		{"TaskDefinitionArn with revision 0", "TaskDefinitionArn: build:0", schema.RulePattern, "Properties.TaskDefinitionArn", problem.Place{Line: 5, Column: 26}},
		{"ContainerName with a dot", "ContainerName: a.b", schema.RulePattern, "Properties.ContainerName", problem.Place{Line: 5, Column: 22}},
		{"ContainerName with 256 characters", "ContainerName: " + strings.Repeat("a", 256), schema.RulePattern, "Properties.ContainerName", problem.Place{Line: 5, Column: 22}},
		{"EcsCluster with a blank", "EcsCluster: a b", schema.RulePattern, "Properties.EcsCluster", problem.Place{Line: 5, Column: 19}},
		{"RoleArn that is a name", "RoleArn: admin", schema.RulePattern, "Properties.RoleArn", problem.Place{Line: 5, Column: 16}},
		{"RoleArn without a name", "RoleArn: arn:aws:iam::123456789012:role/attini/", schema.RulePattern, "Properties.RoleArn", problem.Place{Line: 5, Column: 16}},
		{"Image that is empty", "Image: ''", schema.RulePattern, "Properties.Image", problem.Place{Line: 5, Column: 14}},
		{"InstanceType without a size", "Ec2Configuration: {InstanceType: m5}", schema.RulePattern, "Properties.Ec2Configuration.InstanceType", problem.Place{Line: 5, Column: 40}},
		{"FallbackInstanceTypes without a size", "Ec2Configuration: {InstanceType: m5.large, FallbackInstanceTypes: [m5a.large, m5]}", schema.RulePattern, "Properties.Ec2Configuration.FallbackInstanceTypes[1]", problem.Place{Line: 5, Column: 85}},
		{"FallbackInstanceTypes too many", "Ec2Configuration: {InstanceType: m5.large, FallbackInstanceTypes: 'a.b,a.b,a.b,a.b,a.b'}", schema.RuleListLength, "Properties.Ec2Configuration.FallbackInstanceTypes", problem.Place{Line: 5, Column: 73}},
		{"FallbackInstanceTypes alone", "Ec2Configuration:\n  FallbackInstanceTypes: [m5.large]", schema.RuleRequired, "Properties.Ec2Configuration.InstanceType", problem.Place{Line: 5, Column: 7}},
		{"InstanceProfileName that is an ARN", "Ec2Configuration: {InstanceType: m5.large, InstanceProfileName: 'arn:x'}", schema.RulePattern, "Properties.Ec2Configuration.InstanceProfileName", problem.Place{Line: 5, Column: 71}},

		// Lists.
		{"Subnets item of the wrong shape", "AwsVpcConfiguration:\n  Subnets: [subnet-1, sg-1]", schema.RulePattern, "Properties.AwsVpcConfiguration.Subnets[1]", problem.Place{Line: 6, Column: 29}},
		{"Subnets with a comma at the end", "AwsVpcConfiguration:\n  Subnets: subnet-1,", schema.RulePattern, "Properties.AwsVpcConfiguration.Subnets[1]", problem.Place{Line: 6, Column: 18}},
		{"Subnets empty", "AwsVpcConfiguration:\n  Subnets: []", schema.RuleListLength, "Properties.AwsVpcConfiguration.Subnets", problem.Place{Line: 6, Column: 18}},
		{"Subnets of nothing", "AwsVpcConfiguration:\n  Subnets: [!Ref AWS::NoValue]", schema.RuleListLength, "Properties.AwsVpcConfiguration.Subnets", problem.Place{Line: 6, Column: 18}},
		{"Subnets too many", "AwsVpcConfiguration:\n  Subnets: " + strings.Repeat("subnet-1,", 16) + "subnet-1", schema.RuleListLength, "Properties.AwsVpcConfiguration.Subnets", problem.Place{Line: 6, Column: 18}},
		{"Subnets number", "AwsVpcConfiguration:\n  Subnets: 5", schema.RuleType, "Properties.AwsVpcConfiguration.Subnets", problem.Place{Line: 6, Column: 18}},
		{"SecurityGroups too many", vpc("  SecurityGroups: [sg-1, sg-2, sg-3, sg-4, sg-5, sg-6]"), schema.RuleListLength, "Properties.AwsVpcConfiguration.SecurityGroups", problem.Place{Line: 7, Column: 25}},
		{"SecurityGroups item that is null", vpc("  SecurityGroups: [~]"), schema.RuleType, "Properties.AwsVpcConfiguration.SecurityGroups[0]", problem.Place{Line: 7, Column: 26}},
		{"Commands as one string, which stays unsaid", "Startup:\n  Commands: export TOKEN=hunter2", schema.RuleType, "Properties.Startup.Commands", problem.Place{Line: 6, Column: 19}},
		{"Commands as a dynamic reference, which gives text", "Startup:\n  Commands: '{{resolve:ssm:a}}'", schema.RuleType, "Properties.Startup.Commands", problem.Place{Line: 6, Column: 19}},
		{"Commands null", "Startup:\n  Commands:", schema.RuleType, "Properties.Startup.Commands", problem.Place{Line: 6, Column: 18}},
		{"Commands object", "Startup:\n  Commands: {a: b}", schema.RuleType, "Properties.Startup.Commands", problem.Place{Line: 6, Column: 19}},
		{"Commands item that YAML takes for an object", "Startup:\n  Commands:\n    - 'true'\n    - echo a: b", schema.RuleType, "Properties.Startup.Commands[1]", problem.Place{Line: 8, Column: 13}},
		{"Commands item that is a boolean", "Startup:\n  Commands: [true]", schema.RuleType, "Properties.Startup.Commands[0]", problem.Place{Line: 6, Column: 20}},

		// Required and exclusive.
		{"InstanceType missing", "Ec2Configuration:\n  Ami: AmazonLinux2", schema.RuleRequired, "Properties.Ec2Configuration.InstanceType", problem.Place{Line: 5, Column: 7}},
		{"InstanceType given as nothing", "Ec2Configuration:\n  InstanceType: !Ref AWS::NoValue", schema.RuleRequired, "Properties.Ec2Configuration.InstanceType", problem.Place{Line: 5, Column: 7}},
		{"Subnets missing", "AwsVpcConfiguration: {}", schema.RuleRequired, "Properties.AwsVpcConfiguration.Subnets", problem.Place{Line: 5, Column: 7}},
		{"Image and TaskDefinitionArn", "TaskDefinitionArn: !Ref Task\nImage: a", schema.RuleExclusive, "Properties.Image", problem.Place{Line: 6, Column: 7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, problems := read(t, c.properties)
			for i := range problems {
				problems[i].Fix = problem.Fix{} // TestReadFixes has them
			}
			assert.Equal(t, problem.List{{Severity: problem.Error, Rule: c.rule, Path: "Resources.Build." + c.path, Place: c.at}}, problemtest.Wordless(problems))
			words.Assert(t, problemtest.Words(problems))
		})
	}
}

// Every case breaks one rule of what stands beside the properties.
func TestReadReportsAttributes(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	const runner = "    Type: Attini::Deploy::Runner\n"
	for _, c := range []struct{ name, resource, rule, path string }{
		{"no Type", "    DependsOn: a\n", schema.RuleRequired, ".Type"},
		{"another Type", "    Type: AWS::SQS::Queue\n", schema.RuleAllowedValues, ".Type"},
		{"Type computed", "    Type: !Ref a\n", schema.RuleType, ".Type"},
		{"Properties null", runner + "    Properties:\n", schema.RuleType, ".Properties"},
		{"Properties list", runner + "    Properties: []\n", schema.RuleType, ".Properties"},
		{"Properties computed", runner + "    Properties: !If [a, b, c]\n", schema.RuleType, ".Properties"},
		{"Properties as nothing", runner + "    Properties: !Ref AWS::NoValue\n", schema.RuleType, ".Properties"},
		{"misspelt Properties", runner + "    properties: {}\n", schema.RuleUnknownProperty, ".properties"},
		{"property beside Properties", runner + "    Image: a\n", schema.RuleUnknownProperty, ".Image"},
		{"attribute of other resources", runner + "    CreationPolicy: {}\n", schema.RuleUnknownProperty, ".CreationPolicy"},
		{"Condition computed", runner + "    Condition: !Equals [a, b]\n", schema.RuleType, ".Condition"},
		{"Condition as a boolean", runner + "    Condition: true\n", schema.RuleType, ".Condition"},
		{"Condition as a number", runner + "    Condition: 5\n", schema.RuleType, ".Condition"},
		{"Condition with a blank", runner + "    Condition: a b\n", schema.RulePattern, ".Condition"},
		{"DependsOn object", runner + "    DependsOn: {a: b}\n", schema.RuleType, ".DependsOn"},
		{"DependsOn list of functions", runner + "    DependsOn: [!Ref a]\n", schema.RuleType, ".DependsOn[0]"},
		{"DependsOn list of nothing", runner + "    DependsOn: [!Ref AWS::NoValue]\n", schema.RuleType, ".DependsOn[0]"},
		{"DependsOn names with a comma", runner + "    DependsOn: a,b\n", schema.RulePattern, ".DependsOn"},
		{"Metadata text", runner + "    Metadata: a\n", schema.RuleType, ".Metadata"},
		{"DeletionPolicy of other resources", runner + "    DeletionPolicy: Snapshot\n", schema.RuleAllowedValues, ".DeletionPolicy"},
		{"UpdateReplacePolicy in the wrong case", runner + "    UpdateReplacePolicy: retain\n", schema.RuleAllowedValues, ".UpdateReplacePolicy"},
		{"no object at all", "    - a\n", schema.RuleType, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, problems := readResource(t, c.resource)
			require.Len(t, problems, 1, "%v", problems)
			assert.Equal(t, c.rule, problems[0].Rule)
			assert.Equal(t, "Resources.Build"+c.path, problems[0].Path)
			assert.Equal(t, problem.Error, problems[0].Severity)
			words.Assert(t, problemtest.Words(problems))
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
	words := golden.Open(t, wordsFile)
	for _, c := range []struct {
		literal, rule string
		want          int
	}{
		{literal: "5e2", want: 500},
		{literal: "5.00E+2", want: 500},
		{literal: "512.0", want: 512},
		{literal: "0.0512e4", want: 512},
		{literal: "1e999", rule: schema.RuleRange},
		{literal: "-1e999", rule: schema.RuleRange},
		{literal: "1e-999999999999", rule: schema.RuleType},
		{literal: "1e-999999", rule: schema.RuleType},
		{literal: "0.000e999999", rule: schema.RuleRange},
		{literal: "0.5", rule: schema.RuleType},
		{literal: "-0", rule: schema.RuleRange},
		{literal: "NaN", rule: schema.RuleType},
		{literal: "0x200", rule: schema.RuleType},
		{literal: "1024/2", rule: schema.RuleType},
	} {
		t.Run(c.literal, func(t *testing.T) {
			t.Parallel()
			node := &cfn.Node{Kind: cfn.Number, Text: c.literal}
			resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", cfn.Obj(cfn.F("Cpu", node))))
			runner, problems := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
			if c.rule == "" {
				assert.False(t, problems.HasErrors())
				assert.Equal(t, schema.Value[int]{Node: node, Literal: c.want, Known: true}, runner.Cpu)
				return
			}
			assert.Equal(t, "error "+c.rule+" Resources.Build.Properties.Cpu", problemtest.Places(problems))
			words.Assert(t, problemtest.Words(problems))
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
			_, problems := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
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
	_, problems := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
	require.Len(t, problems, 1)
	assert.Less(t, len(problems[0].Message), 1000)
	assert.Contains(t, problems[0].Message, "(known: ", "and not one of them alone")
}
