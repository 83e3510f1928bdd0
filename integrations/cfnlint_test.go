package integrations_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/schema"
)

// ids are the rules of the pack, by the names that problems have.
func ids() map[string]string {
	return map[string]string{
		schema.RuleType:            "E9351",
		schema.RuleRange:           "E9352",
		schema.RuleAllowedValues:   "E9353",
		schema.RulePattern:         "E9354",
		schema.RuleRequired:        "E9355",
		schema.RuleExclusive:       "E9356",
		schema.RuleUnknownProperty: "E9357",
		schema.RuleListLength:      "E9358",
	}
}

func TestExamplesAreClean(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("../examples/*/init-stack.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(examples), 2)
	assert.Empty(t, cfnlint(t, examples...))
}

// Each mistake of the template, with its rule, line, column and words.
func TestMistakes(t *testing.T) {
	t.Parallel()
	matches := cfnlint(t, "testdata/mistakes.yaml")
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	var text strings.Builder
	broken := map[string]bool{}
	for _, m := range matches {
		fmt.Fprintf(&text, "%d:%d %s %s\n", m.Line, m.Column, m.Rule, m.Message)
		broken[m.Rule] = true
	}
	golden.Assert(t, "mistakes.txt", []byte(text.String()))
	for rule, id := range ids() {
		assert.True(t, broken[id], "the template has no mistake of the rule %s", rule)
	}

	source, err := os.ReadFile("testdata/mistakes.yaml")
	require.NoError(t, err)
	template, problems := cfn.Read(source)
	require.Empty(t, problems)
	assert.ElementsMatch(t, reported(t, template), ours(matches))
}

// What cfn-lint finds with the pack is what Read finds, with the same words, for
// every value in every property.
func TestPackAgreesWithRead(t *testing.T) {
	t.Parallel()
	text, err := everyValueEverywhere(t).MarshalJSON()
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.Empty(t, problems)
	path := filepath.Join(t.TempDir(), "template.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	want := reported(t, template)
	require.Greater(t, len(want), 500)
	assert.ElementsMatch(t, want, ours(cfnlint(t, path)))
}

// values are right nowhere, or in one place only. Null is left out: cfn-lint
// refuses it wherever it stands.
const values = `[true, false, 0, 1, -1, 4, 5, 21, 59, 60, 255, 256, 512, 5.5, 512.0, 1e3, 5.10, 1E-3, 1e99, 98305, 172801, 86401, 25165825, 123456789012345678901234567890,
	"", " ", "5", " 5", "5 ", "+5", "05", "5.0", "5.5", "-5", "512", "1e3", "0x10", "٥", "172801", "999999999999999999999", "-99999999999999999999",
	"a", "a b", "a\u00a0b", "a,b", "a\n", "info", "Enabled", "yes", "DEBUGG", "tab\there \"quoted\" \\ \u0007 \u00a0 \u200b 😀 ü", "ÄÖ",
	"subnet-1", "subnet-1,", ",subnet-1", " subnet-1 ,\nsubnet-2", "subnet-1\n", "subnet-1,sg-1", "sg-1", "sg-1,sg-2", "sg-1,,sg-2",
	"sg-1,sg-2,sg-3,sg-4,sg-5,sg-6", "AmazonLinux", "amazonlinux2023", "ami-01234567", "ami-012345678", "m5", "m5.large", "M5.large",
	"arn:aws:iam::1:role/a", "arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/", "family:3", "family:0",
	"a long text that a message does not repeat as a whole, for it would not be read by anybody; a hundred characters are enough",
	"{{resolve:ssm:a}}", "x{{resolve:secretsmanager:a}}y", "{resolve:ssm:a}",
	[], [true], [5], [5.5], ["a"], [["a"]], [{}], ["subnet-1"], ["subnet-1", "subnet-2 "], ["sg-1"],
	["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"], ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", {"Ref": "AWS::NoValue"}],
	[{"Ref": "A"}], [{"Ref": "AWS::NoValue"}], [{"Ref": "A", "Fn::Sub": "b"}], ["{{resolve:ssm:a}}"],
	{}, {"Ref": "A"}, {"Ref": "AWS::NoValue"}, {"Fn::Sub": "a"}, {"Fn::If": ["a", 1, 2]}, {"Condition": "a"}, {"Condition": 5},
	{"Ref": "A", "Ref2": "B"}, {"ref": "A"}, {"a": "b"}, {"Fn::Sub": "a", "JobTimeout": 5}, {"a b": 1, "é": 2, "1": 3},
	{"Memory": 1}, {"Memroy": 1}, {"Cup": 1}, {"instancetype": 1}, {"JobTimout": 1}, {"Commandstimeout": 1}, {"Security": 1}]`

// YAML has more ways to write a scalar than JSON, and cfn-lint's version of it
// takes other words for numbers, booleans and dates than CloudFormation's.
func TestPackReadsScalarsAsWritten(t *testing.T) {
	t.Parallel()
	scalars := []string{
		"OFF", "off", "yes", "no", "On", "y", "N", "012345670123", "012345678901", "0_8", "123e5", "12:30:00", "12:30:00.5", "80:8080", "09:30", "0b11", "+7", ".5", "5.", "0.0005", "12345678.5", "00", "true", "True", "FALSE", `"true"`, "!!str true", "!!bool true", "2024-01-01", "2001-12-14t21:59:43.10-05:00",
		"1e3", "1.0e+3", "1.10", "-5", "512", "512.0", "0x1F4", "0o17", "017", "1_000", "1:30", ".inf", "-.inf", ".nan", "!!str 5", `"5"`, "'1e3'",
		"1e99", "1e-3", "99999999999999999999999999999999999999999", "!!int 5", "|\n          512", "ami-01234567",
	}
	text := &strings.Builder{}
	text.WriteString("Resources:\n")
	for i, scalar := range scalars {
		fmt.Fprintf(text, "  Runner%d:\n    Type: Attini::Deploy::Runner\n    Properties:\n", i)
		for _, name := range []string{"ContainerName", "Image", "Memory", "Startup"} {
			fmt.Fprintf(text, "      %s: %s\n", name, scalar)
		}
		fmt.Fprintf(text, "      RunnerConfiguration:\n        LogLevel: %[1]s\n        JobTimeout: %[1]s\n", scalar)
		fmt.Fprintf(text, "      AwsVpcConfiguration:\n        Subnets: %[1]s\n        SecurityGroups:\n        - %[1]s\n", scalar)
	}
	path := filepath.Join(t.TempDir(), "template.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	template, problems := cfn.Read([]byte(text.String()))
	require.Empty(t, problems)
	want := reported(t, template)
	require.Greater(t, len(want), 100)
	assert.ElementsMatch(t, want, ours(cfnlint(t, path)))
}

// Where the file does not tell how a value was written, the pack reports what is
// wrong however it was.
func TestPackWithoutSpellings(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(directory, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	loop := write("loop.yaml", `
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Runners:
    - Name
    - [A]
    - Runner${Name}:
        Type: Attini::Deploy::Runner
        Properties:
          Cpu: 5
          RunnerConfiguration: {LogLevel: OFF}
          Startup: {Commands: [yes, 5]}
`)
	assert.Equal(t, []string{
		`E9352 Resources.RunnerA.Properties.Cpu Runner "RunnerA": Cpu: 5 is below 256 (allowed 256-98304 CPU units)`,
	}, ours(cfnlint(t, loop)))
	tabs := write("tabs.json", "{\n\t\"Resources\": {\n\t\t\"A\": {\"Type\": \"Attini::Deploy::Runner\", \"Properties\": {\n\t\t\t\"Image\": true, \"Cpu\": 5.5}}}}\n")
	assert.ElementsMatch(t, []string{
		`E9351 Resources.A.Properties.Image Runner "A": Image: must be a string, not true; put it in quotes`,
		`E9351 Resources.A.Properties.Cpu Runner "A": Cpu: must be a whole number, not 5.5 (allowed 256-98304 CPU units)`,
	}, ours(cfnlint(t, tabs)))
}

// everyValueEverywhere has two Runners for each value: one has it in each of its
// properties, the other in each property of each of its objects.
func everyValueEverywhere(t testing.TB) *cfn.Node {
	t.Helper()
	all, err := cfn.ReadJSON([]byte(values))
	require.NoError(t, err)
	objects := map[string][]string{
		"Ec2Configuration":    {"Ami", "InstanceType", "InstanceProfileName"},
		"RunnerConfiguration": {"MaxConcurrentJobs", "IdleTimeToLive", "JobTimeout", "LogLevel"},
		"AwsVpcConfiguration": {"Subnets", "SecurityGroups", "AssignPublicIp"},
		"Startup":             {"Commands", "CommandsTimeout"},
	}
	resources := cfn.Obj()
	for i, value := range all.Items {
		shallow, deep := cfn.Obj(), cfn.Obj()
		for _, name := range []string{"TaskDefinitionArn", "ContainerName", "EcsCluster", "RoleArn", "Image", "Memory", "Cpu"} {
			shallow.Set(name, value)
		}
		for _, name := range []string{"AwsVpcConfiguration", "Ec2Configuration", "RunnerConfiguration", "Startup"} {
			shallow.Set(name, value)
			object := cfn.Obj()
			for _, inside := range objects[name] {
				object.Set(inside, value)
			}
			deep.Set(name, object)
		}
		resources.Set(fmt.Sprintf("Shallow%d", i), runner(shallow))
		resources.Set(fmt.Sprintf("Deep%d", i), runner(deep))
		resources.Set(fmt.Sprintf("Bare%d", i), runner(value))
	}
	return cfn.Obj(cfn.F("Resources", resources))
}

func runner(properties *cfn.Node) *cfn.Node {
	return cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", properties))
}

// reported lists what package schema says of a template's Runners, and package
// plan of its plans' properties, as ours does.
func reported(t testing.TB, template *cfn.Node) []string {
	t.Helper()
	var lines []string
	for _, resource := range template.Get("Resources").Fields {
		at := cfn.NewPath("Resources", resource.Key)
		switch resource.Value.Get("Type").Text {
		case schema.RunnerType:
			_, problems := schema.Read(resource.Key, resource.Value, at, nil)
			for _, p := range problems {
				lines = append(lines, line(ids()[p.Rule], p.Path, p.Message))
			}
		case plan.Type:
			_, problems := plan.Read(resource.Key, resource.Value, at)
			for _, p := range problems {
				if !strings.Contains(p.Path, ".DeploymentPlan.") { // the steps' problems have words of their own
					lines = append(lines, line(ids()[p.Rule], p.Path, p.Message))
				}
			}
		}
	}
	return lines
}

// TestStepsAgreeWithRead: what the pack finds in a plan's steps, Read finds at
// the same place. It knows more: how steps lead to each other, paths, expressions.
func TestStepsAgreeWithRead(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("testdata/mistakes.yaml")
	require.NoError(t, err)
	template, problems := cfn.Read(source)
	require.Empty(t, problems)
	_, found := plan.Read("Steps", template.At("Resources", "Steps"), cfn.NewPath("Resources", "Steps"))
	var read, pack []string
	for _, p := range found {
		read = append(read, p.Path)
	}
	for _, m := range cfnlint(t, "testdata/mistakes.yaml") {
		if m.Rule == stepsRule {
			pack = append(pack, m.Path.String())
		}
	}
	require.Greater(t, len(pack), 5)
	assert.Subset(t, read, pack)
}

// stepsRule is the id of the one rule for the steps of plans.
const stepsRule = "E9359"

// ours are the matches of the pack's rules: cfn-lint has its own word on some
// attributes that every resource has.
func ours(matches []match) []string {
	var lines []string
	for _, m := range matches {
		if strings.HasPrefix(m.Rule, "E93") && !slices.Contains([]string{stepsRule, referencesRule, transformRule}, m.Rule) || strings.HasPrefix(m.Rule, "E0") {
			lines = append(lines, line(m.Rule, m.Path.String(), m.Message))
		}
	}
	return lines
}

func line(rule, at, message string) string {
	return fmt.Sprintf("%s %s %s", rule, at, message)
}
