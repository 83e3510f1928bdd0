package schema

import (
	"strconv"
	"strings"

	"github.com/attini-go/runner/cfn"
)

// values are the properties of one object that were read without an error.
type values struct {
	nodes      map[string]*cfn.Node
	properties []property
	// opaque is true when the whole object is an intrinsic function: then
	// nothing of it is known, not even that a default applies.
	opaque bool
	// nested are the objects inside.
	nested map[string]values
}

func (o values) has(name string) bool { return o.nodes[name] != nil }

// inside returns the values of a nested object; an absent one has defaults.
func (o values) inside(name string, properties []property) values {
	if nested, ok := o.nested[name]; ok {
		return nested
	}
	return values{properties: properties, opaque: o.has(name) || o.opaque}
}

// fallback is the documented default of a property.
func (o values) fallback(name string) any {
	for _, p := range o.properties {
		if p.name == name && !o.opaque {
			return p.fallback
		}
	}
	return nil
}

func textOf(o values, name string) Value[string] {
	n := o.nodes[name]
	if n == nil {
		literal, known := o.fallback(name).(string)
		return Value[string]{Literal: literal, Known: known}
	}
	if unresolved(n) {
		return Value[string]{Node: n}
	}
	return Value[string]{Node: n, Literal: n.Text, Known: true}
}

func integerOf(o values, name string) Value[int] {
	n := o.nodes[name]
	if n == nil {
		literal, known := o.fallback(name).(int)
		return Value[int]{Literal: literal, Known: known}
	}
	literal, ok := wholeNumber(n)
	return Value[int]{Node: n, Literal: literal, Known: ok}
}

func listOf(o values, name string) Value[[]string] {
	n := o.nodes[name]
	if n == nil || unresolved(n) {
		return Value[[]string]{Node: n}
	}
	items := listItems(n)
	literal := make([]string, len(items))
	for i, item := range items {
		if unresolved(item) {
			return Value[[]string]{Node: n}
		}
		literal[i] = item.Text
	}
	return Value[[]string]{Node: n, Literal: literal, Known: true}
}

// listItems are the items of a list, or of a text separated by commas.
func listItems(n *cfn.Node) []*cfn.Node {
	if n.IsList() {
		return n.Items
	}
	var items []*cfn.Node
	for part := range strings.SplitSeq(n.Text, ",") {
		items = append(items, &cfn.Node{Kind: cfn.String, Text: strings.TrimSpace(part), Place: n.Place})
	}
	return items
}

// unresolved reports whether only the deployment knows the value.
func unresolved(n *cfn.Node) bool {
	_, _, intrinsic := cfn.Intrinsic(n)
	return intrinsic || n.IsString() && cfn.IsDynamicReference(n.Text)
}

// wholeNumber reads a number, or a string that holds one. CloudFormation hands
// numbers on as strings; 5.0 and 5e0 are the number 5.
func wholeNumber(n *cfn.Node) (int, bool) {
	if !n.IsString() && (n == nil || n.Kind != cfn.Number) {
		return 0, false
	}
	if value, err := strconv.Atoi(n.Text); err == nil {
		return value, !strings.HasPrefix(n.Text, "+")
	}
	if n.IsString() {
		return 0, false
	}
	value, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || value != float64(int(value)) {
		return 0, false
	}
	return int(value), true
}
