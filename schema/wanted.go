package schema

import "github.com/attini-go/runner/internal/cfn"

// WantedKind is the kind of value that a property of a Runner wants by its name:
// a Number, and a String for all that could be a text.
func WantedKind(property string) cfn.Kind {
	if wantsNumber(property, described()) {
		return cfn.Number
	}
	return cfn.String
}

func wantsNumber(name string, p property) bool {
	for _, inside := range p.of {
		if inside.name == name && inside.kind == integer || wantsNumber(name, inside) {
			return true
		}
	}
	return false
}
