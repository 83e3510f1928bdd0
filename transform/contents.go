package transform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// DefaultRunnerName is the Runner of job steps that name none, when the plan
// has no DefaultRunner; it exists without being declared.
const DefaultRunnerName = "AttiniDefaultRunner"

// Contents is what a template has for the macro: its Runners in the order of
// the template, its one deployment plan, and the job steps in it.
type Contents struct {
	Runners []*schema.Runner
	Plan    *plan.Plan
	Jobs    []Assignment
}

// Assignment says which Runner runs the job of a step.
type Assignment struct {
	State  *plan.State
	Runner string
}

// ReadTemplate reads a template and reports everything that is wrong with its Runners
// and its plan. The Inventory is whole only when there is no Error.
func ReadTemplate(template *cfn.Node, values cfn.Values) (*Contents, problem.List) {
	return readTemplate(template, cfn.Analyze(template, values))
}

func readTemplate(template *cfn.Node, known *cfn.StaticValues) (*Contents, problem.List) {
	resources := template.Get("Resources")
	if problems := checkResources(template, resources); len(problems) > 0 {
		return nil, problems
	}
	var problems problem.List
	inventory := &Contents{}
	var plans []cfn.Field
	for _, resource := range resources.Fields {
		at := cfn.Path("").Keys("Resources", resource.Key)
		switch kind := resource.Value.Get("Type"); {
		case !kind.IsString():
			problems.Add(checkUntyped(resource, at)...)
		case kind.Text == schema.RunnerType:
			runner, found := schema.Read(resource.Key, resource.Value, at, known)
			problems.Add(found...)
			inventory.Runners = append(inventory.Runners, runner)
		case kind.Text == plan.Type:
			plans = append(plans, resource)
		case strings.HasPrefix(kind.Text, "Attini::"):
			problems.Add(unsupportedType(resource.Key, kind, at))
		}
	}
	problems.Add(inventory.readPlan(plans, resources)...)
	return inventory, problems
}

func checkResources(template, resources *cfn.Node) problem.List {
	switch {
	case resources == nil:
		return problem.List{{
			Severity: problem.Error, Rule: "no-resources", Path: "", Place: template.Place,
			Message: "the template has no Resources",
			Advice:  "Declare an " + schema.RunnerType + " and an " + plan.Type + " under Resources.",
		}}
	case !resources.IsMap():
		return problem.List{{
			Severity: problem.Error, Rule: "no-resources", Path: "Resources", Place: resources.Place,
			Message: fmt.Sprintf("Resources is a %s, not an object of resources", resources.Kind),
		}}
	}
	return nil
}

// checkUntyped leaves alone what is no resource: Fn::ForEach is expanded by
// AWS::LanguageExtensions, and that runs after this macro. So none of our types
// can stand in it.
func checkUntyped(resource cfn.Field, at cfn.Path) problem.List {
	if strings.HasPrefix(resource.Key, "Fn::") {
		if kind := ownType(resource.Value); kind != nil {
			return problem.List{{
				Severity: problem.Error, Rule: "loop", Path: string(at), Place: kind.Place,
				Message: fmt.Sprintf("%s: an %s cannot stand in a loop, which is expanded only after this macro", at, kind.Text),
				Advice:  "Write the resources out.",
			}}
		}
		return nil
	}
	return problem.List{{
		Severity: problem.Error, Rule: "no-type", Path: string(at), Place: resource.Place,
		Message: fmt.Sprintf("Resource %q: has no Type", resource.Key),
	}}
}

// ownType finds a Type of ours in a tree; nil when there is none.
func ownType(n *cfn.Node) *cfn.Node {
	if kind := n.Get("Type"); kind.IsString() && strings.HasPrefix(kind.Text, "Attini::") {
		return kind
	}
	for _, item := range n.Items {
		if kind := ownType(item); kind != nil {
			return kind
		}
	}
	for _, field := range n.Entries() {
		if kind := ownType(field.Value); kind != nil {
			return kind
		}
	}
	return nil
}

func unsupportedType(name string, kind *cfn.Node, at cfn.Path) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: "unsupported-type", Path: string(at.Key("Type")), Place: kind.Place,
		Message: fmt.Sprintf("Resource %q: Type: %s is not supported (supported: %s, %s)", name, kind.Text, schema.RunnerType, plan.Type),
	}
}

func (i *Contents) readPlan(plans []cfn.Field, resources *cfn.Node) problem.List {
	switch len(plans) {
	case 0:
		return problem.List{{
			Severity: problem.Error, Rule: "no-plan", Path: "Resources", Place: resources.Place,
			Message: "the template has no deployment plan, so nothing would use its runners",
			Advice:  "Declare one " + plan.Type + " beside the Runners: a Runner works only together with a plan.",
		}}
	case 1:
	default:
		return extraPlans(plans)
	}
	field := plans[0]
	var problems problem.List
	i.Plan, problems = plan.Read(field.Key, field.Value, cfn.Path("").Keys("Resources", field.Key))
	if i.Plan == nil || i.Plan.Machine == nil {
		return problems
	}
	problems.Add(i.assignJobs(resources)...)
	problems.Add(i.unusedRunners(problems)...)
	return problems
}

func extraPlans(plans []cfn.Field) problem.List {
	var problems problem.List
	for _, extra := range plans[1:] {
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: "several-plans",
			Path: string(cfn.Path("").Keys("Resources", extra.Key)), Place: extra.Place,
			Message: fmt.Sprintf("Plan %q: a template has one deployment plan, and %q is there already", extra.Key, plans[0].Key),
			Advice:  "Join the plans into one, or put the second into a stack of its own.",
		})
	}
	return problems
}

// assignJobs finds the Runner of every job step.
func (i *Contents) assignJobs(resources *cfn.Node) problem.List {
	var problems problem.List
	if wanted := i.Plan.DefaultRunner; wanted != "" && i.runner(wanted) == nil {
		problems.Add(i.unknownRunner(fmt.Sprintf("Plan %q: DefaultRunner", i.Plan.Name), wanted,
			i.Plan.Path.Keys("Properties", "DefaultRunner"),
			i.Plan.Resource.At("Properties", "DefaultRunner").Place, resources))
	}
	for state := range i.Plan.Machine.All() {
		if state.Job == nil {
			continue
		}
		name := state.Job.Runner
		switch {
		case name == "" && i.Plan.DefaultRunner != "":
			name = i.Plan.DefaultRunner
		case name == "":
			name = DefaultRunnerName
			i.addDefaultRunner(resources)
		}
		if i.runner(name) == nil && name != i.Plan.DefaultRunner {
			problems.Add(i.unknownRunner(fmt.Sprintf("Step %q: Runner", state.Name), name,
				state.Job.RunnerPath, state.Job.RunnerPlace, resources))
		}
		i.Jobs = append(i.Jobs, Assignment{State: state, Runner: name})
	}
	return problems
}

func (i *Contents) runner(name string) *schema.Runner {
	at := slices.IndexFunc(i.Runners, func(r *schema.Runner) bool { return r.Name == name })
	if at < 0 {
		return nil
	}
	return i.Runners[at]
}

func (i *Contents) addDefaultRunner(resources *cfn.Node) {
	if i.runner(DefaultRunnerName) != nil || resources.Has(DefaultRunnerName) {
		return
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)))
	runner, _ := schema.Read(DefaultRunnerName, resource, cfn.Path("").Keys("Resources", DefaultRunnerName), nil)
	i.Runners = append(i.Runners, runner)
}

func (i *Contents) unknownRunner(subject, name string, at cfn.Path, place problem.Place, resources *cfn.Node) problem.Problem {
	p := problem.Problem{Severity: problem.Error, Rule: "unknown-runner", Path: string(at), Place: place}
	kind := resources.At(name, "Type")
	names := make([]string, len(i.Runners))
	for n, runner := range i.Runners {
		names[n] = runner.Name
	}
	switch near := problem.Nearest(name, names); {
	case kind.IsString():
		p.Message = fmt.Sprintf("%s: %q is an %s, not an %s", subject, name, kind.Text, schema.RunnerType)
	case near != "":
		p.Message = fmt.Sprintf("%s: %q is no Runner of this template; did you mean %q?", subject, name, near)
	case len(names) > 0:
		p.Message = fmt.Sprintf("%s: %q is no Runner of this template (its Runners: %s)", subject, name, strings.Join(names, ", "))
	default:
		p.Message = fmt.Sprintf("%s: %q is no Runner of this template, which has none", subject, name)
	}
	return p
}

// unusedRunners warns only when the plan could be read whole: a broken step
// may well be the one that uses the Runner.
func (i *Contents) unusedRunners(found problem.List) problem.List {
	if found.HasErrors() {
		return nil
	}
	var problems problem.List
	for _, runner := range i.Runners {
		used := i.Plan.DefaultRunner == runner.Name ||
			slices.ContainsFunc(i.Jobs, func(a Assignment) bool { return a.Runner == runner.Name })
		if !used {
			problems.Add(problem.Problem{
				Severity: problem.Warning, Rule: "unused-runner",
				Path: string(runner.Path), Place: runner.Resource.Place,
				Message: fmt.Sprintf("Runner %q: no job step uses it", runner.Name),
			})
		}
	}
	return problems
}
