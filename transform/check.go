package transform

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

const taskDefinitionType = "AWS::ECS::TaskDefinition"

// check reports where the parts of a template do not fit each other, or the
// account.
func check(template *cfn.Node, inventory *Contents, definitions definitions, facts *facts, known *cfn.StaticValues) problem.List {
	if inventory == nil {
		return nil
	}
	var problems problem.List
	for _, runner := range inventory.Runners {
		problems.Add(compat.CheckTaskDefinition(runner, definitions.of(runner))...)
		problems.Add(compat.CheckFargate(runner, definitions.of(runner))...)
		problems.Add(checkObjects(runner, known)...)
		problems.Add(facts.Examine(runner, definitions.of(runner))...)
		problems.Add(facts.checkNetwork(runner)...)
	}
	problems.Add(checkReferences(template, inventory)...)
	problems.Add(checkPlanTexts(inventory.Plan, known)...)
	return problems
}

// checkObjects reports what a Runner's launch template cannot be made of.
func checkObjects(runner *schema.Runner, known *cfn.StaticValues) problem.List {
	if runner.Ec2Configuration == nil {
		return nil
	}
	c := chooser{known}
	problems := c.checkChosen(runner, "Ec2Configuration", runner.Ec2Configuration.Node)
	if network := runner.AwsVpcConfiguration; network != nil {
		problems.Add(c.checkChosen(runner, "AwsVpcConfiguration", network.Node)...)
	}
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
		Message: "Runner " + wording.Quote(runner.Name) + ": AwsVpcConfiguration: is absent, and the region has no default VPC with a public subnet",
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
	if inventory == nil {
		return all
	}
	r := definitionReader{resources: template.Get("Resources").ByKey(), known: known, read: definitions{}}
	for _, runner := range inventory.Runners {
		all[runner.Name] = r.of(runner)
	}
	return all
}

// definitionReader reads the template's own task definitions, each once.
type definitionReader struct {
	resources map[string]*cfn.Node
	known     *cfn.StaticValues
	read      definitions
}

func (r *definitionReader) of(runner *schema.Runner) compat.TaskDefinition {
	if needsTaskDefinition(runner) {
		return compat.EmittedTaskDefinition(runner)
	}
	if !runner.TaskDefinitionArn.Given() {
		return compat.DefaultTaskDefinition()
	}
	name, argument, ok := cfn.Intrinsic(r.known.ResolveIf(runner.TaskDefinitionArn.Node))
	if !ok {
		return compat.TaskDefinition{}
	}
	logicalID := argument.Text
	if name == "Fn::GetAtt" && argument.IsList() && len(argument.Items) == 2 {
		logicalID = argument.Items[0].Text
	} else if name != "Ref" {
		return compat.TaskDefinition{}
	}
	if definition, done := r.read[logicalID]; done {
		return definition
	}
	resource := r.resources[logicalID]
	if kind := resource.Get("Type"); !kind.IsString() || kind.Text != taskDefinitionType {
		return compat.TaskDefinition{}
	}
	r.read[logicalID] = compat.ReadTaskDefinition(logicalID, resource, r.known)
	return r.read[logicalID]
}
