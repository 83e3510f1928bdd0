package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
)

// Rules, as problems name them.
const (
	RuleType            = "type"
	RuleRequired        = "required"
	RuleUnknownProperty = "unknown-property"
	RuleUnknownStepType = "unknown-step-type"
	RuleUnknownStep     = "unknown-step"
	RuleTransition      = "transition"
	RuleStepName        = "step-name"
	RuleUnreachable     = "unreachable"
	RuleNumber          = "number"
	RuleEnvironment     = "environment"
	RuleReserved        = "reserved"
	RuleRunner          = "runner"
	RuleRange           = "range"
)

func planProperties() []string {
	return []string{"DeploymentPlan", "DefaultRunner", "DefinitionSubstitutions", "PayloadDefaults", "PermissionsBoundary", "Policies", "RoleArn"}
}

// Read reads the plan of the given logical id and reports everything that is
// wrong with it. resource is the whole resource, at leads to it. Whether the
// Runners that its jobs name exist is for the caller to say.
func Read(name string, resource *cfn.Node, at cfn.Path) (*Plan, problem.List) {
	properties := resource.Get("Properties")
	p := &Plan{
		Name: name, Resource: resource, Path: at,
		RoleArn:                 properties.Get("RoleArn"),
		DefinitionSubstitutions: properties.Get("DefinitionSubstitutions"),
		PermissionsBoundary:     properties.Get("PermissionsBoundary"),
		Policies:                properties.Get("Policies"),
		PayloadDefaults:         properties.Get("PayloadDefaults"),
	}
	r := &reader{plan: name}
	r.properties(p, properties, at)
	if p.Machine != nil {
		r.checkNames(p.Machine)
		r.checkMachine(p.Machine, p.Machine)
	}
	return p, r.problems.Sorted()
}

// reader collects what is wrong on the way.
type reader struct {
	plan     string
	problems problem.List
}

func (r *reader) report(rule, subject string, at cfn.Path, place problem.Place, message string) {
	r.problems.Add(problem.Problem{Severity: problem.Error, Rule: rule, Path: string(at), Place: place, Message: subject + ": " + message})
}

func (r *reader) subject() string { return fmt.Sprintf("Plan %q", r.plan) }

func stepSubject(name string) string { return fmt.Sprintf("Step %q", name) }

func (r *reader) properties(p *Plan, properties *cfn.Node, at cfn.Path) {
	inside := at.Key("Properties")
	switch {
	case properties == nil:
		r.report(RuleRequired, r.subject(), inside, p.Resource.Place, "has no Properties, so no DeploymentPlan")
		return
	case !properties.IsMap():
		r.report(RuleType, r.subject(), inside, properties.Place, fmt.Sprintf("Properties must be an object, not a %s", properties.Kind))
		return
	}
	for _, field := range properties.Fields {
		if !slices.Contains(planProperties(), field.Key) {
			r.report(RuleUnknownProperty, r.subject(), inside.Key(field.Key), field.Place, fmt.Sprintf("%s: there is no such property; %s", field.Key, suggestion(field.Key, planProperties())))
		}
	}
	if runner := properties.Get("DefaultRunner"); runner != nil {
		p.DefaultRunner = r.runnerName(runner, r.subject()+": DefaultRunner", inside.Key("DefaultRunner"))
	}
	body, where := properties.Get("DeploymentPlan"), inside.Key("DeploymentPlan")
	switch {
	case body == nil:
		r.report(RuleRequired, r.subject(), where, properties.Place, "DeploymentPlan is required: an object with StartAt and States, or a list of steps")
	case body.IsList():
		p.Machine = r.list(body, where)
	default:
		p.Machine = r.machine(body, r.subject()+": DeploymentPlan", where)
	}
}

// machine reads {StartAt, States}; nil when it is too broken to go on.
func (r *reader) machine(n *cfn.Node, subject string, at cfn.Path) *Machine {
	if _, _, intrinsic := cfn.Intrinsic(n); intrinsic || !n.IsMap() {
		r.report(RuleType, subject, at, n.Place, "must be an object with StartAt and States, or a list of steps")
		return nil
	}
	m := &Machine{Node: n, Path: at, Place: n.Place}
	switch start := n.Get("StartAt"); {
	case start == nil:
		r.report(RuleRequired, subject, at.Key("StartAt"), n.Place, "StartAt is required: the name of the first step")
	case !start.IsString():
		r.report(RuleType, subject, at.Key("StartAt"), start.Place, "StartAt must be the name of a step")
	default:
		m.StartAt = start.Text
	}
	switch states := n.Get("States"); {
	case states == nil:
		r.report(RuleRequired, subject, at.Key("States"), n.Place, "States is required: an object of steps by name")
	case !states.IsMap() || len(states.Fields) == 0:
		r.report(RuleType, subject, at.Key("States"), states.Place, "States must be an object with at least one step")
	default:
		for _, field := range states.Fields {
			if state := r.state(field, at.Keys("States", field.Key)); state != nil {
				m.States = append(m.States, state)
			}
		}
	}
	return m
}

func (r *reader) state(field cfn.Field, at cfn.Path) *State {
	subject := stepSubject(field.Key)
	if strings.HasPrefix(field.Key, "Fn::") {
		r.report(RuleReserved, subject, at, field.Place, "an intrinsic function cannot stand among the States: AWS::LanguageExtensions expands it only after this transform; write the steps out")
		return nil
	}
	kind := field.Value.Get("Type")
	switch {
	case !field.Value.IsMap():
		r.report(RuleType, subject, at, field.Place, fmt.Sprintf("must be an object, not a %s", field.Value.Kind))
		return nil
	case kind == nil:
		r.report(RuleRequired, subject, at, field.Place, "has no Type ("+strings.Join(stepTypes(), ", ")+")")
		return nil
	case !kind.IsString():
		r.report(RuleType, subject, at.Key("Type"), kind.Place, "Type must be a string")
		return nil
	}
	s := &State{Name: field.Key, Type: kind.Text, Node: field.Value, Path: at, Place: field.Place}
	r.content(s)
	return s
}

// content reads what is particular to the state's type.
func (r *reader) content(s *State) {
	switch s.Type {
	case JobType:
		s.Job = r.job(s)
	case "Parallel":
		r.branches(s)
	case "Map":
		r.iterator(s)
	default:
		if !slices.Contains(stepTypes(), s.Type) {
			r.unknownType(s)
		}
	}
}

func stepTypes() []string {
	return []string{JobType, MergeType, "Task", "Pass", "Wait", "Choice", "Parallel", "Map", "Succeed", "Fail"}
}

func (r *reader) unknownType(s *State) {
	message := fmt.Sprintf("Type: %q is no type of a step", s.Type)
	if strings.HasPrefix(s.Type, "Attini") {
		message = fmt.Sprintf("Type: %s is not supported", s.Type)
	}
	r.report(RuleUnknownStepType, stepSubject(s.Name), s.Path.Key("Type"), s.Node.Get("Type").Place, message+"; "+suggestion(s.Type, stepTypes()))
}

func (r *reader) branches(s *State) {
	branches := s.Node.Get("Branches")
	if !branches.IsList() || len(branches.Items) == 0 {
		r.report(RuleRequired, stepSubject(s.Name), s.Path.Key("Branches"), s.Node.Place, "Branches is required: a list with at least one branch")
		return
	}
	for i, branch := range branches.Items {
		r.nest(s, branch, fmt.Sprintf("%s: Branches[%d]", stepSubject(s.Name), i), s.Path.Key("Branches").Index(i))
	}
}

func (r *reader) iterator(s *State) {
	key := iteratorKey(s.Node)
	iterator := s.Node.Get(key)
	if iterator == nil {
		r.report(RuleRequired, stepSubject(s.Name), s.Path.Key(key), s.Node.Place, "ItemProcessor is required: the steps that run for each item")
		return
	}
	r.nest(s, iterator, stepSubject(s.Name)+": "+key, s.Path.Key(key))
}

func (r *reader) nest(s *State, n *cfn.Node, subject string, at cfn.Path) {
	if n.IsList() {
		if machine := r.list(n, at); machine != nil {
			s.Machines = append(s.Machines, machine)
		}
		return
	}
	if machine := r.machine(n, subject, at); machine != nil {
		s.Machines = append(s.Machines, machine)
	}
}

// suggestion names the nearest candidate, or all of them.
func suggestion(name string, candidates []string) string {
	if near := problem.Nearest(name, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known: " + strings.Join(candidates, ", ")
}
