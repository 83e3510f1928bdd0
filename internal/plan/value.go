package plan

import (
	"slices"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// value lets the States Language read a node of a template. A value that is
// AWS::NoValue is not there; a loop is reported elsewhere.
type value struct {
	definition *definition
	node       *cfn.Node
	filtered   bool
	items      []*cfn.Node
	fields     []cfn.Field
}

var _ asl.Value = (*value)(nil)

func (d *definition) value(n *cfn.Node) *value { return &value{definition: d, node: n} }

// filter leaves out what is not there, when a part is first asked for.
func (v *value) filter() *value {
	if v.filtered {
		return v
	}
	v.filtered = true
	v.items, v.fields = v.node.Items, v.node.Fields
	if slices.ContainsFunc(v.items, cfn.IsNoValue) {
		v.items = slices.DeleteFunc(slices.Clone(v.items), cfn.IsNoValue)
	}
	absent := func(field cfn.Field) bool { return cfn.IsNoValue(field.Value) || isLoopKey(field.Key) }
	if slices.ContainsFunc(v.fields, absent) {
		v.fields = slices.DeleteFunc(slices.Clone(v.fields), absent)
	}
	return v
}

// Kind implements asl.Value.
func (v *value) Kind() asl.Kind {
	name, condition, isFunction := cfn.Intrinsic(v.node)
	switch {
	case v.definition.structure[v.node]:
		return asl.ObjectKind
	case v.node == v.definition.opaque || isLoop(v.node):
		return asl.Opaque
	case isFunction && name != "Condition":
		return asl.Deferred
	case isFunction && !isExpression(condition): // a rule in JSONata may have nothing else
		return asl.Opaque // checkLiterals reports it
	}
	return [...]asl.Kind{
		cfn.Null: asl.Null, cfn.Bool: asl.Boolean, cfn.Number: asl.Number, cfn.String: asl.Text, cfn.List: asl.Array, cfn.Map: asl.ObjectKind,
	}[v.node.Kind]
}

// Text implements asl.Value.
func (v *value) Text() string { return v.node.Text }

// Len implements asl.Value.
func (v *value) Len() int {
	if v.node.Kind == cfn.Map {
		return len(v.filter().fields)
	}
	return len(v.filter().items)
}

// Item implements asl.Value.
func (v *value) Item(i int) asl.Value { return v.definition.value(v.filter().items[i]) }

// Field implements asl.Value.
func (v *value) Field(i int) (name string, field asl.Value) {
	one := v.filter().fields[i]
	return one.Key, v.definition.value(one.Value)
}

// FieldPlace implements asl.Value.
func (v *value) FieldPlace(i int) asl.Place { return placeOf(v.filter().fields[i].Place) }

// Place implements asl.Value.
func (v *value) Place() asl.Place { return placeOf(v.node.Place) }

func placeOf(p problem.Place) asl.Place { return asl.Place{Line: p.Line, Column: p.Column} }
