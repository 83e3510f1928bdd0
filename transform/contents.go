package transform

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/quota"
	"github.com/attini-go/runner/internal/wording"
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
	// byName has the Runners by name, cases the cases of each, in their order.
	byName map[string]*schema.Runner
	cases  [][]runnerCase
	// partial says that a transform makes a part that is needed to expand the
	// template.
	partial bool
	// loops says that a loop makes Runners.
	loops bool
	// appPlan says that there is a plan of the type that is not supported.
	appPlan bool
}

// Assignment says which Runner runs the job of a step.
type Assignment struct {
	State  *plan.State
	Runner string
}

// ReadTemplate reads a template and reports everything that is wrong with its Runners
// and its plan. The Contents are whole only when there is no Error.
func ReadTemplate(template *cfn.Node, values cfn.Values) (*Contents, problem.List) {
	return readTemplate(template, cfn.Analyze(template, values))
}

func readTemplate(template *cfn.Node, known *cfn.StaticValues) (*Contents, problem.List) {
	resources := template.Get("Resources")
	if problems := checkResources(template, resources); len(problems) > 0 {
		return nil, problems
	}
	var problems problem.List
	contents := &Contents{byName: map[string]*schema.Runner{}}
	reader := caseReader{known, maxCaseSize}
	problems.Add(contents.checkTransforms(resources)...)
	var plans []cfn.Field
	for _, resource := range resources.Fields {
		at := cfn.NewPath("Resources", resource.Key)
		switch kind := resource.Value.Get("Type"); {
		case !kind.IsString():
			problems.Add(contents.checkUntyped(resource, at, loopsFirst(template))...)
		case kind.Text == schema.RunnerType:
			runner, cases, found := reader.read(resource.Key, resource.Value, at)
			problems.Add(found...)
			problems.Add(contents.checkLoops(resource, at, loopsFirst(template), found)...)
			problems.Add(checkLogicalID(resource, at, deadLetterQueueID(runner))...)
			contents.add(runner, cases)
		case kind.Text == plan.Type:
			problems.Add(checkLogicalID(resource, at, triggerID(&plan.Plan{Name: resource.Key}))...)
			plans = append(plans, resource)
		case strings.HasPrefix(kind.Text, "Attini::"):
			problems.Add(unsupportedType(resource.Key, kind, at))
			contents.appPlan = contents.appPlan || kind.Text == appPlanType
		}
	}
	problems.Add(contents.readPlan(plans, resources)...)
	problems.Add(tooMany(contents, resources)...)
	return contents, problems
}

func (i *Contents) add(runner *schema.Runner, cases []runnerCase) {
	i.cases = append(i.cases, cases)
	i.Runners = append(i.Runners, runner)
	i.byName[runner.Name] = runner
}

// checkLogicalID reports a resource whose name is too long for the longest of
// those that it becomes.
func checkLogicalID(resource cfn.Field, at cfn.Path, longest string) problem.List {
	if len(longest) <= quota.LogicalID {
		return nil
	}
	return problem.List{{
		Severity: problem.Error, Rule: RuleLimit, Path: at.String(), Place: resource.Place,
		Message: fmt.Sprintf("Resource %s: its logical id has %d characters (at most %d, since those of other resources are made of it)",
			wording.Quote(resource.Key), len(resource.Key), quota.LogicalID-len(longest)+len(resource.Key)),
	}}
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

// checkUntyped leaves alone what is not a resource: Fn::ForEach is expanded by
// AWS::LanguageExtensions, and that runs after this macro unless the template
// lists it first. So none of our types can be in it.
func (i *Contents) checkUntyped(resource cfn.Field, at cfn.Path, loopsFirst bool) problem.List {
	if strings.HasPrefix(resource.Key, "Fn::") {
		if kind := ownType(resource.Value); kind != nil && loopsFirst {
			i.partial, i.loops = true, true
			return problem.List{{
				Severity: problem.Warning, Rule: RulePartial, Path: at.String(), Place: kind.Place,
				Message: fmt.Sprintf("%s: cannot be checked here: CloudFormation expands the loop before the macro", at),
			}}
		} else if kind != nil {
			return problem.List{{
				Severity: problem.Error, Rule: "loop", Path: at.String(), Place: kind.Place,
				Message: fmt.Sprintf("%s: an %s cannot stand in a loop, which is expanded only after this macro", at, kind.Text),
				Advice:  "Write the resources out.",
			}}
		}
		return nil
	}
	return problem.List{{
		Severity: problem.Error, Rule: "no-type", Path: at.String(), Place: resource.Place,
		Message: "Resource " + wording.Quote(resource.Key) + ": has no Type",
	}}
}

// ownType finds a Type of ours in a tree; nil when there is none.
func ownType(n *cfn.Node) *cfn.Node {
	for inside := range n.All() {
		if kind := inside.Get("Type"); strings.HasPrefix(kind.AsString(), "Attini::") {
			return kind
		}
	}
	return nil
}

func unsupportedType(name string, kind *cfn.Node, at cfn.Path) problem.Problem {
	found := problem.Problem{
		Severity: problem.Error, Rule: "unsupported-type", Path: at.Key("Type").String(), Place: kind.Place,
		Message: fmt.Sprintf("Resource %s: Type: %s is not supported (supported: %s, %s)", wording.Quote(name), wording.Brief(kind.Text), schema.RunnerType, plan.Type),
	}
	if kind.Text == appPlanType {
		found.Advice = "An app's plan starts when an app is uploaded, which needs the original framework. Give the app a template of its own with an " + plan.Type + "; it runs whenever the app is deployed."
	}
	return found
}

// appPlanType is the original framework's plan for apps, which is not supported.
const appPlanType = "Attini::Deploy::AppDeploymentPlan"

func (i *Contents) readPlan(plans []cfn.Field, resources *cfn.Node) problem.List {
	switch {
	case len(plans) == 0 && (resources.Has(cfn.TransformKey) || i.loops || i.appPlan):
		return nil
	case len(plans) == 1 && cfn.HasTransform(plans[0].Value.Get("Properties")):
		return nil
	}
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
	i.Plan, problems = plan.Read(field.Key, field.Value, cfn.NewPath("Resources", field.Key))
	if i.Plan == nil || i.Plan.Machine == nil {
		return problems
	}
	problems.Add(i.assignJobs(resources)...)
	problems.Add(i.unusedRunners(problems)...)
	problems.Add(plan.Warnings(i.Plan, problems.HasErrors())...)
	return problems
}

func extraPlans(plans []cfn.Field) problem.List {
	var problems problem.List
	for _, extra := range plans[1:] {
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: "several-plans",
			Path: cfn.NewPath("Resources", extra.Key).String(), Place: extra.Place,
			Message: fmt.Sprintf("Plan %s: a template has one deployment plan, and %s is there already", wording.Quote(extra.Key), wording.Quote(plans[0].Key)),
			Advice:  "Join the plans into one, or put the second into a stack of its own.",
		})
	}
	return problems
}
