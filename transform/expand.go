// Package transform is the macro's core: a template in, the expanded template
// out. Each Attini::Deploy::Runner becomes the resources that a warm runner
// needs, the Attini::Deploy::DeploymentPlan becomes a state machine. The same
// input gives the same bytes; nothing else of the template changes.
//
// Logical ids are those of the original framework, so that a live stack that
// moves here keeps its queues, security groups and state machine.
package transform

import (
	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
	"github.com/attini-go/runner/schema"
)

// Expand returns the template with its Runners and its deployment plan
// replaced by CloudFormation and SAM resources. The input is left as it is.
// All problems are reported together; with an Error among them there is no
// output. The Transform section is kept: CloudFormation strips it before the
// macro is called.
func Expand(template *cfn.Node) (*cfn.Node, problem.List) {
	inventory, problems := Take(template)
	if problems.HasErrors() {
		return nil, problems
	}
	expansion := &expansion{substitutions: newSubstitutions()}
	for _, runner := range inventory.Runners {
		expansion.runner(runner)
	}
	expansion.plan(inventory)
	expanded, clashes := expansion.splice(template, inventory)
	problems.Add(clashes...)
	if problems.HasErrors() {
		return nil, problems
	}
	return expanded, problems
}

// expansion collects what one template becomes.
type expansion struct {
	substitutions *substitutions
	emitted       []emittedResource
}

// emittedResource is a resource that stands in for the one named source.
type emittedResource struct {
	logicalID string
	source    string
	body      *cfn.Node
}

// runner emits what one Runner becomes, in the order in which one part refers
// to another.
func (x *expansion) runner(runner *schema.Runner) {
	emit := func(logicalID string, body *cfn.Node) {
		carryCondition(body, runner.Resource)
		x.emitted = append(x.emitted, emittedResource{logicalID, runner.Name, body})
	}
	// where the launcher puts the runner's jobs
	emit(queueID(runner), queue())
	// what the task may reach, unless the template names its own network
	if runner.AwsVpcConfiguration == nil {
		emit(securityGroupID(runner), securityGroup(runner))
	}
	// the container that the agent runs in, unless the template names its own
	if needsTaskDefinition(runner) {
		emit(logGroupID(runner), logGroup())
		emit(taskDefinitionID(runner), taskDefinition(runner))
	}
	// where the ECS agent of an EC2 host logs
	if runner.Ec2Configuration != nil {
		emit(ecsClientLogGroupID(runner), logGroup())
	}
	// the configuration, resolved by CloudFormation and kept by the lifecycle
	// function; it takes the Runner's own logical id
	emit(runner.Name, configuration(runner))
}

// plan emits what the deployment plan becomes.
func (x *expansion) plan(inventory *Inventory) {
	body := x.stateMachine(inventory.Plan, inventory.Jobs)
	x.emitted = append(x.emitted, emittedResource{StateMachineID(inventory.Plan.Name), inventory.Plan.Name, body})
}

// carryCondition makes a resource exist exactly when its source does.
func carryCondition(body, source *cfn.Node) {
	if condition := source.Get("Condition"); condition != nil {
		body.Set("Condition", condition.Clone())
	}
}

// StateMachineID is the logical id of the state machine of a plan.
func StateMachineID(planName string) string { return "AttiniDeploymentPlanSfn" + planName }
