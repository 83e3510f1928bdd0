package compat

import (
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// Launch types of ECS.
const (
	LaunchFargate = "FARGATE"
	LaunchEC2     = "EC2"
)

// awsvpc is the one NetworkMode that Fargate has.
const awsvpc = "awsvpc"

// Fact is something that may not be known before the deployment. The zero Fact
// is not known.
type Fact[T any] struct {
	Value T
	Known bool
}

// Known returns a known Fact.
func Known[T any](value T) Fact[T] { return Fact[T]{Value: value, Known: true} }

// TaskDefinition has the facts about an ECS task definition that matter to a Runner. In
// the zero TaskDefinition nothing is known, so nothing is wrong with it.
type TaskDefinition struct {
	// Name is its name in messages, such as: task definition "Build".
	Name string
	// Containers are those that are known to be there; all of them, if
	// Complete.
	Containers []Container
	Complete   bool
	// CPU is in CPU units of 1/1024 vCPU, Memory in MiB.
	CPU    Fact[int]
	Memory Fact[int]
	// Compatibilities is its RequiresCompatibilities. It is not known when
	// absent: then ECS finds out by itself.
	Compatibilities Fact[[]string]
	// NetworkMode is "" when absent, which means bridge.
	NetworkMode Fact[string]
}

// Container is a container of a task definition.
type Container struct {
	Name Fact[string]
	// EntryPoint is whether it has one, the image's aside.
	EntryPoint Fact[bool]
}

// The documented sizes (section Image).
const (
	emittedCPU       = 512
	emittedMemory    = 3072
	emittedContainer = "Container"
)

// DefaultTaskDefinition is attini-default-runner, which an account has from its
// setup: for Fargate, with one container.
func DefaultTaskDefinition() TaskDefinition {
	return TaskDefinition{
		Name:            "the default task definition, attini-default-runner",
		Containers:      []Container{{EntryPoint: Known(false)}},
		Complete:        true,
		CPU:             Known(emittedCPU),
		Memory:          Known(emittedMemory),
		Compatibilities: Known([]string{LaunchFargate}),
		NetworkMode:     Known(awsvpc),
	}
}

// EmittedTaskDefinition is the one that is made for a Runner with an Image, or
// with a host and no task definition (section Image).
func EmittedTaskDefinition(runner *schema.Runner) TaskDefinition {
	definition := DefaultTaskDefinition()
	definition.Name = nameOf(runner.Name + "TaskDefinition")
	definition.Containers[0].Name = Known(emittedContainer)
	if runner.Ec2Configuration != nil {
		definition.Compatibilities = Known([]string{LaunchEC2})
		definition.NetworkMode = Known("bridge")
	}
	return definition
}

// nameOf is how messages name a task definition of the template.
func nameOf(logicalID string) string { return "task definition " + wording.Quote(logicalID) }

// OnlyContainer returns the name of the container, where there is exactly one
// and its name is known. It can stand for an absent ContainerName.
func (d TaskDefinition) OnlyContainer() (name string, ok bool) {
	if !d.Complete || len(d.Containers) != 1 || !d.Containers[0].Name.Known {
		return "", false
	}
	return d.Containers[0].Name.Value, true
}

// names are the containers' names that are known, and how many are not.
func (d TaskDefinition) names() (names []string, hidden int) {
	for _, container := range d.Containers {
		if container.Name.Known {
			names = append(names, container.Name.Value)
		} else {
			hidden++
		}
	}
	return names, hidden
}

// chosen is the container that runs the jobs, where that can be known.
func (d TaskDefinition) chosen(runner *schema.Runner) (Container, bool) {
	if d.Complete && len(d.Containers) == 1 {
		return d.Containers[0], true
	}
	i := slices.IndexFunc(d.Containers, func(c Container) bool {
		return runner.ContainerName.Known && c.Name == Known(runner.ContainerName.Literal)
	})
	if i < 0 {
		return Container{}, false
	}
	return d.Containers[i], true
}

// CheckTaskDefinition reports what in the Runner does not fit its task
// definition: the container, its entry point, the launch type and the network.
func CheckTaskDefinition(runner *schema.Runner, definition TaskDefinition) problem.List {
	r := &reporter{runner: runner}
	r.containerName(definition)
	r.entryPoint(definition)
	if r.launchType(definition) {
		r.networkMode(definition)
	}
	return r.problems
}

// containerName reports a ContainerName that is missing or not there.
func (r *reporter) containerName(d TaskDefinition) {
	given := r.runner.ContainerName
	names, hidden := d.names()
	switch {
	case !given.Given() && len(d.Containers) > 1:
		r.add(problem.Error, RuleContainer, writtenValue{},
			fmt.Sprintf("is required, because %s has more than one container (it has: %s); name the one that runs the jobs",
				d.Name, listed(names, hidden)), "ContainerName")
	case given.Given() && given.Known && d.Complete && hidden == 0 && !slices.Contains(names, given.Literal):
		message := fmt.Sprintf("%s has no container %s (it has: %s)", d.Name, wording.Quote(given.Literal), listed(names, 0))
		if near := wording.Nearest(given.Literal, names); near != "" {
			message += fmt.Sprintf("; did you mean %s?", wording.Quote(near))
		}
		r.add(problem.Error, RuleContainer, writtenAs(given), message, "ContainerName")
	}
}

// entryPoint reports an entry point (section TaskDefinitionArn, Note).
func (r *reporter) entryPoint(d TaskDefinition) {
	container, ok := d.chosen(r.runner)
	if !ok || !container.EntryPoint.Known || !container.EntryPoint.Value {
		return
	}
	which := "the container"
	if container.Name.Known {
		which = "container " + wording.Quote(container.Name.Value)
	}
	r.taskDefinitionArn(RuleEntryPoint,
		fmt.Sprintf("%s of %s has an EntryPoint, which would get the runner's start command as its arguments; remove EntryPoint", which, d.Name))
}

// launchType reports whether the launch type fits. Without Ec2Configuration it
// is Fargate (section Ec2Configuration).
func (r *reporter) launchType(d TaskDefinition) bool {
	if !d.Compatibilities.Known {
		return true
	}
	allowed := listed(d.Compatibilities.Value, 0)
	launch, known := launchType(r.runner)
	switch {
	case !known || slices.Contains(d.Compatibilities.Value, launch):
		return true
	case launch == LaunchEC2:
		r.taskDefinitionArn(RuleLaunchType,
			fmt.Sprintf("%s cannot run on the EC2 host of Ec2Configuration (its RequiresCompatibilities: %s); add EC2 to them, or remove Ec2Configuration to run on Fargate", d.Name, allowed))
	default:
		r.taskDefinitionArn(RuleLaunchType,
			fmt.Sprintf("%s cannot run on Fargate (its RequiresCompatibilities: %s); add FARGATE to them, or give Ec2Configuration to run on an EC2 host", d.Name, allowed))
	}
	return false
}

// launchType is not known while Ec2Configuration is an intrinsic function that
// may come to nothing, or is no object.
func launchType(runner *schema.Runner) (launch string, known bool) {
	switch host := runner.Ec2Configuration; {
	case host == nil:
		return LaunchFargate, true
	case host.Node.IsMap() && !host.Node.IsIntrinsic():
		return LaunchEC2, true
	default:
		return "", false
	}
}

// networkMode reports a NetworkMode that Fargate lacks, and a task on EC2 that reaches
// nothing.
func (r *reporter) networkMode(d TaskDefinition) {
	launch, known := launchType(r.runner)
	if known && launch == LaunchEC2 && d.NetworkMode.Value == awsvpc && r.runner.AwsVpcConfiguration == nil {
		r.add(problem.Warning, RuleNetworkMode, writtenValue{node: r.runner.TaskDefinitionArn.Node},
			fmt.Sprintf("%s has NetworkMode awsvpc, and a task on an EC2 host then has no public address, so that it reaches nothing from a public subnet of the default VPC; "+
				"give AwsVpcConfiguration with private Subnets that have a NAT gateway or VPC endpoints, or set NetworkMode to bridge", d.Name), "TaskDefinitionArn")
		return
	}
	if !known || launch != LaunchFargate || !d.NetworkMode.Known || d.NetworkMode.Value == awsvpc {
		return
	}
	has := "has NetworkMode " + wording.Quote(d.NetworkMode.Value)
	if d.NetworkMode.Value == "" {
		has = "has no NetworkMode, which means bridge"
	}
	r.taskDefinitionArn(RuleNetworkMode,
		fmt.Sprintf("%s %s, but Fargate takes only awsvpc; set NetworkMode to awsvpc, or give Ec2Configuration to run on an EC2 host", d.Name, has))
}

func (r *reporter) taskDefinitionArn(rule, message string) {
	r.add(problem.Error, rule, writtenValue{node: r.runner.TaskDefinitionArn.Node}, message, "TaskDefinitionArn")
}
