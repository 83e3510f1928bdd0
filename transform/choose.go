package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// chooser makes properties of those that Fn::If may choose.
type chooser struct{ known *cfn.StaticValues }

// choose follows Fn::If through a property to each value that it may come to,
// and returns the property with what pick makes of each. pick gets nil for a
// value that is absent, and never returns nil; so a branch without a value gets
// the property's default, and nothing that is emitted lacks a value.
func (c chooser) choose(n *cfn.Node, pick func(*cfn.Node) *cfn.Node) *cfn.Node {
	n = c.known.ResolveIf(n)
	if condition, branches, ok := choice(n); ok {
		return cfn.Obj(cfn.F("Fn::If", cfn.Seq(condition, c.choose(branches[0], pick), c.choose(branches[1], pick))))
	}
	if cfn.IsNoValue(n) {
		n = nil
	}
	return pick(n)
}

// chooseIn does the same for a property of an object that Fn::If may choose.
func (c chooser) chooseIn(object *cfn.Node, property string, pick func(*cfn.Node) *cfn.Node) *cfn.Node {
	return c.choose(object, func(branch *cfn.Node) *cfn.Node { return c.choose(branch.Get(property), pick) })
}

// or picks a value as it is written, and the default where it is absent.
func or(fallback *cfn.Node) func(*cfn.Node) *cfn.Node {
	return func(n *cfn.Node) *cfn.Node {
		if n == nil {
			return fallback
		}
		return n
	}
}

// orNothing leaves out a value that is absent.
func orNothing(n *cfn.Node) *cfn.Node { return or(cfn.Ref("AWS::NoValue"))(n) }

// choice takes an Fn::If apart whose condition is not known here.
func choice(n *cfn.Node) (condition *cfn.Node, branches []*cfn.Node, ok bool) {
	name, argument, _ := cfn.Intrinsic(n)
	if name != "Fn::If" || !argument.IsList() || len(argument.Items) != 3 {
		return nil, nil, false
	}
	return argument.Items[0], argument.Items[1:], true
}

// checkChosen reports an object that the expansion has to look into and cannot:
// a launch template is made of its properties.
func (c chooser) checkChosen(runner *schema.Runner, property string, object *cfn.Node) problem.List {
	var problems problem.List
	c.choose(object, func(n *cfn.Node) *cfn.Node {
		name, _, intrinsic := cfn.Intrinsic(n)
		if n == nil || n.IsMap() && !intrinsic {
			return orNothing(n)
		}
		found := "a " + n.Kind.String()
		if intrinsic {
			found = wording.Brief(name)
		}
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: schema.RuleType, Path: string(runner.Path.Keys("Properties", property)), Place: n.Place,
			Message: fmt.Sprintf("Runner %s: %s: must be an object, or Fn::If of objects, not %s; the host's launch template is made of its properties", wording.Quote(runner.Name), property, found),
		})
		return n
	})
	return problems
}
