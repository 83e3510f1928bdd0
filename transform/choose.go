package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// chooser makes properties of those that Fn::If may choose. It follows no
// condition that depends on a parameter: CloudFormation may keep the expanded
// template for an update with other values.
type chooser struct{ known *cfn.StaticValues }

// choose follows Fn::If through a property to each value that it may have,
// and returns the property with what pick makes of each. pick gets nil for a
// value that is absent, and never returns nil; so a branch without a value gets
// the property's default, and nothing that is emitted lacks a value.
func (c chooser) choose(n *cfn.Node, pick func(*cfn.Node) *cfn.Node) *cfn.Node {
	n = c.known.ResolveIf(n)
	if condition, branches, ok := cfn.If(n); ok {
		return fnIf(condition.Text, c.choose(branches[0], pick), c.choose(branches[1], pick))
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

// presence says when a property has a value.
func (c chooser) presence(n *cfn.Node) formula {
	n = c.known.ResolveIf(n)
	if condition, branches, ok := cfn.If(n); ok {
		return named(condition.Text).either(c.presence(branches[0]), c.presence(branches[1]))
	}
	return formula{always: n != nil && !cfn.IsNoValue(n)}
}

// present is a property without the branches in which it has no value; nil when
// it has one in none.
func (c chooser) present(n *cfn.Node) *cfn.Node {
	n = c.known.ResolveIf(n)
	condition, branches, ok := cfn.If(n)
	switch {
	case !ok && cfn.IsNoValue(n):
		return nil
	case !ok:
		return n
	}
	yes, no := c.present(branches[0]), c.present(branches[1])
	switch {
	case yes == nil:
		return no
	case no == nil:
		return yes
	}
	return fnIf(condition.Text, yes, no)
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

func noValue() *cfn.Node { return cfn.Ref("AWS::NoValue") }

// orNothing leaves out a value that is absent.
func orNothing(n *cfn.Node) *cfn.Node { return or(noValue())(n) }

// merged is one tree for two, of which the named condition chooses: what they
// share is in it once.
func merged(condition string, yes, no *cfn.Node) *cfn.Node {
	switch {
	case sameTree(yes, no):
		return yes
	case isObject(yes) && isObject(no):
		return mergedObjects(condition, yes, no)
	case yes.IsList() && no.IsList() && len(yes.Items) == len(no.Items):
		list := cfn.Seq()
		for i := range yes.Items {
			list.Items = append(list.Items, merged(condition, yes.Items[i], no.Items[i]))
		}
		return list
	}
	return fnIf(condition, orNothing(yes), orNothing(no))
}

// fnIf is Fn::If, or the value alone where both are the same.
func fnIf(condition string, yes, no *cfn.Node) *cfn.Node {
	yes, no = taken(yes, condition, 0), taken(no, condition, 1)
	if sameTree(yes, no) {
		return yes
	}
	return function("Fn::If", cfn.Str(condition), yes, no)
}

// without replaces each Fn::If whose condition is decided by the branch that is taken.
func without(decided map[string]bool, n *cfn.Node) *cfn.Node {
	for {
		name, branches, ok := cfn.If(n)
		value, known := false, false
		if ok {
			value, known = decided[name.Text]
		}
		switch {
		case !known:
			return n.Rebuild(func(child *cfn.Node) *cfn.Node { return without(decided, child) })
		case value:
			n = branches[0]
		default:
			n = branches[1]
		}
	}
}

// taken is the branch of a value that another Fn::If of the same condition has
// chosen.
func taken(n *cfn.Node, condition string, branch int) *cfn.Node {
	for {
		name, branches, ok := cfn.If(n)
		if !ok || name.Text != condition {
			return n
		}
		n = branches[branch]
	}
}

func isObject(n *cfn.Node) bool {
	return n.IsMap() && !n.IsIntrinsic()
}

func mergedObjects(condition string, yes, no *cfn.Node) *cfn.Node {
	object := cfn.Obj()
	for _, field := range yes.Fields {
		object.Fields = append(object.Fields, cfn.F(field.Key, merged(condition, field.Value, no.Get(field.Key))))
	}
	for _, field := range no.Fields {
		if !yes.Has(field.Key) {
			object.Fields = append(object.Fields, cfn.F(field.Key, merged(condition, nil, field.Value)))
		}
	}
	return object
}

// checkChosen reports an object that the expansion has to look into and cannot:
// a launch template is made of its properties.
func (c chooser) checkChosen(runner *schema.Runner, property string, object *cfn.Node) problem.List {
	var problems problem.List
	c.choose(object, func(n *cfn.Node) *cfn.Node {
		if n == nil || isObject(n) || n.Has(cfn.TransformKey) { // checkTransforms warns of the last
			return orNothing(n)
		}
		found := "a " + n.Kind.String()
		if name, _, intrinsic := cfn.Intrinsic(n); intrinsic {
			found = wording.Brief(name)
		}
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: schema.RuleType, Path: runner.Path.Keys("Properties", property).String(), Place: n.Place,
			Message: fmt.Sprintf("Runner %s: %s: must be an object, or Fn::If of objects, not %s; the host's launch template is made of its properties", wording.Quote(runner.Name), property, found),
		})
		return n
	})
	return problems
}
