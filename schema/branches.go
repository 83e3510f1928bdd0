package schema

import "github.com/attini-go/runner/internal/cfn"

// branches reads the objects of which a condition that is not known chooses one.
func (r *reader) branches(branches []*cfn.Node, p property, at cfn.Path) {
	for _, branch := range branches {
		branch = r.known.ResolveIf(branch)
		switch inside := branchesOf(branch); {
		case inside != nil:
			r.branches(inside, p, at)
		case !cfn.IsNoValue(branch):
			r.object(branch, parsedProperty{property: p, node: branch}, at, branch.Place)
		}
	}
}

// branchesOf are the two values of Fn::If; nil for everything else.
func branchesOf(n *cfn.Node) []*cfn.Node {
	name, argument, _ := cfn.Intrinsic(n)
	if name != "Fn::If" || !argument.IsList() || len(argument.Items) != 3 {
		return nil
	}
	return argument.Items[1:]
}

// given reports whether a property certainly has a value: a condition that is not
// known may choose AWS::NoValue.
func (r *reader) given(o parsedProperty) bool {
	n := o.node
	if n != nil && r.known != nil {
		n = r.known.ResolveIf(n)
	}
	name, _, _ := cfn.Intrinsic(n)
	return n != nil && name != "Fn::If"
}
