package compat

import (
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// fargateTask is one size of Cpu that Fargate has, with the Memory in MiB that
// goes with it: least to most by step, or the ones listed.
type fargateTask struct {
	cpu               int
	least, most, step int
	listed            []int
}

// fargateTasks are the sizes of Fargate for Linux (Amazon ECS developer guide,
// "Task CPU and memory"), the smallest first.
func fargateTasks() []fargateTask {
	return []fargateTask{
		{cpu: 256, listed: []int{512, 1024, 2048}},
		{cpu: 512, least: 1024, most: 4096, step: 1024},
		{cpu: 1024, least: 2048, most: 8192, step: 1024},
		{cpu: 2048, least: 4096, most: 16384, step: 1024},
		{cpu: 4096, least: 8192, most: 30720, step: 1024},
		{cpu: 8192, least: 16384, most: 61440, step: 4096},
		{cpu: 16384, least: 32768, most: 122880, step: 8192},
		{cpu: 32768, listed: []int{61440, 122880, 249856}},
	}
}

func (t fargateTask) hasMemory(memory int) bool {
	if t.listed != nil {
		return slices.Contains(t.listed, memory)
	}
	return memory >= t.least && memory <= t.most && (memory-t.least)%t.step == 0
}

func (t fargateTask) memory() string {
	if t.listed != nil {
		return numbers(t.listed)
	}
	return fmt.Sprintf("%d-%d in steps of %d", t.least, t.most, t.step)
}

// size is the Cpu or the Memory that a task gets.
type size struct {
	Fact[int]
	// own is true for the Runner's, false for the task definition's.
	own bool
}

// sizeOf is the Runner's value or, where it gives none, that of the task
// definition, which it would override.
func sizeOf(own schema.Value[int], definition Fact[int]) size {
	if own.Given() {
		return size{Fact[int]{Value: own.Literal, Known: own.Known}, true}
	}
	return size{definition, false}
}

// CheckFargate reports a Cpu and Memory that Fargate refuses when the task is
// started: the Runner's own, each beside the one of the task definition where
// the Runner gives only one. A Runner that gives neither, or has a host, is not
// checked.
func CheckFargate(runner *schema.Runner, definition TaskDefinition) problem.List {
	if runner.Ec2Configuration != nil || !runner.Cpu.Given() && !runner.Memory.Given() {
		return nil
	}
	cpu, memory := sizeOf(runner.Cpu, definition.CPU), sizeOf(runner.Memory, definition.Memory)
	if !cpu.Known {
		return nil
	}
	r := &reporter{runner: runner}
	tasks := fargateTasks()
	i := slices.IndexFunc(tasks, func(t fargateTask) bool { return t.cpu == cpu.Value })
	switch {
	case i < 0:
		r.reportSize(cpu, definition)
	case memory.Known && !tasks[i].hasMemory(memory.Value):
		r.reportPair(tasks[i], cpu, memory, definition)
	}
	return r.problems
}

// reportSize reports a Cpu that is not in the table.
func (r *reporter) reportSize(cpu size, definition TaskDefinition) {
	tasks := fargateTasks()
	sizes := make([]int, len(tasks))
	for i, task := range tasks {
		sizes[i] = task.cpu
	}
	severity, advice := problem.Error, ""
	if cpu.Value > sizes[len(sizes)-1] {
		severity = problem.Warning
		advice = "It works only if AWS has added this size to Fargate since this check was made."
	}
	if cpu.own {
		r.add(severity, RuleFargateSize, writtenAs(r.runner.Cpu),
			fmt.Sprintf("%d CPU units are no size of Fargate (sizes: %s)", cpu.Value, numbers(sizes)), "Cpu")
	} else {
		r.add(severity, RuleFargateSize, writtenAs(r.runner.Memory),
			fmt.Sprintf("goes with %d CPU units, the Cpu of %s, which are no size of Fargate (sizes: %s); give Cpu too",
				cpu.Value, definition.Name, numbers(sizes)), "Memory")
	}
	r.warn(advice)
}

// reportPair reports a Memory that does not go with a Cpu of the table. It
// says whose the numbers are that the Runner does not give.
func (r *reporter) reportPair(task fargateTask, cpu, memory size, definition TaskDefinition) {
	switch {
	case cpu.own && memory.own:
		r.add(problem.Error, RuleFargateSize, writtenAs(r.runner.Memory),
			fmt.Sprintf("%d MiB do not go with %d CPU units on Fargate (with them: %s)", memory.Value, cpu.Value, task.memory()), "Memory")
		r.warn(fargateAdvice(memory.Value))
	case cpu.own:
		r.add(problem.Error, RuleFargateSize, writtenAs(r.runner.Cpu),
			fmt.Sprintf("%d CPU units do not go with %d MiB, the Memory of %s, on Fargate (with %d: %s); give Memory too",
				cpu.Value, memory.Value, definition.Name, cpu.Value, task.memory()), "Cpu")
	default:
		r.add(problem.Error, RuleFargateSize, writtenAs(r.runner.Memory),
			fmt.Sprintf("%d MiB do not go with %d CPU units, the Cpu of %s, on Fargate (with %d: %s); give Cpu too",
				memory.Value, cpu.Value, definition.Name, cpu.Value, task.memory()), "Memory")
		r.warn(fargateAdvice(memory.Value))
	}
}

// fargateAdvice says which Cpu goes with a Memory.
func fargateAdvice(memory int) string {
	var sizes []int
	for _, task := range fargateTasks() {
		if task.hasMemory(memory) {
			sizes = append(sizes, task.cpu)
		}
	}
	if sizes == nil {
		return fmt.Sprintf("No size of Fargate has %d MiB.", memory)
	}
	return fmt.Sprintf("On Fargate, %d MiB go with Cpu %s.", memory, numbers(sizes))
}
