package localrun

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/schema"
)

// stateMachineType is what a deployment plan becomes.
const stateMachineType = "AWS::Serverless::StateMachine"

// Deployment is an expanded template as it would stand in an account: its
// intrinsic functions resolved, its runners' configurations checked.
type Deployment struct {
	facts Facts
	// runners are the stack's, by their resource names.
	runners map[string]*schema.Runner
	// containers are those of the runners, by logical id.
	containers map[string]containerOf
	machine    *asl.Machine
	// name is the state machine's logical id, plan that of the plan it is made of.
	name, plan string
	// parameters are the stack's, with their defaults and without secret ones.
	parameters map[string]string
	// payloadDefaults are the plan's own.
	payloadDefaults *cfn.Node
}

// Deploy resolves an expanded template and reports everything that is not
// known here or not allowed. original is the template before its expansion.
func Deploy(expanded, original *cfn.Node, facts Facts) (*Deployment, problem.List) {
	resources := expanded.Get("Resources")
	var machine *cfn.Field
	var runners []cfn.Field
	for i, field := range resources.Fields {
		switch field.Value.Get("Type").Value() {
		case stateMachineType:
			if field.Value.At("Properties", "Tags", "AttiniProvider") != nil {
				machine = &resources.Fields[i]
			}
		case schema.ConfigurationType:
			runners = append(runners, field)
		}
	}
	names := make([]string, len(runners))
	for i, runner := range runners {
		names[i] = runner.Key
	}
	facts.Parameters = facts.withDeployment(original.Get("Parameters"))
	evaluator, problems := cfn.NewEvaluator(original, facts.values(names))
	if machine == nil {
		problems.Add(problem.Problem{Severity: problem.Error, Rule: "no-plan", Path: "Resources", Message: "the expanded template has no state machine of a deployment plan"})
	}
	if problems.HasErrors() {
		return nil, problems
	}
	deployment := &Deployment{facts: facts, runners: map[string]*schema.Runner{}, containers: map[string]containerOf{}, name: machine.Key}
	for _, field := range runners {
		runner, found := configure(evaluator, field)
		problems.Add(found...)
		deployment.runners[configuration.ResourceName(facts.StackName, field.Key)] = runner
		deployment.containers[field.Key] = readContainer(evaluator, field.Key, original)
	}
	substitutions := machine.Value.At("Properties", "DefinitionSubstitutions")
	standIns, _ := cfn.NewEvaluator(original, facts.standIns(original, substitutions, names))
	problems.Add(deployment.resolve(evaluator, standIns, *machine)...)
	problems.Add(deployment.payload(evaluator, original)...)
	return deployment, problems
}

// configure plays the lifecycle function: the configuration with its resolved
// values, checked by the same code as the template. What only the launch of a
// task needs stays unresolved when it is not known here.
func configure(evaluator *cfn.Evaluator, field cfn.Field) (*schema.Runner, problem.List) {
	at := cfn.NewPath("Resources", field.Key, "Properties")
	configuration := field.Value.At("Properties", "Configuration")
	resolved := cfn.Obj()
	var problems problem.List
	for _, property := range configuration.Fields {
		value, unknown := evaluator.Evaluate(property.Value, at.Key(property.Key))
		if slices.Contains([]string{"RunnerConfiguration", "Startup"}, property.Key) {
			problems.Add(unknown...)
		} else if unknown.HasErrors() {
			continue
		}
		resolved.Fields = append(resolved.Fields, cfn.Field{Key: property.Key, Value: value, Place: property.Place})
	}
	// Subnets come from the account when the template names none.
	if network := resolved.Get("AwsVpcConfiguration"); network != nil && !network.Has("Subnets") {
		resolved.Delete("AwsVpcConfiguration")
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", resolved))
	runner, found := schema.Read(field.Key, resource, cfn.NewPath("Resources", field.Key), nil)
	problems.Add(found...)
	return runner, problems
}

// payload resolves what the plan's payload begins with.
func (d *Deployment) payload(evaluator *cfn.Evaluator, original *cfn.Node) problem.List {
	d.parameters = map[string]string{}
	for _, field := range original.Get("Parameters").Entries() {
		if cfn.IsNoEcho(field.Value) {
			continue // no payload has secrets
		}
		if value, unknown := evaluator.Evaluate(cfn.Ref(field.Key), cfn.NewPath("Parameters", field.Key)); !unknown.HasErrors() {
			d.parameters[field.Key] = parameterText(value)
		}
	}
	for _, field := range original.Get("Resources").Entries() {
		defaults := field.Value.At("Properties", "PayloadDefaults")
		if field.Value.Get("Type").Value() != plan.Type {
			continue
		}
		d.plan = field.Key
		if defaults == nil {
			continue
		}
		at := cfn.NewPath("Resources", field.Key, "Properties", "PayloadDefaults")
		value, unknown := evaluator.Evaluate(defaults, at)
		if unknown.HasErrors() {
			return unknown
		}
		d.payloadDefaults = value
	}
	return nil
}

// parameterText is a parameter's value as CloudFormation hands it on: lists as text.
func parameterText(n *cfn.Node) string {
	text := n.Text
	for i, item := range n.Items {
		if i > 0 {
			text += ","
		}
		text += item.Text
	}
	return text
}

// Plan is the logical id of the plan.
func (d *Deployment) Plan() string { return d.plan }

// TopStepNames are the names of the states on the plan's top level, at which a run can
// start.
func (d *Deployment) TopStepNames() []string { return d.machine.TopStateNames() }

// StepNames are the names of all states of the plan, nested ones too.
func (d *Deployment) StepNames() []string { return d.machine.StateNames() }

// StepPath returns a path of a state, such as Check[1].Scan; "" for an unknown name.
func (d *Deployment) StepPath(name string) string { return d.machine.StatePath(name) }

// Transitions lists every way out of the states of the plan, nested ones too, without
// the retriers of calls of the launcher, which the macro adds to steps.
func (d *Deployment) Transitions() []asl.Transition {
	actions := map[string]string{}
	for _, task := range d.machine.Tasks() {
		actions[task.Name], _ = readCall(task.Parameters)
	}
	ofLauncher := func(t asl.Transition) bool {
		another := func(name string) bool { return !isOfMacro(actions[t.State], name) }
		return strings.HasPrefix(t.Via, "Retry[") && actions[t.State] != "" && !slices.ContainsFunc(t.Errors, another)
	}
	return slices.DeleteFunc(d.machine.Transitions(), ofLauncher)
}

// isOfMacro reports whether the macro has an error retried in the call of an action.
func isOfMacro(action, name string) bool {
	switch name {
	case "Runtime.ExitError", "Sandbox.Timedout":
		return true
	case stacks.ErrorBusy, asl.HeartbeatTimeout:
		return action == protocol.ActionDeployStack
	}
	return strings.HasPrefix(name, "Lambda.")
}

// CheckAnswers says what is wrong with mocks for the plan.
func (d *Deployment) CheckAnswers(answers *asl.Mocks) []string { return answers.Check(d.machine) }

// UnknownSteps returns those of the names that no state has.
func (d *Deployment) UnknownSteps(names []string) []string {
	known := d.StepNames()
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(known, name) })
}

// Approvals names the steps that wait for a person and have no mock. Of steps that run
// alone, just those are asked.
func (d *Deployment) Approvals(o Options) []string { return d.asking(protocol.ActionApproval, o) }

// Stacks names the steps that would deploy a stack and have no mock, as Approvals does.
func (d *Deployment) Stacks(o Options) []string { return d.asking(protocol.ActionDeployStack, o) }

// asking names the steps that ask an action of the launcher and have no mock.
func (d *Deployment) asking(wanted string, o Options) []string {
	var names []string
	for _, task := range d.machine.Tasks() {
		asked := len(o.Steps) == 0 || slices.Contains(o.Steps, task.Name)
		if action, _ := readCall(task.Parameters); asked && action == wanted && !o.IsMocked(task.Name) {
			names = append(names, task.Name)
		}
	}
	return names
}

// Unanswered names the steps that call something else than a runner and have
// no mock: a plan that reaches one of them fails there. Of steps that run alone,
// just those are asked.
func (d *Deployment) Unanswered(o Options) []string {
	var names []string
	for _, task := range d.machine.Tasks() {
		asked := len(o.Steps) == 0 || slices.Contains(o.Steps, task.Name)
		if asked && !o.IsMocked(task.Name) && !isAnswered(task.Parameters) {
			names = append(names, fmt.Sprintf("%s (%s)", task.Name, task.Resource))
		}
	}
	return names
}
