package transform

import (
	"fmt"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/plan"
	"github.com/attini-go/runner/problem"
)

// checkLists reports where a parameter that is a list would become a text of
// the plan's definition: CloudFormation puts only texts there.
func checkLists(p *plan.Plan, known *cfn.Foresight) problem.List {
	if p == nil || p.Machine == nil {
		return nil
	}
	l := lists{known: known}
	l.walk(p.Machine.Node, p.Machine.Path)
	return l.problems
}

type lists struct {
	known    *cfn.Foresight
	problems problem.List
}

func (l *lists) walk(n *cfn.Node, at cfn.Path) {
	if n == nil {
		return
	}
	if name, argument, ok := cfn.Intrinsic(n); ok {
		l.function(name, argument, at)
		return
	}
	for i, item := range n.Items {
		l.walk(item, at.Index(i))
	}
	for _, field := range n.Fields {
		l.walk(field.Value, at.Key(field.Key))
	}
}

// function looks at what becomes text: a Ref, the variables of Fn::Sub, the
// branches of Fn::If. What other functions take is theirs.
func (l *lists) function(name string, argument *cfn.Node, at cfn.Path) {
	switch {
	case name == "Ref" && argument.IsString():
		l.check(argument.Text, argument, at)
	case name == "Fn::Sub":
		l.substitution(argument, at)
	case name == "Fn::If" && argument.IsList():
		for i := 1; i < len(argument.Items); i++ {
			l.walk(argument.Items[i], at.Key(name).Index(i))
		}
	}
}

func (l *lists) substitution(argument *cfn.Node, at cfn.Path) {
	text, variables := argument, (*cfn.Node)(nil)
	if argument.IsList() && len(argument.Items) == 2 {
		text, variables = argument.Items[0], argument.Items[1]
		l.walk(variables, at.Key("Fn::Sub").Index(1))
	}
	parts, err := cfn.SubParts(text.Text)
	if err != nil {
		return // plan has reported it
	}
	for _, part := range parts {
		if part.Variable != "" && !variables.Has(part.Variable) {
			l.check(part.Variable, text, at)
		}
	}
}

func (l *lists) check(parameter string, n *cfn.Node, at cfn.Path) {
	if !l.known.IsList(parameter) {
		return
	}
	l.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: plan.RuleIntrinsic, Path: string(at), Place: n.Place,
		Message: fmt.Sprintf("%s: parameter %q is a list, and only a text can stand in a plan", at, parameter),
		Advice:  fmt.Sprintf("Join it: {\"Fn::Join\": [\",\", {\"Ref\": %q}]}.", parameter),
	})
}
