package asl

import (
	"errors"
	"strings"
)

// template is a compiled payload template: a JSON value in which parts are replaced. In JSONPath (Parameters, ItemSelector, …) each field whose
// name ends in ".$" gets the value of its path or intrinsic call; in JSONata (Arguments, Output, …) each text {% … %} is its expression's value.
type template struct {
	constant any // the value, if nothing in it is replaced
	dynamic  bool
	object   []templateField
	array    []template
	value    expression // what replaces
	field    string     // the name of the replaced field, for errors
}

type templateField struct {
	name  string
	value template
}

// expression is the value of a ".$" field, or a text {% … %}.
type expression interface {
	evaluate(*scope) (any, error)
}

func (p *path) evaluate(s *scope) (any, error) { return p.find(s) }

// fill gives the template's value in s.
func (t *template) fill(s *scope) (any, error) {
	switch {
	case !t.dynamic:
		return t.constant, nil
	case t.value != nil:
		value, err := t.value.evaluate(s)
		var missing *missingError
		if errors.As(err, &missing) {
			return nil, notFound(missing.path, t.field, s)
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
		object := NewObject(len(t.object))
		for i := range t.object {
			f := &t.object[i]
			value, err := f.value.fill(s)
			if err != nil {
				return nil, err
			}
			object.Set(f.name, value)
		}
		return object, nil
	}
}

// notFound is what Step Functions says of a template's path that names nothing. Nothing catches it.
func notFound(p *path, field string, s *scope) *Error {
	if p.root == variableRoot {
		return failure(Runtime, "The JSONPath '%s' specified for the field '%s' could not be found: the variable has no such value.", p.text, field)
	}
	return failure(Runtime, "The JSONPath '%s' specified for the field '%s' could not be found in the input", p.text, field)
}

// template compiles a payload template of the state's query language; nil if the field is absent.
func (o *object) template(key string) *template {
	v := o.get(key)
	if v == nil {
		return nil
	}
	return o.wholeTemplate(o.under(key, v))
}

func (o *object) wholeTemplate(at *location) *template {
	t := o.compileTemplate(at)
	return &t
}

// selector compiles a template that must be an object.
func (o *object) selector(key string) *template {
	if at, ok := o.field(key); ok && !o.isObject(at) {
		return nil
	}
	return o.template(key)
}

// compileTemplate compiles the value at t.
func (o *object) compileTemplate(at *location) template {
	v := at.value
	switch v.Kind() {
	case Text:
		if expression, ok := o.expressionText(at); ok {
			return template{dynamic: true, value: expression}
		}
	case Array:
		t := template{array: make([]template, v.Len())}
		for i := range v.Len() {
			t.array[i] = o.compileTemplate(at.item(i, v.Item(i)))
			t.dynamic = t.dynamic || t.array[i].dynamic
		}
		return t.settled(v)
	case ObjectKind:
		t := template{object: make([]templateField, 0, v.Len())}
		for i := range v.Len() {
			name, value := v.Field(i)
			f := o.templateField(at.field(name, i, value), name)
			t.dynamic = t.dynamic || f.value.dynamic
			t.object = append(t.object, f)
		}
		o.twice(at)
		return t.settled(v)
	}
	return template{constant: decoded(v)}
}

// settled drops the parts of a template in which nothing is replaced.
func (t template) settled(v Value) template {
	if !t.dynamic {
		return template{constant: decoded(v)}
	}
	return t
}

func (o *object) templateField(at *location, name string) templateField {
	plain, replaced := strings.CutSuffix(name, ".$")
	if !replaced || o.jsonata {
		return templateField{name, o.compileTemplate(at)}
	}
	t := template{dynamic: true, field: name}
	switch kind := at.value.Kind(); {
	case kind == Deferred || kind == Opaque || kind == Text && o.later(at.value):
		t.value = &literal{}
	case kind != Text:
		o.problemAt(at, RuleType, "must be a path such as $.output.Build or a function such as States.Format(…), not %s", kind)
		t.value = &literal{}
	default:
		value, err := parseExpression(at.value.Text())
		if err != nil {
			o.problemAt(at, RulePath, "must be a path such as $.output.Build or a function such as States.Format(…): %s", err)
			value = &literal{}
		}
		t.value = value
	}
	return templateField{plain, t}
}

// twice reports a name that is given with and without ".$".
func (o *object) twice(at *location) {
	replaces := false
	for i := range at.value.Len() {
		name, _ := at.value.Field(i)
		replaces = replaces || strings.HasSuffix(name, ".$")
	}
	if o.jsonata || !replaces {
		return
	}
	all := &object{parser: o.parser, at: at}
	all.index()
	for i := range at.value.Len() {
		name, value := at.value.Field(i)
		if plain, replaced := strings.CutSuffix(name, ".$"); replaced && all.find(plain) >= 0 {
			o.problemAt(at.field(name, i, value), RuleExclusive, "has both %s and %s; remove one of them", plain, name)
		}
	}
}
