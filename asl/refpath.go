package asl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// target is a ResultPath: a reference path that names the one place in a state's raw input where its result goes.
type target struct {
	text  string
	steps []step
}

// parseFilterPath compiles an InputPath or OutputPath.
func parseFilterPath(text string) (*path, error) {
	if strings.HasPrefix(text, "States.") {
		return nil, errors.New("an intrinsic function cannot stand here; use it in Parameters or ResultSelector")
	}
	return parsePath(text)
}

func parseTarget(text string) (*target, error) {
	p, err := parseReference(text)
	switch {
	case err != nil:
		return nil, err
	case p.root == contextRoot:
		return nil, errors.New("the context object cannot be written; use a path that starts with $")
	case p.root == variableRoot:
		return nil, errors.New("a variable cannot be written here; use Assign")
	}
	for _, s := range p.steps {
		if s.kind == element && s.index[0] < 0 {
			return nil, fmt.Errorf("path %q counts from the end of an array; a reference path counts from its start", text)
		}
	}
	return &target{text: p.text, steps: p.steps}, nil
}

// set returns input with value at t's place. It copies what it changes and shares the rest; input itself stays as it was.
// Missing fields are created; an element of an array must exist already.
func (t *target) set(input, value any) (any, error) {
	changed, err := setAt(input, t.steps, value)
	if err != nil {
		return nil, failure(ResultPathMatchFailure, "Unable to apply ResultPath %q to the state's input: %s", t.text, err)
	}
	return changed, nil
}

func setAt(at any, steps []step, value any) (any, error) {
	if len(steps) == 0 {
		return value, nil
	}
	if steps[0].kind == property {
		return setField(at, steps, value)
	}
	i := steps[0].index[0]
	array, ok := at.([]any)
	if !ok {
		return nil, fmt.Errorf("element %d belongs into an array, but there is %s", i, typeName(at))
	}
	if i >= len(array) {
		return nil, fmt.Errorf("the array has %d elements, so there is no element %d", len(array), i)
	}
	changed, err := setAt(array[i], steps[1:], value)
	if err != nil {
		return nil, err
	}
	array = slices.Clone(array)
	array[i] = changed
	return array, nil
}

func setField(at any, steps []step, value any) (any, error) {
	name := steps[0].names[0]
	o, ok := at.(*Object)
	if !ok {
		return nil, fmt.Errorf("field %q belongs into an object, but there is %s", name, typeName(at))
	}
	var next any = NewObject(1)
	if existing, ok := o.Get(name); ok || len(steps) == 1 {
		next = existing
	} else if steps[1].kind == element {
		return nil, fmt.Errorf("there is no array %q to put an element into", name)
	}
	changed, err := setAt(next, steps[1:], value)
	if err != nil {
		return nil, err
	}
	o = clone(o)
	o.Set(name, changed)
	return o, nil
}

// read finds p for a field whose path must name something.
func (p *path) read(s *scope) (any, error) {
	value, err := p.find(s)
	var missing *missingError
	if errors.As(err, &missing) {
		return nil, missing.invalid()
	}
	return value, err
}
