package compat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/test/golden"
)

const (
	one = "ContainerDefinitions: [{Name: main}]"
	two = "ContainerDefinitions: [{Name: main}, {Name: sidecar}]"
)

func TestCheckTaskDefinitionContainerName(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	err := func(line, column int) problem.List {
		return only(problem.Error, compat.RuleContainer, "ContainerName", line, column)
	}
	var containers string
	for i := range 21 {
		containers += fmt.Sprintf("{Name: c%d}, ", i)
	}
	for _, c := range []struct {
		name, properties, definition string
		want                         problem.List
	}{
		{"none given, one there", "Cpu: 256", one, nil},
		{"the one", "ContainerName: main", one, nil},
		{"the second", "ContainerName: sidecar", two, nil},
		{"not known yet", "ContainerName: !Ref Open", two, nil},
		{"perhaps none", "ContainerName: !If [Perhaps, main, !Ref AWS::NoValue]", two, nil},
		{"in a list that is not known", "ContainerName: other", "ContainerDefinitions: !Ref Open", nil},
		{"perhaps in the list", "ContainerName: other", "ContainerDefinitions: [{Name: main}, !If [Perhaps, {Name: other}, {Name: another}]]", nil},
		{"perhaps one of the names", "ContainerName: other", "ContainerDefinitions: [{Name: main}, {Name: !Ref Open}]", nil},
		{"none given, perhaps one there", "Cpu: 256", "ContainerDefinitions: [{Name: main}, !If [Perhaps, {Name: a}, !Ref AWS::NoValue]]", nil},
		{"none given, nothing known", "Cpu: 256", "", nil},
		{"given, none there at all", "ContainerName: main", "ContainerDefinitions: []", nil},
		{
			"not there", "Cpu: 256\nContainerName: other", one,
			err(6, 22),
		},
		{
			"misspelt", "ContainerName: sidcar", two,
			err(5, 22),
		},
		{
			"in the wrong case", "ContainerName: Main", two,
			err(5, 22),
		},
		{
			"from a parameter", "ContainerName: !Ref Name", one,
			err(5, 22),
		},
		{
			"not there among many", "ContainerName: other", "ContainerDefinitions: [" + containers + "]",
			err(5, 22),
		},
		{
			"names with all sorts of characters", "ContainerName: other", `ContainerDefinitions: [{Name: "a\n\"b"}, {Name: ` + strings.Repeat("ü", 101) + "}]",
			err(5, 22),
		},
		{
			"none given, several there", "Cpu: 256", two,
			err(4, 5),
		},
		{
			"none given and no properties, several there", "", two,
			err(3, 5),
		},
		{
			"none given, as a condition says", "ContainerName: !If [Always, !Ref AWS::NoValue, main]", two,
			err(4, 5),
		},
		{
			"none given, several and perhaps more there", "Cpu: 256", "ContainerDefinitions: [{Name: main}, {Name: !Ref Open}, !If [Perhaps, {Name: a}, !Ref AWS::NoValue]]",
			err(4, 5),
		},
		{
			"none given, several of no known name there", "Cpu: 256", "ContainerDefinitions: [{Name: !Ref Open}, {}]",
			err(4, 5),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, words, c.want, compat.CheckTaskDefinition(read(t, c.properties), define(t, c.definition+"\nNetworkMode: awsvpc", false)))
		})
	}
}

func TestCheckTaskDefinitionEntryPoint(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	err := func(line int) problem.List {
		return only(problem.Error, compat.RuleEntryPoint, "TaskDefinitionArn", line, 26)
	}
	const both = "ContainerDefinitions: [{Name: main, EntryPoint: [sh]}, {Name: sidecar}]"
	for _, c := range []struct {
		name, properties, definition string
		want                         problem.List
	}{
		{"the only container", "TaskDefinitionArn: !Ref Task", "ContainerDefinitions: [{Name: main, EntryPoint: [sh]}]", err(5)},
		{"the only container, of no known name", "TaskDefinitionArn: !Ref Task", "ContainerDefinitions: [{Name: !Ref Open, EntryPoint: [sh]}]", err(5)},
		{"the named container", "ContainerName: main\nTaskDefinitionArn: !Ref Task", both, err(6)},
		{"the only container, whatever its name will be", "TaskDefinitionArn: !Ref Task\nContainerName: !Ref Open", "ContainerDefinitions: [{Name: main, EntryPoint: [sh]}]", err(5)},
		{"another container", "TaskDefinitionArn: !Ref Task\nContainerName: sidecar", both, nil},
		{"a container that is not known", "TaskDefinitionArn: !Ref Task\nContainerName: !Ref Open", both, nil},
		{"none", "TaskDefinitionArn: !Ref Task", one, nil},
		{"not known yet", "TaskDefinitionArn: !Ref Task", "ContainerDefinitions: [{Name: main, EntryPoint: !Split [',', !Ref Open]}]", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, words, c.want, compat.CheckTaskDefinition(read(t, c.properties), define(t, c.definition+"\nNetworkMode: awsvpc", false)))
		})
	}
}

func TestCheckTaskDefinitionLaunchType(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	const (
		fargate = "TaskDefinitionArn: !Ref Task"
		host    = fargate + "\nEc2Configuration: {InstanceType: m5.large}"
		network = host + "\nAwsVpcConfiguration: {Subnets: [subnet-1]}"
		perhaps = fargate + "\nEc2Configuration: !If [Perhaps, {InstanceType: m5.large}, !Ref AWS::NoValue]"
	)
	err := func(rule string) problem.List {
		return only(problem.Error, rule, "TaskDefinitionArn", 5, 26)
	}
	for _, c := range []struct {
		name, properties, definition string
		want                         problem.List
	}{
		{"Fargate on Fargate", fargate, "RequiresCompatibilities: [FARGATE]\nNetworkMode: awsvpc", nil},
		{"both on Fargate", fargate, "RequiresCompatibilities: [EC2, FARGATE]\nNetworkMode: awsvpc", nil},
		{"EC2 on a host", host, "RequiresCompatibilities: [EC2]\nNetworkMode: bridge", nil},
		{"both on a host", host, "RequiresCompatibilities: [EC2, FARGATE]", nil},
		{"nothing said on a host", host, "NetworkMode: host", nil},
		{"not known yet", fargate, "RequiresCompatibilities: [!Ref Open]\nNetworkMode: !Ref Open", nil},
		{"host not known yet", perhaps, "RequiresCompatibilities: [EXTERNAL]\nNetworkMode: none", nil},
		{
			"EC2 on Fargate", fargate, "RequiresCompatibilities: [EC2]\nNetworkMode: bridge",
			err(compat.RuleLaunchType),
		},
		{
			"Fargate on a host", host, "RequiresCompatibilities: [FARGATE]\nNetworkMode: awsvpc",
			err(compat.RuleLaunchType),
		},
		{
			"neither on a host", host, "RequiresCompatibilities: [EXTERNAL, MANAGED_INSTANCES]",
			err(compat.RuleLaunchType),
		},
		{
			"another network on Fargate", fargate, "RequiresCompatibilities: [FARGATE, EC2]\nNetworkMode: host",
			err(compat.RuleNetworkMode),
		},
		{"a network of its own on a host", network, "RequiresCompatibilities: [EC2]\nNetworkMode: awsvpc", nil},
		{
			"the default VPC on a host", host, "RequiresCompatibilities: [EC2]\nNetworkMode: awsvpc",
			only(problem.Warning, compat.RuleNetworkMode, "TaskDefinitionArn", 5, 26),
		},
		{
			"no network on Fargate", fargate, "Cpu: 256",
			err(compat.RuleNetworkMode),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, words, c.want, compat.CheckTaskDefinition(read(t, c.properties), define(t, c.definition, false)))
		})
	}
}

func TestCheckTaskDefinitionReportsAllTogether(t *testing.T) {
	t.Parallel()
	runner := read(t, "TaskDefinitionArn: !Ref Task\nContainerName: other")
	definition := define(t, "ContainerDefinitions: [{Name: main, EntryPoint: [sh]}]\nRequiresCompatibilities: [EC2]", false)
	var rules []string
	for _, p := range compat.CheckTaskDefinition(runner, definition) {
		rules = append(rules, p.Rule)
	}
	assert.Equal(t, []string{compat.RuleContainer, compat.RuleEntryPoint, compat.RuleLaunchType}, rules)
}

func TestOwnTaskDefinitionsFit(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	fargate, host := read(t, "Image: a"), read(t, "Ec2Configuration: {InstanceType: m5.large}")
	for _, c := range []struct {
		name       string
		definition compat.TaskDefinition
		problems   problem.List
	}{
		{"default", compat.DefaultTaskDefinition(), compat.CheckTaskDefinition(fargate, compat.DefaultTaskDefinition())},
		{"for Fargate", compat.EmittedTaskDefinition(fargate), compat.CheckTaskDefinition(fargate, compat.EmittedTaskDefinition(fargate))},
		{"for a host", compat.EmittedTaskDefinition(host), compat.CheckTaskDefinition(host, compat.EmittedTaskDefinition(host))},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, c.problems)
			assert.Equal(t, compat.Known(512), c.definition.CPU)
			assert.Equal(t, compat.Known(3072), c.definition.Memory)
		})
	}
	assert.Len(t, compat.CheckTaskDefinition(host, compat.DefaultTaskDefinition()), 1, "it is for Fargate only")
	check(t, words, only(problem.Error, compat.RuleContainer, "ContainerName", 6, 22),
		compat.CheckTaskDefinition(read(t, "Image: a\nContainerName: main"), compat.EmittedTaskDefinition(fargate)))
	assert.Empty(t, compat.CheckTaskDefinition(read(t, "ContainerName: main"), compat.DefaultTaskDefinition()), "its container's name is the account's")
}

func TestNothingIsWrongWithWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	for _, properties := range []string{
		"TaskDefinitionArn: build:7\nContainerName: a\nCpu: 512\nMemory: 3072",
		"TaskDefinitionArn: build:7\nCpu: 512\nEc2Configuration: {InstanceType: m5.large}",
	} {
		assert.Empty(t, compat.CheckTaskDefinition(read(t, properties), compat.TaskDefinition{}))
		assert.Empty(t, compat.CheckFargate(read(t, properties), compat.TaskDefinition{}))
		assert.Empty(t, compat.CheckHost(read(t, properties), compat.TaskDefinition{}, compat.Host{}))
	}
}

func TestOnlyContainer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, definition, want string }{
		{"one", one, "main"},
		{"one beside nothing", "ContainerDefinitions: [!Ref AWS::NoValue, {Name: main}]", "main"},
		{"two", two, ""},
		{"one of no known name", "ContainerDefinitions: [{Name: !Ref Open}]", ""},
		{"one of no name", "ContainerDefinitions: [{}]", ""},
		{"perhaps one", "ContainerDefinitions: [{Name: main}, !Ref Open]", ""},
		{"none", "ContainerDefinitions: []", ""},
		{"not known", "ContainerDefinitions: !Ref Open", ""},
		{"absent", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name, ok := define(t, c.definition, false).OnlyContainer()
			assert.Equal(t, c.want, name)
			assert.Equal(t, c.want != "", ok)
		})
	}
	_, ok := compat.DefaultTaskDefinition().OnlyContainer()
	assert.False(t, ok)
}
