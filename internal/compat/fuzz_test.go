package compat_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
)

// FuzzSizes: whatever stands for Cpu and Memory, what is known of it is what
// exact arithmetic makes of the text, and the two are read alike.
func FuzzSizes(f *testing.F) {
	for _, text := range []string{"1024", "1 ", ".5 ", "0.25", "1", "999999.999999999\t", "0", "00.50", "1.", ".", "1e3", "-1", "１", "99999999999999999999", " 1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		digits := strings.Trim(text, "0123456789") == ""
		plain, plainMemory := sizes(text, text)
		assert.True(t, !digits || plain == plainMemory, "%v is not %v", plain, plainMemory)
		if digits && plain.Known {
			assertSize(t, text, 1, plain.Value)
		}
		for _, blank := range []string{"", " "} {
			cpu, memory := sizes(text+blank+"vCPU", text+blank+"gb")
			assert.Equal(t, cpu, memory)
			if cpu.Known {
				assertSize(t, strings.TrimRight(text, " \t"), 1024, cpu.Value)
			}
		}
	})
}

func sizes(cpu, memory string) (cpuUnits, mebibytes compat.Fact[int]) {
	properties := cfn.Obj(cfn.F("Cpu", cfn.Str(cpu)), cfn.F("Memory", cfn.Str(memory)))
	definition := compat.ReadTaskDefinition("Task", cfn.Obj(cfn.F("Properties", properties)), nil)
	return definition.CPU, definition.Memory
}

func assertSize(t *testing.T, text string, unit int64, size int) {
	t.Helper()
	exact, ok := new(big.Rat).SetString(text)
	require.True(t, ok, "%q is no number", text)
	exact.Mul(exact, big.NewRat(unit, 1))
	assert.Zero(t, exact.Cmp(big.NewRat(int64(size), 1)), "%d times %q is not %d", unit, text, size)
	assert.Positive(t, size)
}

// FuzzChecks: whatever Runner and task definition stand in a template, the
// checks neither panic nor change them, say the same twice, and each problem is
// a whole one.
func FuzzChecks(f *testing.F) {
	f.Add([]byte(`{"Properties": {"Cpu": 4096, "ContainerName": "a"}}`), []byte(`{"Properties": {"Memory": "3 GB", "ContainerDefinitions": [{"Name": "main", "EntryPoint": ["a"]}]}}`))
	f.Add([]byte(`{"Properties": {"Memory": 8000, "Ec2Configuration": {"InstanceType": "m5.large"}}}`), []byte(`{"Properties": {"RequiresCompatibilities": ["FARGATE"], "ContainerDefinitions": [{"Name": "a"}, {"Name": "b"}]}}`))
	f.Add([]byte(`{"Properties": {"Ec2Configuration": []}}`), []byte(`{"Properties": {"Fn::Transform": {}, "NetworkMode": "host"}}`))
	f.Add([]byte(`{"Properties": {"Ec2Configuration": {"Ami": "AmazonLinux2_gpu"}, "Cpu": "2048"}}`), []byte(`null`))
	f.Add([]byte(`[]`), []byte(`{"Properties": {"ContainerDefinitions": [null, {"Name": {"Ref": "AWS::NoValue"}, "EntryPoint": [null]}], "RequiresCompatibilities": [[]]}}`))
	f.Fuzz(func(t *testing.T, runnerData, definitionData []byte) {
		resource, err := cfn.ReadJSON(runnerData)
		if err != nil {
			return
		}
		task, err := cfn.ReadJSON(definitionData)
		if err != nil {
			return
		}
		before := [][]byte{marshal(t, resource), marshal(t, task)}
		problems := everyCheck(t, resource, task)
		assert.Equal(t, problems, everyCheck(t, resource, task))
		assert.Equal(t, before, [][]byte{marshal(t, resource), marshal(t, task)}, "a check changed the template")
		for _, p := range problems {
			assert.NotEmpty(t, p.Rule)
			assert.True(t, strings.HasPrefix(p.Path, "Resources.Build.Properties."), p.Path)
			assert.True(t, strings.HasPrefix(p.Message, `Runner "Build": `), p.Message)
			assert.NotContains(t, p.Message, "\n", "a value must not break the line")
			assert.Contains(t, []problem.Severity{problem.Error, problem.Warning}, p.Severity)
		}
	})
}

func everyCheck(t *testing.T, resource, task *cfn.Node) problem.List {
	t.Helper()
	runner := readResource(resource, nil)
	definition := compat.ReadTaskDefinition("Task", task, nil)
	problems := slices.Concat(
		compat.CheckAmi(runner),
		compat.CheckFargate(runner, definition), compat.CheckFargate(runner, compat.EmittedTaskDefinition(runner)),
		compat.CheckTaskDefinition(runner, definition), compat.CheckTaskDefinition(runner, compat.EmittedTaskDefinition(runner)),
		compat.CheckHost(runner, definition, on(t, "AmazonLinux2023_inf", "m7g.large")),
		compat.CheckHost(runner, compat.EmittedTaskDefinition(runner), on(t, "AmazonLinux2_gpu", "t3.micro")),
	)
	if runner.Ec2Configuration != nil {
		alias, _ := compat.AliasNamed("AmazonLinux2023_inf")
		problems.Add(compat.UnknownAlias(runner, alias, nil), compat.UnknownInstanceType(runner))
	}
	return problems
}

func marshal(t *testing.T, n *cfn.Node) []byte {
	t.Helper()
	text, err := n.MarshalJSON()
	require.NoError(t, err)
	return text
}
