package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

const taskDefinitionType = "AWS::ECS::TaskDefinition"

// check reports where the parts of a template do not fit each other, or the
// account.
func check(template *cfn.Node, inventory *Contents, facts *facts, known *cfn.StaticValues) problem.List {
	if inventory == nil {
		return nil
	}
	var problems problem.List
	definitions := taskDefinitions(template, inventory, known)
	for _, runner := range inventory.Runners {
		problems.Add(compat.CheckTaskDefinition(runner, definitions.of(runner))...)
		problems.Add(compat.CheckFargate(runner, definitions.of(runner))...)
		problems.Add(facts.Examine(runner, definitions.of(runner))...)
		problems.Add(facts.checkNetwork(runner)...)
	}
	problems.Add(checkReferences(template, inventory)...)
	problems.Add(checkPlanTexts(inventory.Plan, known)...)
	return problems
}

// checkNetwork reports a Runner that needs the default VPC where there is none.
func (f *facts) checkNetwork(runner *schema.Runner) problem.List {
	if runner.AwsVpcConfiguration != nil || f.subnets == nil || len(f.subnets) > 0 {
		return nil
	}
	return problem.List{{
		Severity: problem.Error, Rule: RuleDefaultVpc,
		Path: string(runner.Path.Keys("Properties", "AwsVpcConfiguration")), Place: runner.Resource.Place,
		Message: fmt.Sprintf("Runner %q: AwsVpcConfiguration: is absent, and the region has no default VPC with a public subnet", runner.Name),
		Advice:  "Give AwsVpcConfiguration with the Subnets that the runner is to use.",
	}}
}

// RuleDefaultVpc is the rule of a Runner that needs a default VPC.
const RuleDefaultVpc = "default-vpc"

// definitions are the task definitions of the Runners, as far as the template
// tells.
type definitions map[string]compat.TaskDefinition

func (d definitions) of(runner *schema.Runner) compat.TaskDefinition { return d[runner.Name] }

func taskDefinitions(template *cfn.Node, inventory *Contents, known *cfn.StaticValues) definitions {
	all := definitions{}
	for _, runner := range inventory.Runners {
		all[runner.Name] = taskDefinitionOf(template, runner, known)
	}
	return all
}

func taskDefinitionOf(template *cfn.Node, runner *schema.Runner, known *cfn.StaticValues) compat.TaskDefinition {
	if needsTaskDefinition(runner) {
		return compat.EmittedTaskDefinition(runner)
	}
	if !runner.TaskDefinitionArn.Given() {
		return compat.DefaultTaskDefinition()
	}
	name, argument, ok := cfn.Intrinsic(known.ResolveIf(runner.TaskDefinitionArn.Node))
	if !ok {
		return compat.TaskDefinition{}
	}
	logicalID := argument.Text
	if name == "Fn::GetAtt" && argument.IsList() && len(argument.Items) == 2 {
		logicalID = argument.Items[0].Text
	} else if name != "Ref" {
		return compat.TaskDefinition{}
	}
	resource := template.At("Resources", logicalID)
	if kind := resource.Get("Type"); !kind.IsString() || kind.Text != taskDefinitionType {
		return compat.TaskDefinition{}
	}
	return compat.ReadTaskDefinition(logicalID, resource, known)
}
