package compat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
)

func container(name string, entryPoint bool) compat.Container {
	return compat.Container{Name: compat.Known(name), EntryPoint: compat.Known(entryPoint)}
}

func TestReadTaskDefinition(t *testing.T) {
	t.Parallel()
	assert.Equal(t, compat.TaskDefinition{
		Name:            `task definition "Task"`,
		Containers:      []compat.Container{container("main", false), container("sidecar", true)},
		Complete:        true,
		CPU:             compat.Known(1024),
		Memory:          compat.Known(3072),
		Compatibilities: compat.Known([]string{"EC2", "FARGATE"}),
		NetworkMode:     compat.Known("awsvpc"),
	}, define(t, `
Cpu: 1 vCPU
Memory: 3072
NetworkMode: awsvpc
RequiresCompatibilities: [EC2, FARGATE]
ContainerDefinitions:
  - Name: main
    Image: !Ref Open
  - Name: sidecar
    EntryPoint: ["/bin/sh", "-c"]
`, false))
}

func TestReadTaskDefinitionOfNoShape(t *testing.T) {
	t.Parallel()
	unknown := compat.TaskDefinition{Name: `task definition "Task"`}
	for _, c := range []struct {
		name     string
		resource *cfn.Node
	}{
		{"text", cfn.Str("a")},
		{"properties that are text", cfn.Obj(cfn.F("Properties", cfn.Str("a")))},
		{"properties that are a function", cfn.Obj(cfn.F("Properties", cfn.Ref("a")))},
		{"properties that a macro adds", cfn.Obj(cfn.F("Fn::Transform", cfn.Obj()))},
		{"properties that a macro adds to", cfn.Obj(cfn.F("Properties", cfn.Obj(cfn.F("Fn::Transform", cfn.Obj()), cfn.F("Tags", cfn.Seq()))))},
		{"properties of no type", cfn.Obj(cfn.F("Properties", cfn.Obj(
			cfn.F("Cpu", cfn.Seq()), cfn.F("Memory", cfn.Boolean(true)), cfn.F("NetworkMode", &cfn.Node{}),
			cfn.F("RequiresCompatibilities", cfn.Obj()), cfn.F("ContainerDefinitions", cfn.Str("a")),
		)))},
		{"lists of no type", cfn.Obj(cfn.F("Properties", cfn.Obj(
			cfn.F("NetworkMode", cfn.Seq()),
			cfn.F("RequiresCompatibilities", cfn.Seq(cfn.Str("EC2"), &cfn.Node{})), cfn.F("ContainerDefinitions", cfn.Seq(cfn.Str("a"))),
		)))},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, unknown, compat.ReadTaskDefinition("Task", c.resource, nil))
		})
	}
	absent := unknown
	absent.NetworkMode = compat.Known("")
	assert.Equal(t, absent, compat.ReadTaskDefinition("Task", nil, nil))
	assert.Equal(t, absent, compat.ReadTaskDefinition("Task", cfn.Obj(), nil))
}

func TestReadTaskDefinitionSizes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cpu, memory string
		want        int // 0 when not known
	}{
		{"1024", "1024", 1024},
		{"'1024'", "'1024'", 1024},
		{"1 vCPU", "1 GB", 1024},
		{"1vCPU", "1GB", 1024},
		{"1  VCPU", "1\tgb", 1024},
		{"1 vcpu", "1 Gb", 1024},
		{"'.5 vCPU'", "'.5 GB'", 512},
		{"0.25vCPU", "0.25GB", 256},
		{"1.50 vCPU", "1.50 GB", 1536},
		{"192 vCPU", "192 GB", 196608},
		{"0.0009765625 vCPU", "0.0009765625 GB", 0}, // more digits than any size needs
		{"0.1 vCPU", "0.1 GB", 0},
		{"0 vCPU", "0 GB", 0},
		{"0", "0", 0},
		{"-1", "-1", 0},
		{"vCPU", "GB", 0},
		{". vCPU", ". GB", 0},
		{"1. vCPU", "1. GB", 0},
		{"1 vCPUs", "1 MB", 0},
		{"1 GB", "1 vCPU", 0},
		{"' 1024'", "' 1024'", 0},
		{"'1024 '", "'1 GB '", 0},
		{"1024.0", "1024.0", 0},
		{"1e3", "1e3", 0},
		{"'0512'", "'0512'", 0},
		{"10000000000", "99999999999999999999", 0},
		{"9999999 vCPU", "9999999 GB", 0},
		{"１ vCPU", "１ GB", 0},
		{"''", "''", 0},
		{"[1024]", "{a: b}", 0},
		{"!Ref AWS::NoValue", "!Ref AWS::NoValue", 0},
		{"'{{resolve:ssm:a}}'", "'{{resolve:ssm:a}}'", 0},
		{"!Ref Number", "!Ref Number", 0},
	} {
		t.Run(c.cpu+", "+c.memory, func(t *testing.T) {
			t.Parallel()
			want := compat.Fact[int]{Value: c.want, Known: c.want > 0}
			definition := define(t, "Cpu: "+c.cpu+"\nMemory: "+c.memory, false)
			assert.Equal(t, want, definition.CPU)
			assert.Equal(t, want, definition.Memory)
		})
	}
}

func TestReadTaskDefinitionLists(t *testing.T) {
	t.Parallel()
	ec2 := compat.Known([]string{"EC2"})
	for _, c := range []struct {
		name, written  string
		without, known compat.Fact[[]string]
	}{
		{"list", "[EC2]", ec2, ec2},
		{"one text", "EC2", ec2, ec2},
		{"empty, which says nothing", "[]", compat.Fact[[]string]{}, compat.Fact[[]string]{}},
		{"nothing", "[!Ref AWS::NoValue]", compat.Fact[[]string]{}, compat.Fact[[]string]{}},
		{"beside nothing", "[!Ref AWS::NoValue, EC2]", ec2, ec2},
		{"a parameter's value", "[!Ref Name]", compat.Fact[[]string]{}, compat.Known([]string{"other"})},
		{"one of a parameter's values", "[!Ref Kind]", compat.Fact[[]string]{}, compat.Fact[[]string]{}},
		{"one of them beside another", "[EC2, !Ref Open]", compat.Fact[[]string]{}, compat.Fact[[]string]{}},
		{"a condition that is known", "!If [Always, [EC2], [FARGATE]]", compat.Fact[[]string]{}, ec2},
		{"a condition inside", "[!If [Always, EC2, FARGATE]]", compat.Fact[[]string]{}, ec2},
		{"a condition that is not known", "!If [Perhaps, [EC2], [FARGATE]]", compat.Fact[[]string]{}, compat.Fact[[]string]{}},
		{"a list put together", "!Split [',', 'EC2']", compat.Fact[[]string]{}, ec2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.without, define(t, "RequiresCompatibilities: "+c.written, false).Compatibilities)
			assert.Equal(t, c.known, define(t, "RequiresCompatibilities: "+c.written, true).Compatibilities)
		})
	}
}

func TestReadTaskDefinitionEntryPoint(t *testing.T) {
	t.Parallel()
	no, yes, unknown := compat.Known(false), compat.Known(true), compat.Fact[bool]{}
	for _, c := range []struct {
		name, written  string
		without, known compat.Fact[bool]
	}{
		{"list", "[sh]", yes, yes},
		{"empty", "[]", no, no},
		{"nothing", "!Ref AWS::NoValue", no, no},
		{"list of nothing", "[!Ref AWS::NoValue]", no, no},
		{"text", "sh", yes, yes},
		{"empty text", "''", no, no},
		{"a function inside", "[!Ref Name]", unknown, yes},
		{"a function beside a text", "[!Ref Open, '-c']", yes, yes},
		{"perhaps nothing", "[!If [Perhaps, sh, !Ref AWS::NoValue]]", unknown, unknown},
		{"a condition that is known", "!If [Always, !Ref AWS::NoValue, [sh]]", unknown, no},
		{"a condition that is not known", "!If [Perhaps, !Ref AWS::NoValue, [sh]]", unknown, unknown},
		{"a list put together", "!Split [',', 'sh,-c']", unknown, yes},
		{"object", "{a: b}", unknown, unknown},
		{"null", "~", unknown, unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			properties := "ContainerDefinitions:\n  - Name: main\n    EntryPoint: " + c.written
			assert.Equal(t, c.without, define(t, properties, false).Containers[0].EntryPoint)
			assert.Equal(t, c.known, define(t, properties, true).Containers[0].EntryPoint)
		})
	}
}

func TestReadTaskDefinitionWithStaticValues(t *testing.T) {
	t.Parallel()
	definition := define(t, `
Cpu: !Ref Number
Memory: !If [Always, 3 GB, !Ref Open]
NetworkMode: !Ref Kind
ContainerDefinitions: !If
  - Always
  - - Name: !Ref Name
      Image: !Ref Open
    - !If [Always, !Ref AWS::NoValue, {Name: sidecar}]
  - - Name: another
`, true)
	assert.Equal(t, compat.TaskDefinition{
		Name:       `task definition "Task"`,
		Containers: []compat.Container{container("other", false)}, Complete: true,
		CPU: compat.Known(300), Memory: compat.Known(3072),
	}, definition)
}

func TestReadTaskDefinitionThatAMacroCompletes(t *testing.T) {
	t.Parallel()
	definition := define(t, `
Cpu: 256
ContainerDefinitions:
  - Name: main
    Fn::Transform: {Name: AWS::Include}
Fn::ForEach::Tags: []
`, false)
	assert.Equal(t, compat.TaskDefinition{
		Name:       `task definition "Task"`,
		Containers: []compat.Container{{Name: compat.Known("main")}}, Complete: true,
		CPU: compat.Known(256),
	}, definition)
}
