package stackcheck

import (
	"encoding/json"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/stacks"
)

// known are the properties of a step whose values are written out.
type known struct {
	properties stacks.Properties
	// open are the names of properties and parameters whose values are not known.
	open map[string]bool
	// varies says that not all variables are known.
	varies bool
}

// literal reads what is written out of a step's properties.
func literal(n *cfn.Node) known {
	k := known{open: map[string]bool{}}
	values := map[string]any{}
	for _, field := range n.Fields {
		name := strings.TrimSuffix(field.Key, ".$")
		switch {
		case cfn.IsNoValue(field.Value):
		case name != field.Key || field.Value.IsIntrinsic() || !isLiteral(field.Value) && !field.Value.IsMap():
			k.open[name] = true
		case field.Value.IsMap():
			texts := map[string]any{}
			for _, entry := range field.Value.Fields {
				key := strings.TrimSuffix(entry.Key, ".$")
				if key != entry.Key || !isLiteral(entry.Value) {
					k.open[name+"."+key] = true
					k.varies = k.varies || name == "Variables"
					continue
				}
				texts[key] = entry.Value.Text
			}
			values[name] = texts
		default:
			values[name] = field.Value.Text
		}
	}
	k.varies = k.varies || k.open["Variables"]
	text, err := json.Marshal(values)
	if err == nil {
		k.properties, _ = stacks.ReadProperties(text) // texts and objects of texts
	}
	return k
}

func isLiteral(n *cfn.Node) bool {
	expression := n.IsString() && strings.HasPrefix(n.Text, "{%")
	reference := n.IsString() && cfn.IsDynamicReference(n.Text)
	return n.IsScalar() && !expression && !reference
}

// isOpen reports whether a text depends on variables that are not known.
func (k known) isOpen(text string) bool { return k.varies && strings.Contains(text, "${") }
