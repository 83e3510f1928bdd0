package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

const (
	// RuleAccount is the rule of a question that AWS did not answer.
	RuleAccount = compat.RuleAccount
	// RuleUnknownTaskDefinition is the rule of a task definition that does not exist.
	RuleUnknownTaskDefinition = "unknown-task-definition"
)

// defaultDefinition is the account's default task definition (the
// documentation's section TaskDefinitionArn).
const defaultDefinition = "attini-default-runner"

// check checks a Runner again, with the rules and words of runnerctl validate, now that
// every value is resolved. It reports all problems together.
func (l *Lifecycle) check(ctx context.Context, request RunnerRequest) (configuration.Configuration, problem.List) {
	runner, problems := schema.Read(request.RunnerName, request.resource, request.path(), nil)
	if !problems.HasErrors() {
		problems.Add(request.checkResolved(runner)...)
	}
	valid := !problems.HasErrors()
	definition, asked := l.definition(ctx, request, runner)
	problems.Add(asked...)
	problems.Add(compat.CheckTaskDefinition(runner, definition)...)
	problems.Add(compat.CheckFargate(runner, definition)...)
	facts, unanswered := compat.QuestionsOf(runner).Ask(ctx, l.ports.Account)
	for _, question := range unanswered {
		problems.Add(awsProblem(request, request.path().Keys("Properties", "Ec2Configuration", question.Property).String(), question.Err))
	}
	problems.Add(facts.Examine(runner, definition)...)
	if problems.HasErrors() {
		if kept, found := l.keptVersion(ctx, runner, request.configuration(runner, definition)); found && valid {
			return kept, warnings(problems.Sorted())
		}
		return configuration.Configuration{}, problems.Sorted()
	}
	configuration := request.configuration(runner, definition)
	problems.Add(configuration.Validate()...)
	return configuration, problems.Sorted()
}

// keptVersion finds the version that a rollback goes back to. It was accepted when it
// was deployed, and what it names in the account may be gone since: then what the task
// definition says is known from the version only.
func (l *Lifecycle) keptVersion(ctx context.Context, runner *schema.Runner, wanted configuration.Configuration) (configuration.Configuration, bool) {
	versions, err := l.ports.Configurations.KeptConfigurations(ctx, wanted.ResourceName())
	if err != nil {
		l.logger.Warn("read the earlier versions of a runner", "runner", wanted.ResourceName(), "error", err)
	}
	for _, version := range versions {
		if !runner.ContainerName.Given() {
			wanted.Task.Container = version.Task.Container
		}
		wanted.Task.NetworkMode = version.Task.NetworkMode
		id, err := wanted.ID()
		if kept, problem := version.ID(); err == nil && problem == nil && id == kept {
			return version, true
		}
	}
	return configuration.Configuration{}, false
}

// warnings are problems that do not refuse.
func warnings(problems problem.List) problem.List {
	result := slices.Clone(problems)
	for i := range result {
		result[i].Severity = problem.Warning
	}
	return result
}

// definition asks ECS for the Runner's task definition. If ECS does not answer, nothing
// is known of it.
func (l *Lifecycle) definition(ctx context.Context, request RunnerRequest, runner *schema.Runner) (compat.TaskDefinition, problem.List) {
	given, name := runner.TaskDefinitionArn, defaultDefinition
	if given.Given() {
		if !given.Known {
			return compat.TaskDefinition{}, nil
		}
		name = given.Literal
	}
	at := request.path().Keys("Properties", "TaskDefinitionArn").String()
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

// awsProblem is the problem of a question that AWS did not answer.
func awsProblem(request RunnerRequest, at string, err error) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: RuleAccount, Path: at,
		Message: fmt.Sprintf("Runner %q: its values cannot be checked: %s", request.RunnerName, err),
	}
}

// checkResolved reports what CloudFormation has not resolved. An Image counts too,
// since the macro puts the ARN of a task definition in its place.
func (r RunnerRequest) checkResolved(runner *schema.Runner) problem.List {
	var problems problem.List
	for _, path := range runner.Unresolved() {
		problems.Add(r.unresolved(path))
	}
	if runner.Image.Given() && runner.Image.Known {
		problems.Add(r.unresolved("Image"))
	}
	return problems
}
