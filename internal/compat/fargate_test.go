package compat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
)

const fargateSizes = "(sizes: 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)"

func TestCheckFargateOnOwnValues(t *testing.T) {
	t.Parallel()
	err := func(property string, line, column int, message, advice string) problem.List {
		return only(problem.Error, compat.RuleFargateSize, property, line, column, message, advice)
	}
	for _, c := range []struct {
		name, properties string
		want             problem.List
	}{
		{"least", "Cpu: 256\nMemory: 512", nil},
		{"most", "Cpu: 32768\nMemory: 249856", nil},
		{"first of its steps", "Cpu: 8192\nMemory: 16384", nil},
		{"on its steps", "Cpu: 8192\nMemory: 20480", nil},
		{"last of its steps", "Cpu: 8192\nMemory: 61440", nil},
		{"in strings", "Cpu: '1024'\nMemory: '2048'", nil},
		{"Memory only the deployment knows", "Cpu: 256\nMemory: !Ref Open", nil},
		{"Cpu only the deployment knows", "Cpu: !Ref Open\nMemory: 777", nil},
		{"Cpu out of its range, which the schema reports", "Cpu: 1\nMemory: 777", nil},
		{"on a host", "Cpu: 300\nMemory: 600\nEc2Configuration: {InstanceType: m5.large}", nil},
		{"perhaps on a host", "Cpu: 300\nEc2Configuration: !If [Perhaps, {InstanceType: m5.large}, !Ref AWS::NoValue]", nil},
		{"neither", "Image: a", nil},
		{
			"no host, as a condition says", "Cpu: 300\nEc2Configuration: !If [Always, !Ref AWS::NoValue, {InstanceType: m5.large}]",
			err("Cpu", 5, 12, "300 CPU units are no size of Fargate "+fargateSizes, ""),
		},
		{"Cpu between two", "Cpu: 300\nMemory: 512", err("Cpu", 5, 12, "300 CPU units are no size of Fargate "+fargateSizes, "")},
		{"Cpu just below the largest", "Cpu: 32767", err("Cpu", 5, 12, "32767 CPU units are no size of Fargate "+fargateSizes, "")},
		{
			"Cpu above the largest", "Memory: 249856\nCpu: 32769", only(problem.Warning, compat.RuleFargateSize, "Cpu", 6, 12,
				"32769 CPU units are no size of Fargate "+fargateSizes, "It works only if AWS has added this size to Fargate since this check was made."),
		},
		{
			"Cpu from a parameter", "Cpu: !Ref Number",
			err("Cpu", 5, 12, "300 CPU units are no size of Fargate "+fargateSizes+`; Cpu is the value of parameter "Number"`, ""),
		},
		{
			"Memory not listed", "Cpu: 256\nMemory: 1536",
			err("Memory", 6, 15, "1536 MiB do not go with 256 CPU units on Fargate (with them: 512, 1024, 2048)", "No size of Fargate has 1536 MiB."),
		},
		{
			"Memory not listed with the largest", "Cpu: 32768\nMemory: 65536",
			err("Memory", 6, 15, "65536 MiB do not go with 32768 CPU units on Fargate (with them: 61440, 122880, 249856)", "On Fargate, 65536 MiB go with Cpu 16384."),
		},
		{
			"too little Memory", "Cpu: 1024\nMemory: 1024",
			err("Memory", 6, 15, "1024 MiB do not go with 1024 CPU units on Fargate (with them: 2048-8192 in steps of 1024)", "On Fargate, 1024 MiB go with Cpu 256, 512."),
		},
		{
			"too much Memory", "Cpu: 512\nMemory: 5120",
			err("Memory", 6, 15, "5120 MiB do not go with 512 CPU units on Fargate (with them: 1024-4096 in steps of 1024)", "On Fargate, 5120 MiB go with Cpu 1024, 2048."),
		},
		{
			"Memory above all", "Cpu: 32768\nMemory: 25165824",
			err("Memory", 6, 15, "25165824 MiB do not go with 32768 CPU units on Fargate (with them: 61440, 122880, 249856)", "No size of Fargate has 25165824 MiB."),
		},
		{
			"Memory off the steps", "Cpu: 16384\nMemory: 33792",
			err("Memory", 6, 15, "33792 MiB do not go with 16384 CPU units on Fargate (with them: 32768-122880 in steps of 8192)", "No size of Fargate has 33792 MiB."),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, compat.CheckFargate(read(t, c.properties), compat.TaskDefinition{}))
		})
	}
}

func TestCheckFargateBesideATaskDefinition(t *testing.T) {
	t.Parallel()
	err := func(property, message, advice string) problem.List {
		column := map[string]int{"Cpu": 12, "Memory": 15}[property]
		return only(problem.Error, compat.RuleFargateSize, property, 5, column, message, advice)
	}
	for _, c := range []struct {
		name, properties, definition string
		want                         problem.List
	}{
		{"both own, whatever the definition has", "Cpu: 256\nMemory: 512", "Cpu: 300\nMemory: 1", nil},
		{"neither own, whatever the definition has", "Image: a", "Cpu: 300\nMemory: 1", nil},
		{"Cpu goes with it", "Cpu: 512", "Cpu: 256\nMemory: 3 GB", nil},
		{"Memory goes with it", "Memory: 512", "Cpu: .25 vCPU\nMemory: 2048", nil},
		{"Cpu, its Memory not known", "Cpu: 512", "Memory: !Ref Open", nil},
		{"Memory, its Cpu not known", "Memory: 777", "Cpu: !Ref Open", nil},
		{"Memory, no Cpu there", "Memory: 777", "Memory: 512", nil},
		{"own Cpu not known", "Cpu: !Ref Open", "Cpu: 512\nMemory: 1", nil},
		{"own Memory not known", "Memory: !Ref Open", "Cpu: 512\nMemory: 1", nil},
		{
			"Cpu does not go with it", "Cpu: 4096", "Memory: 3072",
			err("Cpu", `4096 CPU units do not go with 3072 MiB, the Memory of task definition "Task", on Fargate (with 4096: 8192-30720 in steps of 1024); give Memory too`, ""),
		},
		{
			"Memory does not go with it", "Memory: 8192", "Cpu: 512",
			err("Memory", `8192 MiB do not go with 512 CPU units, the Cpu of task definition "Task", on Fargate (with 512: 1024-4096 in steps of 1024); give Cpu too`,
				"On Fargate, 8192 MiB go with Cpu 1024, 2048, 4096."),
		},
		{
			"Memory that goes with nothing", "Memory: 777", "Cpu: 512",
			err("Memory", `777 MiB do not go with 512 CPU units, the Cpu of task definition "Task", on Fargate (with 512: 1024-4096 in steps of 1024); give Cpu too`,
				"No size of Fargate has 777 MiB."),
		},
		{
			"own Cpu is no size", "Cpu: 300", "Memory: 3072",
			err("Cpu", "300 CPU units are no size of Fargate "+fargateSizes, ""),
		},
		{
			"its Cpu is no size", "Memory: 8192", "Cpu: 300",
			err("Memory", `goes with 300 CPU units, the Cpu of task definition "Task", which are no size of Fargate `+fargateSizes+"; give Cpu too", ""),
		},
		{
			"its Cpu is above the largest", "Memory: 8192", "Cpu: 64 vCPU", only(problem.Warning, compat.RuleFargateSize, "Memory", 5, 15,
				`goes with 65536 CPU units, the Cpu of task definition "Task", which are no size of Fargate `+fargateSizes+"; give Cpu too",
				"It works only if AWS has added this size to Fargate since this check was made."),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, compat.CheckFargate(read(t, c.properties), define(t, c.definition, false)))
		})
	}
}

func TestCheckFargateBesideTheDefault(t *testing.T) {
	t.Parallel()
	runner := read(t, "Cpu: 4096")
	assert.Equal(t, only(problem.Error, compat.RuleFargateSize, "Cpu", 5, 12,
		"4096 CPU units do not go with 3072 MiB, the Memory of the default task definition, attini-default-runner, on Fargate (with 4096: 8192-30720 in steps of 1024); give Memory too", ""),
		compat.CheckFargate(runner, compat.DefaultTaskDefinition()))
	assert.Equal(t, only(problem.Error, compat.RuleFargateSize, "Cpu", 5, 12,
		`4096 CPU units do not go with 3072 MiB, the Memory of task definition "BuildTaskDefinition", on Fargate (with 4096: 8192-30720 in steps of 1024); give Memory too`, ""),
		compat.CheckFargate(runner, compat.EmittedTaskDefinition(runner)))
	assert.Empty(t, compat.CheckFargate(read(t, "Memory: 4096"), compat.DefaultTaskDefinition()))
}
