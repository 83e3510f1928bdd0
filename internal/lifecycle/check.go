package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

const (
	// RuleAccount is the rule of what the account could not be asked.
	RuleAccount = "account"
	// RuleUnknownTaskDefinition is the rule of a task definition that ECS does
	// not have.
	RuleUnknownTaskDefinition = "unknown-task-definition"
)

// defaultDefinition is the account's default task definition (the
// documentation's section TaskDefinitionArn).
const defaultDefinition = "attini-default-runner"

// check makes the second check of a Runner: the rules of runnerctl validate, in
// its words, with every value resolved. All problems come together.
func (l *Lifecycle) check(ctx context.Context, request RunnerRequest) (configuration.Configuration, problem.List) {
	runner, problems := schema.Read(request.RunnerName, request.resource, request.path(), nil)
	if !problems.HasErrors() {
		problems.Add(request.checkResolved(runner)...)
	}
	definition, asked := l.definition(ctx, request, runner)
	problems.Add(asked...)
	problems.Add(compat.CheckTaskDefinition(runner, definition)...)
	problems.Add(compat.CheckFargate(runner, definition)...)
	problems.Add(l.checkHost(ctx, runner, definition)...)
	if problems.HasErrors() {
		return configuration.Configuration{}, problems.Sorted()
	}
	configuration := request.configuration(runner, definition)
	problems.Add(configuration.Validate()...)
	return configuration, problems.Sorted()
}

// definition asks ECS for the Runner's task definition. Of one that could not
// be asked nothing is known.
func (l *Lifecycle) definition(ctx context.Context, request RunnerRequest, runner *schema.Runner) (compat.TaskDefinition, problem.List) {
	given, name := runner.TaskDefinitionArn, defaultDefinition
	if given.Given() {
		if !given.Known {
			return compat.TaskDefinition{}, nil
		}
		name = given.Literal
	}
	at := string(request.path().Keys("Properties", "TaskDefinitionArn"))
	definition, err := l.ports.Account.TaskDefinition(ctx, name)
	switch {
	case errors.Is(err, ErrNoTaskDefinition):
		missing := problem.Problem{
			Severity: problem.Error, Rule: RuleUnknownTaskDefinition, Path: at,
			Message: fmt.Sprintf("Runner %q: TaskDefinitionArn: there is no active task definition %q in this account and region", request.RunnerName, name),
			Advice:  "Give the ARN of one that is there, or an Image.",
		}
		if !given.Given() {
			missing.Message = fmt.Sprintf("Runner %q: TaskDefinitionArn: is absent, and this account and region have no active task definition %q, the default", request.RunnerName, name)
			missing.Advice = "Install the Attini Runner's setup stack in the region, or give TaskDefinitionArn or Image."
		}
		return compat.TaskDefinition{}, problem.List{missing}
	case err != nil:
		return compat.TaskDefinition{}, problem.List{awsProblem(request, at, err)}
	}
	if !given.Given() {
		definition.Name = compat.DefaultTaskDefinition().Name
	}
	return definition, nil
}

// awsProblem is the problem of a question that has no answer.
func awsProblem(request RunnerRequest, at string, err error) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: RuleAccount, Path: at,
		Message: fmt.Sprintf("Runner %q: its values cannot be checked: %s", request.RunnerName, err),
	}
}

// checkResolved reports given values that are no values yet.
func (r RunnerRequest) checkResolved(runner *schema.Runner) problem.List {
	var problems problem.List
	check := func(given, known bool, keys ...string) {
		if given && !known {
			problems.Add(r.unresolved(keys...))
		}
	}
	check(runner.TaskDefinitionArn.Given(), runner.TaskDefinitionArn.Known, "TaskDefinitionArn")
	check(runner.ContainerName.Given(), runner.ContainerName.Known, "ContainerName")
	check(runner.EcsCluster.Given(), runner.EcsCluster.Known, "EcsCluster")
	check(runner.RoleArn.Given(), runner.RoleArn.Known, "RoleArn")
	check(runner.Image.Given(), false, "Image") // the macro made a task definition of it
	check(runner.Memory.Given(), runner.Memory.Known, "Memory")
	check(runner.Cpu.Given(), runner.Cpu.Known, "Cpu")
	if host := runner.Ec2Configuration; host != nil {
		check(true, host.InstanceType.Known, "Ec2Configuration", "InstanceType")
		check(host.Ami.Given(), host.Ami.Known, "Ec2Configuration", "Ami")
		check(host.InstanceProfileName.Given(), host.InstanceProfileName.Known, "Ec2Configuration", "InstanceProfileName")
	}
	own := runner.RunnerConfiguration
	check(own.Node != nil, own.MaxConcurrentJobs.Known, "RunnerConfiguration", "MaxConcurrentJobs")
	check(own.Node != nil, own.IdleTimeToLive.Known, "RunnerConfiguration", "IdleTimeToLive")
	check(own.Node != nil, own.JobTimeout.Known, "RunnerConfiguration", "JobTimeout")
	check(own.Node != nil, own.LogLevel.Known, "RunnerConfiguration", "LogLevel")
	if network := runner.AwsVpcConfiguration; network != nil {
		check(true, network.Subnets.Known, "AwsVpcConfiguration", "Subnets")
		check(network.SecurityGroups.Given(), network.SecurityGroups.Known, "AwsVpcConfiguration", "SecurityGroups")
		check(true, network.AssignPublicIp.Known, "AwsVpcConfiguration", "AssignPublicIp")
	}
	check(runner.Startup.Node != nil, runner.Startup.Commands.Known, "Startup", "Commands")
	check(runner.Startup.Node != nil, runner.Startup.CommandsTimeout.Known, "Startup", "CommandsTimeout")
	return problems
}
