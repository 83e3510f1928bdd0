package compat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/schema"
)

const optimized = "/aws/service/ecs/optimized-ami/"

func TestAliases(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		name         string
		parameters   []string
		architecture string
		accelerator  compat.Accelerator
		ended        string
		successor    string
	}{
		{"AmazonLinux2", []string{"amazon-linux-2/kernel-5.10"}, "x86_64", compat.NoAccelerator, "2026-06-30", "AmazonLinux2023"},
		{"AmazonLinux2_arm64", []string{"amazon-linux-2/kernel-5.10/arm64"}, "arm64", compat.NoAccelerator, "2026-06-30", "AmazonLinux2023_arm64"},
		{"AmazonLinux2_gpu", []string{"amazon-linux-2/gpu"}, "x86_64", compat.GPU, "2026-06-30", ""},
		{"AmazonLinux2_inf", []string{"amazon-linux-2/inf"}, "x86_64", compat.Neuron, "2026-06-30", "AmazonLinux2023_inf"},
		{"AmazonLinux2023", []string{"amazon-linux-2023"}, "x86_64", compat.NoAccelerator, "0001-01-01", "AmazonLinux2023"},
		{"AmazonLinux2023_arm64", []string{"amazon-linux-2023/arm64"}, "arm64", compat.NoAccelerator, "0001-01-01", "AmazonLinux2023_arm64"},
		{"AmazonLinux2023_inf", []string{"amazon-linux-2023/neuron", "amazon-linux-2023/inf"}, "x86_64", compat.Neuron, "0001-01-01", "AmazonLinux2023_inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			alias, ok := compat.AliasNamed(c.name)
			require.True(t, ok)
			assert.Equal(t, compat.Aliases()[i], alias, "the documentation's order")
			var parameters []string
			for _, parameter := range c.parameters {
				parameters = append(parameters, optimized+parameter+"/recommended/image_id")
			}
			assert.Equal(t, parameters, alias.Parameters)
			assert.Equal(t, c.architecture, alias.Architecture)
			assert.Equal(t, c.accelerator, alias.Accelerator)
			assert.Equal(t, c.ended, alias.EndOfLife.Format("2006-01-02"))
			successor, _ := alias.Successor()
			assert.Equal(t, c.successor, successor.Name)
		})
	}
	_, ok := compat.AliasNamed("AmazonLinux2023_gpu")
	assert.False(t, ok, "not documented")
}

// The schema and this table must know the same names.
func TestAliasesAreWhatTheSchemaTakes(t *testing.T) {
	t.Parallel()
	for _, alias := range compat.Aliases() {
		runner := read(t, "Ec2Configuration: {InstanceType: m5.large, Ami: "+alias.Name+"}")
		assert.True(t, runner.Ec2Configuration.Ami.Known, alias.Name)
		found, ok := compat.AliasOf(runner)
		assert.True(t, ok)
		assert.Equal(t, alias, found)
	}
}

func TestAliasesCannotBeChangedForOthers(t *testing.T) {
	t.Parallel()
	compat.Aliases()[0].Parameters[0] = "changed"
	alias, _ := compat.AliasNamed("AmazonLinux2")
	assert.Equal(t, []string{optimized + "amazon-linux-2/kernel-5.10/recommended/image_id"}, alias.Parameters)
}

func TestAliasParametersFitOneCall(t *testing.T) {
	t.Parallel()
	names := compat.AliasParameters()
	assert.Len(t, names, 8)
	seen := map[string]bool{}
	for _, name := range names {
		assert.False(t, seen[name], name)
		seen[name] = true
	}
	assert.LessOrEqual(t, len(names), 10, "what GetParameters takes")
}

func TestAliasOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, properties, want string }{
		{"written", "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", "AmazonLinux2023"},
		{"default", "Ec2Configuration: {InstanceType: m5.large}", "AmazonLinux2"},
		{"parameter", "Ec2Configuration: {InstanceType: m5.large, Ami: !Ref Text}", "AmazonLinux2"},
		{"AMI id", "Ec2Configuration: {InstanceType: m5.large, Ami: ami-0123abcd}", ""},
		{"not known yet", "Ec2Configuration: {InstanceType: m5.large, Ami: !Ref Open}", ""},
		{"perhaps the default", "Ec2Configuration: {InstanceType: m5.large, Ami: !If [Perhaps, ami-0123abcd, !Ref AWS::NoValue]}", ""},
		{"wrong", "Ec2Configuration: {InstanceType: m5.large, Ami: Windows}", ""},
		{"no host", "Cpu: 256", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			alias, ok := compat.AliasOf(read(t, c.properties))
			assert.Equal(t, c.want, alias.Name)
			assert.Equal(t, c.want != "", ok)
		})
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	neuron, inf := optimized+"amazon-linux-2023/neuron/recommended/image_id", optimized+"amazon-linux-2023/inf/recommended/image_id"
	alias, _ := compat.AliasNamed("AmazonLinux2023_inf")
	for _, c := range []struct {
		name          string
		parameters    map[string]string
		id, parameter string
	}{
		{"the first", map[string]string{neuron: "ami-1", inf: "ami-2"}, "ami-1", neuron},
		{"the second, in an old region", map[string]string{inf: "ami-2"}, "ami-2", inf},
		{"the second, as the first is empty", map[string]string{neuron: "", inf: "ami-2"}, "ami-2", inf},
		{"another's", map[string]string{optimized + "amazon-linux-2023/recommended/image_id": "ami-3"}, "", ""},
		{"none", nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			id, parameter, ok := alias.Resolve(c.parameters)
			assert.Equal(t, c.id, id)
			assert.Equal(t, c.parameter, parameter)
			assert.Equal(t, c.id != "", ok)
		})
	}
}

func TestUnknownAlias(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	here := map[string]string{
		optimized + "amazon-linux-2023/arm64/recommended/image_id":         "ami-1",
		optimized + "amazon-linux-2/kernel-5.10/recommended/image_id":      "ami-2",
		optimized + "amazon-linux-2/inf/recommended/image_id":              "",
		optimized + "windows/recommended/image_id":                         "ami-3",
		optimized + "amazon-linux-2023/neuron/unrecommended/another_value": "ami-4",
	}
	for _, c := range []struct {
		name, properties, alias string
		parameters              map[string]string
		line, column            int
	}{
		{
			"others there", "Ec2Configuration:\n  InstanceType: m5.large\n  Ami: AmazonLinux2_gpu", "AmazonLinux2_gpu", here, 7, 14,
		},
		{
			"none there, several parameters", "Ec2Configuration:\n  Ami: AmazonLinux2023_inf\n  InstanceType: m5.large", "AmazonLinux2023_inf", nil, 6, 14,
		},
		{
			"the default", "Cpu: 256\nEc2Configuration:\n  InstanceType: m5.large", "AmazonLinux2", nil, 6, 7,
		},
		{
			"a parameter's value", "Ec2Configuration:\n  Ami: !Ref Text\n  InstanceType: m5.large", "AmazonLinux2", nil, 6, 14,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			alias, ok := compat.AliasNamed(c.alias)
			require.True(t, ok)
			check(t, words,
				only(problem.Error, compat.RuleAmiAlias, "Ec2Configuration.Ami", c.line, c.column),
				problem.List{compat.UnknownAlias(read(t, c.properties), alias, c.parameters)})
		})
	}
}

func TestUnknownAmi(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	check(t, words,
		only(problem.Error, compat.RuleUnknownAmi, "Ec2Configuration.Ami", 6, 14),
		problem.List{compat.UnknownAmi(read(t, "Ec2Configuration:\n  Ami: ami-0f0f0f0f\n  InstanceType: m5.large"))})
}

func TestCheckAmi(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	written := func(ami string) string { return "Ec2Configuration:\n  Ami: " + ami + "\n  InstanceType: m5.large" }
	warning := func(line, column int) problem.List {
		return only(problem.Warning, compat.RuleAmiEndOfLife, "Ec2Configuration.Ami", line, column)
	}
	for _, c := range []struct {
		name, properties string
		want             problem.List
	}{
		{"x86_64", written("AmazonLinux2"), warning(6, 14)},
		{"arm64", written("AmazonLinux2_arm64"), warning(6, 14)},
		{"Neuron", written("AmazonLinux2_inf"), warning(6, 14)},
		{
			"GPU", written("AmazonLinux2_gpu"), warning(6, 14),
		},
		{
			"default", "Image: a\nEc2Configuration:\n  InstanceType: m5.large",
			warning(6, 7),
		},
		{
			"default, as a condition says", written("!If [Always, !Ref AWS::NoValue, AmazonLinux2023]"),
			warning(5, 7),
		},
		{
			"default in the branch that a condition takes", "Ec2Configuration: !If [Always, {InstanceType: m5.large}, !Ref AWS::NoValue]",
			warning(5, 7),
		},
		{
			"a parameter's value", written("!Ref Text"),
			warning(6, 14),
		},
		{
			"a text put together", written("!Sub 'AmazonLinux${Two}'"), nil,
		},
		{
			"a text put together that is known", written("!Join ['', [AmazonLinux, 2]]"),
			warning(6, 14),
		},
		{"supported", written("AmazonLinux2023"), nil},
		{"supported arm64", written("AmazonLinux2023_arm64"), nil},
		{"supported Neuron", written("AmazonLinux2023_inf"), nil},
		{"AMI id", written("ami-0123abcd"), nil},
		{"not known yet", written("!Ref Open"), nil},
		{"host not known yet", "Ec2Configuration: !If [Perhaps, {InstanceType: m5.large}, !Ref AWS::NoValue]", nil},
		{"no host", "Image: a", nil},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, words, c.want, compat.CheckAmi(read(t, c.properties)))
		})
	}
}

// A Runner made by a program has no places, and may have no resource at all.
func TestProblemsOfRunnersWithoutSource(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	runner := &schema.Runner{
		Name: "Build", Path: cfn.NewPath("Resources", "Build"),
		Ec2Configuration: &schema.Ec2Configuration{Ami: schema.Value[string]{Literal: "AmazonLinux2", Known: true}},
	}
	check(t, words, only(problem.Warning, compat.RuleAmiEndOfLife, "Ec2Configuration.Ami", 0, 0), compat.CheckAmi(runner))
}
