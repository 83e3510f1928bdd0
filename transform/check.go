package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/quota"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

const taskDefinitionType = "AWS::ECS::TaskDefinition"

// check reports where the parts of a template do not fit each other, or the
// account.
func check(template *cfn.Node, contents *Contents, facts *facts, known *cfn.StaticValues) problem.List {
	if contents == nil {
		return nil
	}
	var problems problem.List
	definitions := definitionReader{resources: template.Get("Resources").ByKey(), known: known, read: map[string]compat.TaskDefinition{}}
	for _, cases := range contents.cases {
		all := caseProblems{cases: cases}
		for i, one := range cases {
			definition := definitions.of(one)
			all.add(i, compat.CheckTaskDefinition(one.runner, definition)...)
			all.add(i, compat.CheckFargate(one.runner, definition)...)
			all.add(i, checkHostName(one.runner)...)
			all.add(i, checkObjects(one.runner, one.known)...)
			all.add(i, facts.Examine(one.runner, definition)...)
			all.add(i, facts.checkNetwork(one.runner)...)
			all.add(i, checkUserData(one)...)
		}
		problems.Add(all.joined()...)
		problems.Add(checkValues(cases[0].runner, known)...)
	}
	problems.Add(checkReferences(template, contents)...)
	problems.Add(checkTaskResources(template, contents)...)
	problems.Add(checkPlanTexts(contents.Plan, known)...)
	return problems
}

// checkHostName reports a Runner on EC2 whose name is too long for its host's
// attribute, even behind the shortest name of a stack. The lifecycle function knows the
// stack's and checks again.
func checkHostName(runner *schema.Runner) problem.List {
	const most = quota.Attribute - len("s-")
	if runner.Ec2Configuration == nil || len(runner.Name) <= most {
		return nil
	}
	return problem.List{{
		Severity: problem.Error, Rule: RuleLimit, Path: runner.Path.String(), Place: runner.Resource.Place,
		Message: fmt.Sprintf("Runner %s: its logical id has %d characters; with Ec2Configuration, the stack's name and it have at most %d together, since they are an attribute of its host in ECS",
			wording.Quote(runner.Name), len(runner.Name), quota.Attribute-len("-")),
		Advice: "Shorten the logical id.",
	}}
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
		Path: runner.Path.Keys("Properties", "AwsVpcConfiguration").String(), Place: runner.Resource.Place,
		Message: "Runner " + wording.Quote(runner.Name) + ": AwsVpcConfiguration: is absent, and the region has no default VPC with a public subnet",
		Advice:  "Give AwsVpcConfiguration with the Subnets that the runner is to use.",
	}}
}

// RuleDefaultVpc is the rule of a Runner that needs a default VPC.
const RuleDefaultVpc = "default-vpc"

// definitionReader reads the template's own task definitions, each once.
type definitionReader struct {
	resources map[string]*cfn.Node
	known     *cfn.StaticValues
	read      map[string]compat.TaskDefinition
}

// of is the task definition of a Runner, as far as the template tells.
func (r *definitionReader) of(one runnerCase) compat.TaskDefinition {
	runner := one.runner
	switch {
	case undecided(one, runner.TaskDefinitionArn.Node) || undecided(one, runner.Image.Node):
		return compat.TaskDefinition{}
	case needsTaskDefinition(runner):
		return compat.EmittedTaskDefinition(runner)
	case !runner.TaskDefinitionArn.Given():
		return compat.DefaultTaskDefinition()
	}
	logicalID, found := definedIn(one.known.ResolveIf(runner.TaskDefinitionArn.Node))
	if !found {
		return compat.TaskDefinition{}
	}
	if definition, done := r.read[logicalID]; done {
		return definition
	}
	resource := r.resources[logicalID]
	if !isTaskDefinition(resource) {
		return compat.TaskDefinition{}
	}
	r.read[logicalID] = compat.ReadTaskDefinition(logicalID, resource, r.known)
	return r.read[logicalID]
}

// undecided reports whether a condition that is not known chooses a value.
func undecided(one runnerCase, n *cfn.Node) bool {
	_, _, ok := cfn.If(one.known.ResolveIf(n))
	return ok
}

// definedIn is the logical id of the task definition that a value refers to.
func definedIn(n *cfn.Node) (logicalID string, ok bool) {
	switch name, argument, _ := cfn.Intrinsic(n); name {
	case "Ref":
		return argument.Text, argument.IsString()
	case "Fn::GetAtt":
		resource, _, ok := cfn.GetAttArgument(argument)
		return resource, ok
	}
	return "", false
}

func isTaskDefinition(resource *cfn.Node) bool {
	return resource.Get("Type").AsString() == taskDefinitionType
}
