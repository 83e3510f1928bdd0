package compat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/test/golden"
)

func TestCheckFargateOnOwnValues(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	err := func(property string, line, column int) problem.List {
		return only(problem.Error, compat.RuleFargateSize, property, line, column)
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
			err("Cpu", 5, 12),
		},
		{"Cpu between two", "Cpu: 300\nMemory: 512", err("Cpu", 5, 12)},
		{"Cpu just below the largest", "Cpu: 32767", err("Cpu", 5, 12)},
		{
			"Cpu above the largest", "Memory: 249856\nCpu: 32769", only(problem.Warning, compat.RuleFargateSize, "Cpu", 6, 12),
		},
		{
			"Cpu from a parameter", "Cpu: !Ref Number",
			err("Cpu", 5, 12),
		},
		{
			"Memory not listed", "Cpu: 256\nMemory: 1536",
			err("Memory", 6, 15),
		},
		{
			"Memory not listed with the largest", "Cpu: 32768\nMemory: 65536",
			err("Memory", 6, 15),
		},
		{
			"too little Memory", "Cpu: 1024\nMemory: 1024",
			err("Memory", 6, 15),
		},
		{
			"too much Memory", "Cpu: 512\nMemory: 5120",
			err("Memory", 6, 15),
		},
		{
			"Memory above all", "Cpu: 32768\nMemory: 25165824",
			err("Memory", 6, 15),
		},
		{
			"Memory off the steps", "Cpu: 16384\nMemory: 33792",
			err("Memory", 6, 15),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, words, c.want, compat.CheckFargate(read(t, c.properties), compat.TaskDefinition{}))
		})
	}
}

func TestCheckFargateBesideATaskDefinition(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	err := func(property string) problem.List {
		column := map[string]int{"Cpu": 12, "Memory": 15}[property]
		return only(problem.Error, compat.RuleFargateSize, property, 5, column)
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
			err("Cpu"),
		},
		{
			"Memory does not go with it", "Memory: 8192", "Cpu: 512",
			err("Memory"),
		},
		{
			"Memory that goes with nothing", "Memory: 777", "Cpu: 512",
			err("Memory"),
		},
		{
			"own Cpu is no size", "Cpu: 300", "Memory: 3072",
			err("Cpu"),
		},
		{
			"its Cpu is no size", "Memory: 8192", "Cpu: 300",
			err("Memory"),
		},
		{
			"its Cpu is above the largest", "Memory: 8192", "Cpu: 64 vCPU", only(problem.Warning, compat.RuleFargateSize, "Memory", 5, 15),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, words, c.want, compat.CheckFargate(read(t, c.properties), define(t, c.definition, false)))
		})
	}
}

func TestCheckFargateBesideTheDefault(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	runner := read(t, "Cpu: 4096")
	for name, definition := range map[string]compat.TaskDefinition{"default": compat.DefaultTaskDefinition(), "emitted": compat.EmittedTaskDefinition(runner)} {
		t.Run(name, func(t *testing.T) {
			check(t, words, only(problem.Error, compat.RuleFargateSize, "Cpu", 5, 12), compat.CheckFargate(runner, definition))
		})
	}
	assert.Empty(t, compat.CheckFargate(read(t, "Memory: 4096"), compat.DefaultTaskDefinition()))
}
