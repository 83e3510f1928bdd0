package transform

import (
	"fmt"
	"slices"
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
func checkReferences(template *cfn.Node, contents *Contents) problem.List {
	if contents.Plan == nil {
		return nil
	}
	r := references{plan: contents.Plan}
	for _, section := range []string{"Resources", "Outputs"} {
		cfn.Walk(template.Get(section), cfn.NewPath(section), func(n *cfn.Node, at cfn.Path) bool {
			if name, argument, ok := cfn.Intrinsic(n); ok && r.refersToPlan(name, argument) {
				r.report(n, at)
			}
			return true
		})
	}
	for _, resource := range cfn.Resources(template) {
		r.checkDependsOn(resource)
	}
	return r.problems
}

type references struct {
	plan     *plan.Plan
	problems problem.List
}

func (r *references) report(n *cfn.Node, at cfn.Path) {
	id := StateMachineID(r.plan.Name)
	r.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: RuleReference, Path: at.String(), Place: n.Place,
		Message: fmt.Sprintf("%s: refers to plan %s, which becomes the state machine %s", at, wording.Quote(r.plan.Name), wording.Quote(id)),
		Advice:  "Refer to " + wording.Brief(id) + ".",
	})
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
	sub, err := cfn.ParseSub(argument)
	return err == nil && slices.ContainsFunc(sub.References(), r.namesPlan)
}

func (r *references) checkDependsOn(resource cfn.Field) {
	cfn.Walk(resource.Value.Get("DependsOn"), cfn.NewPath("Resources", resource.Key, "DependsOn"), func(n *cfn.Node, at cfn.Path) bool {
		if n.IsString() && n.Text == r.plan.Name {
			r.report(n, at)
		}
		return !n.IsMap()
	})
}
