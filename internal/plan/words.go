package plan

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
)

func stepSubject(name string) string { return "Step " + wording.Quote(name) }

// kindOf names what was found in place of what is allowed.
func kindOf(n *cfn.Node) string {
	switch {
	case n == nil || n.Kind == cfn.Null:
		return "null"
	case n.IsIntrinsic():
		return "an intrinsic function"
	case n.Kind == cfn.Map:
		return "an object"
	default:
		if said := n.Misread(); said != "" {
			return "a " + n.Kind.String() + " (" + said + ")"
		}
		return "a " + n.Kind.String()
	}
}
