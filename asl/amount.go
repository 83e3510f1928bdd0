package asl

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"
)

// amount is a number that is fixed, read from a path, or computed in JSONata.
type amount struct {
	field string // as it is written: "TimeoutSeconds" or "TimeoutSecondsPath"
	given bool
	fixed float64
	path  *path
	query *query
	spec  Field
}

// amount reads a field and the one beside it that ends in Path.
func (o *object) amount(key string) amount {
	o.oneOf(false, key, key+"Path")
	a := amount{field: key}
	if spec := o.spec(key); spec != nil {
		a.spec = *spec
	}
	if q, ok := o.expression(key); ok {
		a.query, a.given = q, true
		return a
	}
	if a.path = o.reference(key + "Path"); a.path != nil {
		a.field, a.given = key+"Path", true
		return a
	}
	a.fixed, a.given = o.float(key)
	return a
}

// in gives the number for a state that sees s; otherwise is what it is if it is not given.
func (a amount) in(s *scope, otherwise float64) (float64, error) {
	switch {
	case a.query != nil:
		return a.computed(s)
	case a.path != nil:
		return a.selected(s)
	case a.given:
		return a.fixed, nil
	default:
		return otherwise, nil
	}
}

func (a amount) computed(s *scope) (float64, error) {
	value, err := a.query.evaluate(s)
	if err != nil {
		return 0, err
	}
	number, ok := value.(json.Number)
	if !ok {
		return 0, a.query.wrong("number", value)
	}
	f, _ := strconv.ParseFloat(string(number), 64)
	if a.spec.Type == IntegerField && f != math.Trunc(f) {
		return 0, failure(QueryEvaluationError, "The JSONata expression '%s' specified for the field '%s' returned %s, which is not a whole number", a.query.text, a.query.field, number)
	}
	return a.bounded(f, func(reason string) *Error {
		return failure(QueryEvaluationError, "The JSONata expression '%s' specified for the field '%s' returned %s, %s", a.query.text, a.query.field, number, reason)
	})
}

// selected reads the number at the path. Texts that write a number count as numbers.
func (a amount) selected(s *scope) (float64, error) {
	value, err := a.path.find(s)
	var missing *missingError
	switch {
	case errors.As(err, &missing):
		return 0, missing.invalid()
	case err != nil:
		return 0, err
	}
	text, isText := value.(string)
	number, isNumeric := value.(json.Number)
	if isText && isNumber(text) {
		number, isNumeric = json.Number(text), true
	}
	kind := "float"
	if a.spec.Type == IntegerField {
		kind = "integer"
	}
	wrong := func() (float64, error) {
		text, plain := looseText(value)
		if !plain {
			encoded, _ := encode(value)
			text = string(encoded)
		}
		return 0, failure(Runtime, "The %s field refers to value \"%s\" which is not a valid %s: %s", a.field, shortened(text), kind, a.path.text)
	}
	if !isNumeric {
		return wrong()
	}
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil && !math.IsInf(f, 0) {
		return wrong()
	}
	if _, whole := wholeNumber(number); a.spec.Type == IntegerField && !whole {
		return wrong()
	}
	return a.bounded(f, func(reason string) *Error {
		return failure(Runtime, "The %s field refers to value %s, %s: %s", a.field, number, reason, a.path.text)
	})
}

func (a amount) bounded(f float64, wrong func(reason string) *Error) (float64, error) {
	if f < a.spec.Min || a.spec.Max > 0 && f > a.spec.Max {
		return 0, wrong("which is not allowed (" + a.spec.allowed() + ")")
	}
	return f, nil
}

// seconds gives the number as a time; 0 if it is not given.
func (a amount) seconds(s *scope) (time.Duration, error) {
	f, err := a.in(s, 0)
	return time.Duration(f * float64(time.Second)), err
}

// fixedSeconds is the number that is written, 0 if it is found only when the state runs.
func (a amount) fixedSeconds() float64 {
	if a.path != nil || a.query != nil {
		return 0
	}
	return a.fixed
}
