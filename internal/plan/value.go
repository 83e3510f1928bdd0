package plan

import (
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// value lets the States Language read a node of a template. A value that is
// AWS::NoValue is not there; a loop is reported elsewhere.
type value struct {
	definition *definition
	node       *cfn.Node
	// field is the entry that the value is of; nil for an item.
	field *cfn.Field
	// parts are the items, or the entries' values, once one was asked for.
	parts []value
}

var _ asl.Value = (*value)(nil)

func (d *definition) value(n *cfn.Node) *value { return &value{definition: d, node: n} }

// inside makes the parts that are there, when one is first asked for.
func (v *value) inside() []value {
	if v.parts != nil {
		return v.parts
	}
	v.parts = make([]value, 0, len(v.node.Items)+len(v.node.Fields))
	for _, item := range v.node.Items {
		if !cfn.IsNoValue(item) {
			v.parts = append(v.parts, value{definition: v.definition, node: item})
		}
	}
	for i := range v.node.Fields {
		if field := &v.node.Fields[i]; !cfn.IsNoValue(field.Value) && !isLoopKey(field.Key) {
			v.parts = append(v.parts, value{definition: v.definition, node: field.Value, field: field})
		}
	}
	return v.parts
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
func (v *value) Len() int { return len(v.inside()) }

// Item implements asl.Value.
func (v *value) Item(i int) asl.Value { return &v.inside()[i] }

// Field implements asl.Value.
func (v *value) Field(i int) (name string, field asl.Value) {
	one := &v.inside()[i]
	return one.field.Key, one
}

// FieldPlace implements asl.Value.
func (v *value) FieldPlace(i int) asl.Place { return placeOf(v.inside()[i].field.Place) }

// Place implements asl.Value.
func (v *value) Place() asl.Place { return placeOf(v.node.Place) }

func placeOf(p problem.Place) asl.Place { return asl.Place{Line: p.Line, Column: p.Column} }
