package cfn

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// FromValue makes a tree of decoded JSON: keys sorted, numbers as json.Number
// or Go's own.
func FromValue(value any) (*Node, error) {
	switch v := value.(type) {
	case nil:
		return &Node{}, nil
	case bool:
		return Boolean(v), nil
	case string:
		return Str(v), nil
	case json.Number:
		if !isNumber(v.String()) {
			return nil, fmt.Errorf("take a value into a template: %q is no number literal", v)
		}
		return &Node{Kind: Number, Text: v.String()}, nil
	case []any:
		n := Seq()
		for _, item := range v {
			child, err := FromValue(item)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, child)
		}
		return n, nil
	case map[string]any:
		n := Obj()
		for _, key := range slices.Sorted(maps.Keys(v)) {
			child, err := FromValue(v[key])
			if err != nil {
				return nil, err
			}
			n.Fields = append(n.Fields, F(key, child))
		}
		return n, nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("take %T into a template: %w", value, err)
	}
	return ReadJSON(text)
}

// Value returns the tree as decoded JSON: map[string]any, []any, string,
// json.Number, bool and nil.
func (n *Node) Value() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Bool:
		return n.Text == "true"
	case Number:
		return json.Number(n.Text)
	case String:
		return n.Text
	case List:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = item.Value()
		}
		return items
	case Map:
		fields := make(map[string]any, len(n.Fields))
		for _, field := range n.Fields {
			fields[field.Key] = field.Value.Value()
		}
		return fields
	default:
		return nil
	}
}
