package jsonata

import (
	"context"
)

// Expression is a compiled expression. It is safe for concurrent use.
type Expression struct {
	source    string
	root      *node
	functions map[string]*function
	variables []string
	fields    map[string][]string
}

// Undefined is the value of what does not exist, such as a missing field. As the
// input of Evaluate it says that there is no input at all; nil is JSON's null.
type Undefined struct{}

// Compile parses an expression. An error is an *Error with the code and the
// position of the fault.
func Compile(expression string) (*Expression, error) {
	root, err := parse(expression)
	if err != nil {
		return nil, err
	}
	names := analyse(root)
	return &Expression{source: expression, root: root, functions: names.functions, variables: names.free, fields: names.fields}, nil
}

// String returns the source of the expression.
func (e *Expression) String() string { return e.source }

// Variables lists the variables that the expression reads and does not set
// itself, sorted and without the $. Functions of the language are not listed.
func (e *Expression) Variables() []string {
	return append([]string(nil), e.variables...)
}

// Fields lists the fields of a variable that the expression names, sorted: of
// $states.input.a, the field of "states" is "input". The variable's name has no $.
func (e *Expression) Fields(variable string) []string {
	return append([]string(nil), e.fields[variable]...)
}

// Evaluate returns the value of the expression for an input and variables, whose
// names have no $. It reports defined as false if the expression has no value,
// for example because a field is missing. A function has no JSON value: as a
// result it is an error with [CodeFunction], in objects it is omitted and in arrays null.
//
// The returned value may share parts with the input. An error is an *Error; if
// ctx has ended, it wraps ctx.Err().
func (e *Expression) Evaluate(ctx context.Context, input any, variables map[string]any) (value any, defined bool, err error) {
	return e.evaluate(ctx, input, variables, usualLimits(), Surroundings{})
}

func (e *Expression) evaluate(ctx context.Context, input any, variables map[string]any, within limits, in Surroundings) (value any, defined bool, err error) {
	ev := &evaluator{ctx: ctx, functions: e.functions, limits: within, now: in.now(), surroundings: in}
	root := &frame{}
	for name, value := range variables {
		root.bind(name, value)
	}
	root.bind("$", input)
	if items, ok := input.([]any); ok {
		// One input, and not as many as the array has items.
		input = &array{items: []any{items}, sequence: true, outer: true}
	}
	result, err := ev.eval(e.root, input, root)
	if err == nil {
		result, err = export(result)
	}
	if err != nil {
		return nil, false, complete(err)
	}
	if isUndefined(result) {
		return nil, false, nil
	}
	return result, true, nil
}
