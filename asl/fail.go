package asl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// fail is a Fail state.
type fail struct{ name, cause failText }

// failText is an error's name or cause: fixed, read from a path, or computed.
type failText struct {
	field string
	fixed string
	from  expression
}

func (o *object) fail(s *state) {
	s.work = fail{name: o.failText("Error"), cause: o.failText("Cause")}
}

func (o *object) failText(key string) failText {
	o.oneOf(false, key, key+"Path")
	if q, ok := o.expression(key); ok {
		return failText{field: key, from: q}
	}
	if from, ok := compile(o, key+"Path", RulePath, parseTextExpression); ok {
		return failText{field: key + "Path", from: from}
	}
	fixed, _ := o.text(key)
	return failText{field: key, fixed: fixed}
}

func (t failText) in(s *scope) (string, error) {
	if t.from == nil {
		return t.fixed, nil
	}
	value, err := t.from.evaluate(s)
	var missing *missingError
	switch {
	case errors.As(err, &missing):
		return "", notFound(missing.path, t.field, s)
	case err != nil:
		return "", err
	}
	text, ok := value.(string)
	if q, computed := t.from.(*query); !ok && computed {
		return "", q.wrong("string", value)
	}
	if !ok {
		return "", failure(Runtime, "%s gives %s instead of a string", t.field, typeName(value))
	}
	return text, nil
}

func (w fail) do(_ context.Context, v *visit, input any) (outcome, error) {
	s := v.scope(input)
	name, err := w.name.in(s)
	if err != nil {
		return outcome{}, err
	}
	cause, err := w.cause.in(s)
	if err != nil {
		return outcome{}, err
	}
	return outcome{}, &Error{Name: name, Cause: cause}
}

// textFunctions are the intrinsics a Fail state's ErrorPath and CausePath may call: those that give text.
func textFunctions() []string {
	return []string{
		"States.Format", "States.JsonToString", "States.ArrayGetItem", "States.Base64Encode", "States.Base64Decode", "States.Hash", "States.UUID",
	}
}

// parseTextExpression compiles an ErrorPath or CausePath: a reference path or one of the functions that give text.
func parseTextExpression(text string) (expression, error) {
	if strings.HasPrefix(text, "$") {
		return parseReference(text)
	}
	e, err := parseExpression(text)
	if c, ok := e.(*call); err == nil && ok && !slices.Contains(textFunctions(), c.name) {
		return nil, fmt.Errorf("%s cannot be called here; the functions that give text are %s", c.name, strings.Join(textFunctions(), ", "))
	}
	return e, err
}
