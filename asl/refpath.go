package asl

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/theory/jsonpath/spec"
)

// target is a ResultPath: a reference path that names the one place in a state's raw input where its result goes.
type target struct {
	text  string
	steps []any // string: field, int: index
}

// parseReference compiles a path that can name one place only ("Reference Paths" in the specification).
func parseReference(text string) (*path, error) {
	p, err := parsePath(text)
	if err != nil {
		return nil, err
	}
	if !p.singular() {
		return nil, fmt.Errorf("path %q can select several values; a reference path names one place with . and [ ] only", text)
	}
	return p, nil
}

func parseTarget(text string) (*target, error) {
	p, err := parseReference(text)
	if err != nil {
		return nil, err
	}
	if p.context {
		return nil, errors.New("the context object cannot be written; use a path that starts with $")
	}
	t := &target{text: text}
	for _, segment := range p.segments {
		switch selector := segment.Selectors()[0].(type) {
		case spec.Name:
			t.steps = append(t.steps, string(selector))
		case spec.Index:
			if selector < 0 {
				return nil, fmt.Errorf("path %q counts from the end of an array; a reference path counts from its start", text)
			}
			t.steps = append(t.steps, int(selector))
		}
	}
	return t, nil
}

// set returns input with value at t's place. It copies what it changes and shares the rest; input itself stays as it was.
// Missing fields are created; an element of an array must exist already.
func (t *target) set(input, value any) (any, error) {
	changed, err := setAt(input, t.steps, value)
	if err != nil {
		return nil, failure(ResultPathMatchFailure, "ResultPath %q cannot be applied to the state's input: %s", t.text, err)
	}
	return changed, nil
}

func setAt(at any, steps []any, value any) (any, error) {
	if len(steps) == 0 {
		return value, nil
	}
	switch step := steps[0].(type) {
	case string:
		object, ok := at.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("field %q belongs into an object, but there is %s", step, typeName(at))
		}
		var next any = map[string]any{}
		if existing, ok := object[step]; ok || len(steps) == 1 {
			next = existing
		} else if _, index := steps[1].(int); index {
			return nil, fmt.Errorf("there is no array %q to put an element into", step)
		}
		changed, err := setAt(next, steps[1:], value)
		if err != nil {
			return nil, err
		}
		object = maps.Clone(object)
		if object == nil {
			object = map[string]any{}
		}
		object[step] = changed
		return object, nil
	case int:
		array, ok := at.([]any)
		if !ok {
			return nil, fmt.Errorf("element %d belongs into an array, but there is %s", step, typeName(at))
		}
		if step >= len(array) {
			return nil, fmt.Errorf("the array has %d elements, so there is no element %d", len(array), step)
		}
		changed, err := setAt(array[step], steps[1:], value)
		if err != nil {
			return nil, err
		}
		array = slices.Clone(array)
		array[step] = changed
		return array, nil
	default:
		return nil, errors.New("the path has a part that is neither a field nor an element")
	}
}
