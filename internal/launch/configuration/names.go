package configuration

import (
	"slices"
	"strings"
)

// ResourceName is ResourceName of the configuration's runner.
func (c Configuration) ResourceName() string { return ResourceName(c.StackName, c.RunnerName) }

// ResourceName returns the name of a stack's runner in the state table and in the
// cluster: {stack}-{runner}.
func ResourceName(stack, runner string) string { return stack + "-" + runner }

// IsSharedWith reports whether plans of a stack may run jobs on the runner: those of its
// own stack, and of the stacks that SharedWith names.
func (c Configuration) IsSharedWith(stack string) bool {
	if stack == "" {
		return false
	}
	return stack == c.StackName || slices.ContainsFunc(c.SharedWith, func(pattern string) bool {
		prefix, wild := strings.CutSuffix(pattern, "*")
		return stack == pattern || wild && strings.HasPrefix(stack, prefix)
	})
}

const groupPrefix = "attini-runner:"

// Group returns the ECS group of a runner's tasks. An event about a task has it.
func Group(runner string) string { return groupPrefix + runner }

// RunnerOfGroup returns the runner whose tasks have this ECS group. ok is false
// for the group of another program's task.
func RunnerOfGroup(group string) (runner string, ok bool) {
	return strings.CutPrefix(group, groupPrefix)
}
