package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// RuleSecret is the rule of a secret that others could read.
const RuleSecret = "secret"

// checkPlanTexts reports what should not become a text of the plan's definition: a
// list cannot, and a secret would be readable there.
func checkPlanTexts(p *plan.Plan, known *cfn.StaticValues) problem.List {
	if p == nil || p.Machine == nil {
		return nil
	}
	x := planStrings{known: known}
	x.walk(p.Machine.Node, p.Machine.Path)
	properties := p.Path.Key("Properties")
	x.walk(p.DefinitionSubstitutions, properties.Key("DefinitionSubstitutions"))
	x.hidden(p.PayloadDefaults, properties.Key("PayloadDefaults"))
	return x.problems
}

type planStrings struct {
	known    *cfn.StaticValues
	problems problem.List
}

func (x *planStrings) walk(n *cfn.Node, at cfn.Path) {
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		name, argument, ok := cfn.Intrinsic(n)
		if ok {
			x.function(name, argument, at)
		}
		return !ok
	})
}

// function checks what becomes text: a Ref, the variables of Fn::Sub, the
// branches of Fn::If. What other functions take is theirs.
func (x *planStrings) function(name string, argument *cfn.Node, at cfn.Path) {
	switch {
	case name == "Ref" && argument.IsString():
		x.check(argument.Text, argument, at)
	case name == "Fn::Sub":
		x.checkSub(argument, at)
	case name == "Fn::If" && argument.IsList():
		for i := 1; i < len(argument.Items); i++ {
			x.walk(argument.Items[i], at.Key(name).Index(i))
		}
	default:
		x.hidden(cfn.Obj(cfn.F(name, argument)), at)
	}
}

// hidden checks the parameters that a value is made of. What a function makes of a
// secret is one.
func (x *planStrings) hidden(n *cfn.Node, at cfn.Path) {
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		switch name, argument, _ := cfn.Intrinsic(n); name {
		case "Ref":
			x.checkHidden(argument.AsString(), argument, at)
		case "Fn::FindInMap":
			for _, value := range x.known.Possible(n) {
				x.references(cfn.DynamicReferences(value.AsString()), argument, at)
			}
		case "Fn::Sub":
			sub, _ := cfn.ParseSub(argument)
			for _, name := range sub.References() {
				x.checkHidden(name, sub.Text, at)
			}
		}
		return true
	})
}

func (x *planStrings) checkSub(argument *cfn.Node, at cfn.Path) {
	sub, err := cfn.ParseSub(argument)
	if sub.Variables != nil {
		x.walk(argument.Items[1], at.Key("Fn::Sub").Index(1))
	}
	if err != nil {
		return // plan has reported it
	}
	for _, name := range sub.References() {
		x.check(name, sub.Text, at)
	}
}

func (x *planStrings) check(parameter string, n *cfn.Node, at cfn.Path) {
	if !x.known.IsList(parameter) {
		x.checkHidden(parameter, n, at)
		return
	}
	x.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: plan.RuleIntrinsic, Path: at.String(), Place: n.Place,
		Message: fmt.Sprintf("%s: parameter %s is a list, and only a text can stand in a plan", at, wording.Quote(parameter)),
		Advice:  fmt.Sprintf("Join it: {\"Fn::Join\": [\",\", {\"Ref\": %s}]}.", wording.Quote(parameter)),
	})
}

func (x *planStrings) checkHidden(parameter string, n *cfn.Node, at cfn.Path) {
	if x.known.IsNoEcho(parameter) {
		x.problems.Add(problem.Problem{
			Severity: problem.Warning, Rule: RuleSecret, Path: at.String(), Place: n.Place,
			Message: fmt.Sprintf("%s: parameter %s is NoEcho, but its value will stand readable in the state machine's definition", at, wording.Quote(parameter)),
			Advice:  "Keep it in Secrets Manager and read it in the job, on a Runner whose RoleArn may.",
		})
	}
	x.references(x.known.References(parameter), n, at)
}

// references reports dynamic references that a parameter or a mapping brings in.
func (x *planStrings) references(all []string, n *cfn.Node, at cfn.Path) {
	for _, reference := range all {
		if severity, message, advice := plan.JudgeReference(reference); message != "" {
			x.problems.Add(problem.Problem{
				Severity: severity, Rule: plan.RuleDynamicReference, Path: at.String(), Place: n.Place,
				Message: fmt.Sprintf("%s: %s", at, message), Advice: advice,
			})
			return
		}
	}
}
