package transform

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// RuleReference is the rule of a reference to what the expansion removes.
const RuleReference = "removed-resource"

// checkReferences reports references to the plan by the logical id that it
// loses. A Runner keeps its own.
func checkReferences(template *cfn.Node, inventory *Contents) problem.List {
	if inventory.Plan == nil {
		return nil
	}
	r := references{plan: inventory.Plan}
	for _, section := range []string{"Resources", "Outputs"} {
		r.walkChild(template.Get(section), pathStep{section, -1})
	}
	for _, resource := range cfn.Resources(template) {
		r.checkDependsOn(resource)
	}
	return r.problems
}

type references struct {
	plan     *plan.Plan
	problems problem.List
	// path leads to the value that is looked at: keys, and positions in lists.
	path []pathStep
}

type pathStep struct {
	key   string
	index int
}

// currentPath is where the way leads to.
func (r *references) currentPath() cfn.Path {
	at := cfn.Path("")
	for _, s := range r.path {
		if s.index >= 0 {
			at = at.Index(s.index)
		} else {
			at = at.Key(s.key)
		}
	}
	return at
}

func (r *references) report(n *cfn.Node, at cfn.Path) {
	id := StateMachineID(r.plan.Name)
	r.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: RuleReference, Path: string(at), Place: n.Place,
		Message: fmt.Sprintf("%s: refers to plan %s, which becomes the state machine %s", at, wording.Quote(r.plan.Name), wording.Quote(id)),
		Advice:  "Refer to " + wording.Brief(id) + ".",
	})
}

// walkChild looks at a value one step further on the way.
func (r *references) walkChild(n *cfn.Node, s pathStep) {
	r.path = append(r.path, s)
	r.walk(n)
	r.path = r.path[:len(r.path)-1]
}

func (r *references) walk(n *cfn.Node) {
	if n == nil {
		return
	}
	if name, argument, ok := cfn.Intrinsic(n); ok && r.refersToPlan(name, argument) {
		r.report(n, r.currentPath())
	}
	for i, item := range n.Items {
		r.walkChild(item, pathStep{index: i})
	}
	for _, field := range n.Fields {
		r.walkChild(field.Value, pathStep{field.Key, -1})
	}
}

func (r *references) refersToPlan(function string, argument *cfn.Node) bool {
	switch function {
	case "Ref":
		return argument.IsString() && argument.Text == r.plan.Name
	case "Fn::GetAtt":
		if argument.IsList() && len(argument.Items) > 0 {
			argument = argument.Items[0]
		}
		return argument.IsString() && r.namesPlan(argument.Text)
	case "Fn::Sub":
		return r.substitutesPlan(argument)
	}
	return false
}

// namesPlan reports whether text is the plan's id, or an attribute of the plan.
func (r *references) namesPlan(text string) bool {
	name, _, _ := strings.Cut(text, ".")
	return name == r.plan.Name
}

func (r *references) substitutesPlan(argument *cfn.Node) bool {
	text, variables := cfn.SubArgument(argument)
	if !text.IsString() || !strings.Contains(text.Text, r.plan.Name) {
		return false
	}
	parts, err := cfn.SubParts(text.Text)
	if err != nil {
		return false
	}
	for _, part := range parts {
		if part.Variable != "" && variables[part.Variable] == nil && r.namesPlan(part.Variable) {
			return true
		}
	}
	return false
}

func (r *references) checkDependsOn(resource cfn.Field) {
	needed := resource.Value.Get("DependsOn")
	at := cfn.Path("").Keys("Resources", resource.Key, "DependsOn")
	if needed.IsString() && needed.Text == r.plan.Name {
		r.report(needed, at)
	}
	if !needed.IsList() {
		return
	}
	for i, item := range needed.Items {
		if item.IsString() && item.Text == r.plan.Name {
			r.report(item, at.Index(i))
		}
	}
}
