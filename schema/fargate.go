package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/problem"
)

// fargateTask is one size of Cpu that Fargate has, with the Memory in MiB that
// goes with it: least to most by step, or the ones listed.
type fargateTask struct {
	cpu               int
	least, most, step int
	listed            []int
}

// fargateTasks are the sizes of Fargate for Linux (Amazon ECS developer guide,
// "Task CPU and memory").
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

func (t fargateTask) takes(memory int) bool {
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

// fargateSize warns of a Cpu and Memory that Fargate refuses when the task is
// started. It is no Error: Fargate gets new sizes.
func (r *reader) fargateSize(runner *Runner) {
	if runner.Ec2Configuration != nil || !runner.Cpu.Known {
		return
	}
	cpu, tasks := runner.Cpu.Literal, fargateTasks()
	sizes := make([]int, len(tasks))
	for i, task := range tasks {
		sizes[i] = task.cpu
	}
	at := r.base.Key(propertiesKey)
	i := slices.Index(sizes, cpu)
	switch {
	case i < 0:
		r.add(problem.Warning, RuleFargateSize, at.Key("Cpu"), runner.Cpu.Node.Place,
			fmt.Sprintf("%d CPU units are no size of Fargate (sizes: %s)", cpu, numbers(sizes)))
	case runner.Memory.Known && !tasks[i].takes(runner.Memory.Literal):
		r.add(problem.Warning, RuleFargateSize, at.Key("Memory"), runner.Memory.Node.Place,
			fmt.Sprintf("%d MiB do not go with %d CPU units on Fargate (with them: %s)", runner.Memory.Literal, cpu, tasks[i].memory()))
	}
}

func numbers(values []int) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = strconv.Itoa(value)
	}
	return strings.Join(texts, ", ")
}
