package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// TestFieldsAreCheckedAsATemplateIs: a value has the same problem in a variable as
// it has where a template writes it.
func TestFieldsAreCheckedAsATemplateIs(t *testing.T) {
	t.Parallel()
	text := func(value string) *string { return &value }
	number := func(value int) *int { return &value }
	list := func(values ...string) *[]string { return &values }
	cases := map[string]struct {
		path     string
		variable any
		yaml     string
		rule     string
	}{
		"a valid number":      {"Cpu", number(256), "Cpu: 256", ""},
		"too small":           {"Cpu", number(255), "Cpu: 255", schema.RuleRange},
		"too great":           {"Cpu", number(98305), "Cpu: 98305", schema.RuleRange},
		"an absent number":    {"Cpu", number(0), "", ""},
		"a pattern":           {"RoleArn", text("role"), "RoleArn: role", schema.RulePattern},
		"an absent text":      {"RoleArn", text(""), "", ""},
		"an allowed value":    {"RunnerConfiguration.LogLevel", text("OFF"), "RunnerConfiguration: {LogLevel: OFF}", ""},
		"another value":       {"RunnerConfiguration.LogLevel", text("LOUD"), "RunnerConfiguration: {LogLevel: LOUD}", schema.RuleAllowedValues},
		"a list":              {"AwsVpcConfiguration.Subnets", list("subnet-1"), "AwsVpcConfiguration: {Subnets: [subnet-1]}", ""},
		"an item of a list":   {"AwsVpcConfiguration.Subnets", list("subnet-1", "x"), "AwsVpcConfiguration: {Subnets: [subnet-1, x]}", schema.RulePattern},
		"a required property": {"Ec2Configuration.InstanceType", text(""), "Ec2Configuration: {Ami: AmazonLinux2023}", schema.RuleRequired},
		"an absent list":      {"Startup.Commands", list(), "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := schema.Fields{c.path: c.variable}.Check("Build", cfn.NewPath("Resources", "Build"))
			_, want := read(t, c.yaml)
			for i := range want {
				want[i].Place = problem.Place{}
			}
			assert.Equal(t, want, problems)
			if c.rule == "" {
				assert.Empty(t, problems)
			} else if assert.Len(t, problems, 1) {
				assert.Equal(t, c.rule, problems[0].Rule)
				assert.True(t, strings.HasPrefix(problems[0].Path, "Resources.Build.Properties."+c.path), problems[0].Path)
			}
		})
	}
	assert.Empty(t, schema.Fields{}.Check("Build", cfn.NewPath("Resources", "Build")), "what is not kept is not required")
}

// TestCopyTo: what the Runner gives and is known; no defaults.
func TestCopyTo(t *testing.T) {
	t.Parallel()
	runner, problems := read(t, `
Memory: "2048"
RoleArn: !Ref Role
RunnerConfiguration: {LogLevel: OFF}
AwsVpcConfiguration: {Subnets: "subnet-1, subnet-2"}
`)
	assert.Empty(t, problems)
	memory, cpu, role, level, cluster, subnets := 0, 0, "", "", "", []string(nil)
	runner.CopyTo(schema.Fields{
		"Memory": &memory, "Cpu": &cpu, "RoleArn": &role, "RunnerConfiguration.LogLevel": &level, "EcsCluster": &cluster, "AwsVpcConfiguration.Subnets": &subnets,
	})
	assert.Equal(t, 2048, memory)
	assert.Zero(t, cpu)
	assert.Zero(t, role, "only the deployment knows it")
	assert.Equal(t, "OFF", level)
	assert.Zero(t, cluster, "a default")
	assert.Equal(t, []string{"subnet-1", "subnet-2"}, subnets)
}

func TestUnresolved(t *testing.T) {
	t.Parallel()
	runner, _ := read(t, `
Memory: !Ref Memory
Cpu: !Ref AWS::NoValue
RunnerConfiguration: {Fn::If: [A, {}, {}]}
Startup: {Commands: [a, !Ref B]}
AwsVpcConfiguration: {Subnets: [subnet-1]}
`)
	assert.Equal(t, []string{"Memory", "RunnerConfiguration", "Startup.Commands"}, runner.Unresolved())
}
