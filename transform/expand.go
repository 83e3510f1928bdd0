// Package transform is the CloudFormation macro: it turns a template with Runners
// and a deployment plan into one of AWS's own resources. Each
// Attini::Deploy::Runner becomes the resources that a warm runner needs, the
// Attini::Deploy::DeploymentPlan becomes a state machine with its trigger and its
// rule. The same input and the same facts of the account give
// the same bytes; nothing else of the template changes.
//
// Logical ids are those of the original framework, so that a live stack that
// moves here keeps its queues, security groups and state machine.
package transform

import (
	"context"
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/templatecheck"
	"github.com/attini-go/runner/schema"
)

// MacroName is how a template asks for this transform.
const MacroName = "AttiniDeploymentPlan"

// Request is a template to expand, and what is known beside it.
type Request struct {
	Template *cfn.Node
	// Values are those of the stack's parameters and of the pseudo parameters
	// that are known. They are used to check what refers to them; none is
	// written into the output.
	Values cfn.Values
	// Account answers what only AWS knows. Nothing is asked when it is nil;
	// then the output lacks what it would have told, and starts no runner ahead:
	// enough to check a template and to run its plan on a laptop, but not to
	// deploy it.
	Account Account
	// File says that the template is a whole file, with its Transform section:
	// that is checked too, and whether everything that is referred to is there.
	// CloudFormation strips the section before it calls the macro, so that what
	// other transforms add cannot be known there.
	File bool
	// DefaultImage runs the jobs of an EC2 Runner that names neither an Image
	// nor a task definition; "" for schema.DefaultImage.
	DefaultImage string
	// Installation is an id of the system that the template is expanded for. Every
	// Runner's lifecycle resource has it, so that CloudFormation calls it again after a
	// reinstallation, which has lost what was deployed. "" leaves it out.
	Installation string
}

// Expand returns the template with its Runners and its deployment plan
// replaced by CloudFormation and SAM resources. The template is left as it is;
// the result shares its other values with it, so neither is to be changed.
// All problems are reported together, in a stable order; with an Error among
// them there is no output, and none where a part of the template is not known
// because another transform makes it. The macro's own name leaves the Transform section,
// which CloudFormation strips before it calls the macro.
func Expand(ctx context.Context, request Request) (*cfn.Node, problem.List) {
	contents, expanded, problems := expand(ctx, request)
	if request.File && request.Template.Get("Resources").IsMap() {
		found := templatecheck.Check(request.Template, templatecheck.Options{
			Macro: MacroName, Added: addedResources(contents, expanded), Values: request.Values,
		})
		problems.Add(notYetIn(problems, found)...)
	}
	if problems.HasErrors() {
		return nil, problems.Sorted()
	}
	return expanded, problems.Sorted()
}

// notYetIn returns what is found, but the kinds and dynamic references of values that are
// wrong already for what they come to.
func notYetIn(problems, found problem.List) problem.List {
	wrong := map[string]bool{}
	for _, p := range problems {
		wrong[p.Path] = wrong[p.Path] || p.Severity == problem.Error
	}
	again := []string{templatecheck.RuleKind, templatecheck.RuleDynamicReference}
	return slices.DeleteFunc(found, func(p problem.Problem) bool { return slices.Contains(again, p.Rule) && wrong[p.Path] })
}

func expand(ctx context.Context, request Request) (*Contents, *cfn.Node, problem.List) {
	known := cfn.Analyze(request.Template, request.Values)
	contents, problems := readTemplate(request.Template, known)
	chooser := chooser{known.WithoutParameters()}
	facts, found := fetchFacts(ctx, request.Account, neededFactsOf(contents, chooser))
	problems.Add(found...)
	problems.Add(check(request.Template, contents, facts, known)...)
	problems.Add(checkMisread(request.Template, problems)...)
	if problems.HasErrors() || contents.partial {
		return contents, nil, problems
	}
	x := &expansion{
		chooser: chooser, known: known, facts: facts, defaultImage: request.DefaultImage, installation: request.Installation, deployable: request.Account != nil,
		resources:     request.Template.Get("Resources").ByKey(),
		conditions:    newConditionNames(request.Template),
		substitutions: newSubstitutions(request.Template, contents.Plan),
	}
	for _, runner := range contents.Runners {
		x.runner(runner)
	}
	x.plan(contents)
	if count := x.substitutions.count; count > maxValues {
		problems.Add(overLimit(contents.Plan, fmt.Sprintf("has %d values that only the deployment knows (at most %d)", count, maxValues)))
		return contents, nil, problems
	}
	expanded, clashes := x.replaceResources(request.Template, contents)
	problems.Add(clashes...)
	if problems.HasErrors() {
		return contents, nil, problems
	}
	x.addDigest(expanded, contents.Plan)
	problems.Add(limits(expanded, contents.Plan)...)
	return contents, expanded, problems
}

// addedResources are those of the expanded template, types by logical id; where
// there is none, those that it could have.
func addedResources(contents *Contents, expanded *cfn.Node) map[string]string {
	added := map[string]string{}
	for _, field := range expanded.Get("Resources").Entries() {
		if kind := field.Value.Get("Type"); kind.IsString() {
			added[field.Key] = kind.Text
		}
	}
	if expanded != nil || contents == nil {
		return added
	}
	for _, r := range contents.Runners {
		for _, id := range []string{
			r.Name, queueID(r), deadLetterQueueID(r), queuePolicyID(r), securityGroupID(r), logGroupID(r), taskDefinitionID(r), ecsClientLogGroupID(r), launchTemplateID(r),
		} {
			added[id] = ""
		}
	}
	if p := contents.Plan; p != nil {
		for _, id := range []string{StateMachineID(p.Name), triggerID(p), executionRuleID(p)} {
			added[id] = ""
		}
	}
	return added
}

// expansion collects what one template becomes.
type expansion struct {
	chooser
	// known is what can be known with the parameters' values. Nothing that
	// depends on these is written into the output.
	known         *cfn.StaticValues
	resources     map[string]*cfn.Node
	facts         *facts
	defaultImage  string
	installation  string
	deployable    bool
	conditions    *conditionNames
	substitutions *substitutions
	emitted       []emittedResource
}

// emittedResource is a resource that the one named source becomes.
type emittedResource struct {
	logicalID string
	source    string
	body      *cfn.Node
}

// runner emits what one Runner becomes, in the order in which one part refers
// to another.
func (x *expansion) runner(runner *schema.Runner) {
	shape, always := x.shapeOf(runner), formula{always: true}
	emit := func(logicalID string, when formula, body func() *cfn.Node) {
		if !when.isNever() {
			x.emit(logicalID, runner, when, body())
		}
	}
	// the queue of the runner's jobs, and the queue of messages that no agent can
	// read
	emit(deadLetterQueueID(runner), always, deadLetterQueue)
	emit(queuePolicyID(runner), always, func() *cfn.Node { return x.queuePolicy(runner) })
	emit(queueID(runner), always, func() *cfn.Node { return queue(runner) })
	// what the task may reach, unless the template names its own network
	emit(securityGroupID(runner), shape.network.not(), func() *cfn.Node { return securityGroup(runner) })
	// the container that the agent runs in, unless the template names its own
	emit(logGroupID(runner), shape.definition, logGroup)
	emit(taskDefinitionID(runner), shape.definition, func() *cfn.Node { return x.taskDefinition(runner) })
	// the EC2 host, and where its ECS agent logs
	emit(ecsClientLogGroupID(runner), shape.host, logGroup)
	emit(launchTemplateID(runner), shape.host, func() *cfn.Node { return x.launchTemplate(runner) })
	// the configuration, resolved by CloudFormation and kept by the lifecycle
	// function; it takes the Runner's own logical id
	emit(runner.Name, always, func() *cfn.Node { return x.configuration(runner) })
}

// emit adds a resource of a Runner, which is there while the formula holds and
// the Runner's own Condition.
func (x *expansion) emit(logicalID string, runner *schema.Runner, when formula, body *cfn.Node) {
	if !when.isAlways() {
		body = without(when.decided(), body)
	}
	copyAttributes(body, runner.Resource, "Condition", "DeletionPolicy", "UpdateReplacePolicy")
	if own := runner.Resource.Get("Condition"); own.IsString() {
		when = named(own.Text).and(when)
	}
	if !when.isAlways() {
		body.Set("Condition", cfn.Str(x.conditions.of(when, logicalID)))
	}
	x.emitted = append(x.emitted, emittedResource{logicalID, runner.Name, body})
}

// plan emits what the deployment plan becomes.
func (x *expansion) plan(contents *Contents) {
	p := contents.Plan
	emit := func(logicalID string, body *cfn.Node) {
		copyAttributes(body, p.Resource, "Condition", "DeletionPolicy", "UpdateReplacePolicy")
		x.emitted = append(x.emitted, emittedResource{logicalID, p.Name, body})
	}
	// the plan itself
	emit(StateMachineID(p.Name), x.stateMachine(contents))
	// what starts it when the stack is deployed
	emit(triggerID(p), trigger(p))
	// what hears of its executions' end
	emit(executionRuleID(p), executionRule(p))
}

// copyAttributes gives a resource the attributes of the one that it replaces.
func copyAttributes(body, source *cfn.Node, attributes ...string) {
	for _, attribute := range attributes {
		if value := source.Get(attribute); value != nil {
			body.Set(attribute, value.Clone())
		}
	}
}

// StateMachineID is the logical id of the state machine of a plan.
func StateMachineID(planName string) string { return "AttiniDeploymentPlanSfn" + planName }
