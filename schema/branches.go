package schema

import "github.com/attini-go/runner/internal/cfn"

// branches reads the objects of which a condition that is not known chooses one.
func (r *reader) branches(branches []*cfn.Node, p property, at cfn.Path) {
	for _, branch := range branches {
		branch = r.known.ResolveIf(branch)
		switch _, inside, ok := cfn.If(branch); {
		case ok:
			r.branches(inside, p, at)
		case !cfn.IsNoValue(branch):
			r.object(branch, parsedProperty{property: p, node: branch}, at, branch.Place)
		}
	}
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
