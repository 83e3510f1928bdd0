package schema

import (
	"maps"

	"github.com/attini-go/runner/internal/cfn"
)

// WantedKinds are the properties of a Runner that want a number, or that take a
// boolean for one of their values, by name. All others could want a text.
func WantedKinds() map[string]cfn.Kind { return wantedKinds(described()) }

func wantedKinds(p property) map[string]cfn.Kind {
	kinds := map[string]cfn.Kind{}
	for _, inside := range p.of {
		if inside.kind == integer {
			kinds[inside.name] = cfn.Number
		}
		if inside.unquoted != "" {
			kinds[inside.name] = cfn.Bool
		}
		maps.Copy(kinds, wantedKinds(inside))
	}
	return kinds
}
