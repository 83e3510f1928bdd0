package asl

import (
	"errors"
	"strings"
)

// template is a compiled payload template (Parameters, ItemSelector, ResultSelector): a JSON value in which each field whose name ends in
// ".$" is replaced by the value of its path or intrinsic call, at any depth.
type template struct {
	constant any        // the value, if nothing in it is replaced
	object   []field    // else the fields of an object
	array    []template // or the elements of an array
	dynamic  bool
	field    string     // the name of the replaced field, for errors
	value    expression // or the expression that replaces
}

type field struct {
	name  string
	value template
}

// template reads a payload template field, nil if absent.
func (o *object) template(key string) *template {
	n := o.get(key)
	if n == nil {
		return nil
	}
	if n.fields == nil {
		o.problem(o.at(key), "must be an object, not %s", typeName(n.value))
		return nil
	}
	t := o.compileTemplate(o.at(key), n)
	return &t
}

func (p *parser) compileTemplate(place string, n *node) template {
	t := template{constant: n.value}
	for _, key := range n.keys {
		name, replaced := strings.CutSuffix(key, ".$")
		if !replaced {
			child := p.compileTemplate(within(place, key), n.fields[key])
			t.dynamic = t.dynamic || child.dynamic
			t.object = append(t.object, field{key, child})
			continue
		}
		t.dynamic = true
		if _, twice := n.fields[name]; twice {
			p.problem(within(place, key), "%s is given twice: as %s and as %s", name, name, key)
		}
		text, ok := n.fields[key].value.(string)
		if !ok {
			p.problem(within(place, key), "must be text, a path or an intrinsic call, not %s", typeName(n.fields[key].value))
			continue
		}
		value, err := parseExpression(text)
		if err != nil {
			p.problem(within(place, key), "%s", err)
			continue
		}
		t.object = append(t.object, field{name, template{dynamic: true, field: key, value: value}})
	}
	for i, item := range n.items {
		child := p.compileTemplate(element(place, i), item)
		t.dynamic = t.dynamic || child.dynamic
		t.array = append(t.array, child)
	}
	return t
}

// fill gives the template's value in s. A path that selects nothing is States.ParameterPathFailure.
func (t *template) fill(s *scope) (any, error) {
	switch {
	case !t.dynamic:
		return t.constant, nil
	case t.value != nil:
		value, err := t.value.evaluate(s)
		var missing *missingError
		if errors.As(err, &missing) {
			return nil, failure(ParameterPathFailure, "field %q: %s", t.field, missing)
		}
		return value, err
	case t.array != nil:
		array := make([]any, len(t.array))
		for i := range t.array {
			value, err := t.array[i].fill(s)
			if err != nil {
				return nil, err
			}
			array[i] = value
		}
		return array, nil
	default:
		object := make(map[string]any, len(t.object))
		for i := range t.object {
			value, err := t.object[i].value.fill(s)
			if err != nil {
				return nil, err
			}
			object[t.object[i].name] = value
		}
		return object, nil
	}
}
