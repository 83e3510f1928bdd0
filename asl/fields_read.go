package asl

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// text reads a text that is known; ok is false too for one that the deployment gives.
func (o *object) text(key string) (text string, ok bool) {
	value, ok := o.known(key)
	if !ok || o.later(value) {
		return "", false
	}
	if value.Kind() != Text {
		o.problemAt(o.under(key, value), RuleType, "must be a string, not %s%s", value.Kind(), when(isScalar(value), "; put it in quotes"))
		return "", false
	}
	text = value.Text()
	spec := o.spec(key)
	if spec != nil && len(spec.Values) > 0 && !slices.Contains(spec.Values, text) {
		o.problemAt(o.under(key, value), RuleValue, "%q is not allowed (allowed: %s)", text, strings.Join(spec.Values, ", "))
		return "", false
	}
	return text, true
}

// name reads the name of a state, which has to be known.
func (o *object) name(key string) (name string, ok bool) {
	value, ok := o.known(key)
	if !ok {
		return "", false
	}
	if value.Kind() != Text {
		o.problemAt(o.under(key, value), RuleType, "must be the name of a state, not %s", value.Kind())
		return "", false
	}
	return value.Text(), true
}

func isScalar(v Value) bool { return v.Kind() == Number || v.Kind() == Boolean }

func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

// required reads a text that must be there.
func (o *object) required(key, what string) string {
	text, ok := o.text(key)
	o.present(key, what, text, ok)
	return text
}

// present reports a text that is missing or empty.
func (o *object) present(key, what, text string, ok bool) {
	if !o.has(key) {
		o.missing(key, RuleRequired, "%s is required: %s", key, what)
	} else if ok && text == "" {
		o.problemAt(o.under(key, o.get(key)), RuleRequired, "is empty: give %s", what)
	}
}

const writtenOut = "; it has to be written out: CloudFormation substitutes texts into a definition, never numbers or booleans"

func (o *object) flag(key string) (isTrue, ok bool) {
	value, ok := o.known(key)
	if !ok {
		return false, false
	}
	if value.Kind() != Boolean {
		o.problemAt(o.under(key, value), RuleType, "must be true or false, not %s%s", value.Kind(), when(o.later(value), writtenOut))
		return false, false
	}
	return value.Text() == "true", true
}

// number reads a number within the bounds of its field.
func (o *object) number(key string) (json.Number, bool) {
	value, ok := o.known(key)
	if !ok {
		return "", false
	}
	if value.Kind() != Number {
		advice := when(o.later(value) || value.Kind() == Text && isNumber(value.Text()), writtenOut)
		if advice != "" && o.spec(key+"Path") != nil && !o.jsonata {
			advice += ", or taken from the state's input with " + key + "Path"
		}
		o.problemAt(o.under(key, value), RuleNumber, "must be a number, not %s%s", value.Kind(), advice)
		return "", false
	}
	number := json.Number(value.Text())
	if spec := o.spec(key); spec != nil && !spec.allows(number) {
		o.problemAt(o.under(key, value), RuleRange, "%s is not allowed (%s)", number, spec.allowed())
		return "", false
	}
	return number, true
}

// allows reports whether a number is within the field's bounds.
func (f *Field) allows(number json.Number) bool {
	if f.Type == IntegerField {
		i, ok := wholeNumber(number)
		return ok && float64(i) >= f.Min && (f.Max == 0 || float64(i) <= f.Max)
	}
	value, _ := strconv.ParseFloat(string(number), 64) // beyond the range it is infinite
	return value >= f.Min && (f.Max == 0 || value <= f.Max)
}

func (f *Field) allowed() string {
	kind := "a number"
	if f.Type == IntegerField {
		kind = "a whole number"
	}
	if f.Max == 0 {
		return fmt.Sprintf("%s from %.0f", kind, f.Min)
	}
	return fmt.Sprintf("%s from %.0f to %.0f", kind, f.Min, f.Max)
}

func (o *object) integer(key string) (int64, bool) {
	number, ok := o.number(key)
	if !ok {
		return 0, false
	}
	return wholeNumber(number)
}

func (o *object) float(key string) (float64, bool) {
	number, ok := o.number(key)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(number), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// compile reads a text field with the given compiler and reports what the compiler says.
func compile[T any](o *object, key string, rule Rule, compiler func(string) (T, error)) (compiled T, ok bool) {
	text, ok := o.text(key)
	if !ok {
		return compiled, false
	}
	compiled, err := compiler(text)
	if err != nil {
		o.problemAt(o.under(key, o.get(key)), rule, "%s", err)
		return compiled, false
	}
	return compiled, true
}

// reference reads a reference path field, nil if absent or wrong.
func (o *object) reference(key string) *path {
	p, _ := compile(o, key, RulePath, parseReference)
	return p
}

// oneOf reports fields of which at most one, or exactly one, is wanted, and whether that holds.
func (o *object) oneOf(need bool, keys ...string) bool {
	var present []string
	for _, key := range keys {
		if o.has(key) {
			present = append(present, key)
		}
	}
	switch {
	case len(present) > 1:
		o.problemKey(o.under(present[1], o.get(present[1])), RuleExclusive, "has both %s; remove all but one of them", strings.Join(present, " and "))
	case len(present) == 0 && need:
		o.missing(keys[0], RuleRequired, "one of %s is required", strings.Join(keys, ", "))
	default:
		return true
	}
	return false
}

// expression reads a text {% … %} of a field that can be computed; ok is false for anything else, and for JSONPath.
func (o *object) expression(key string) (*query, bool) {
	value, ok := o.known(key)
	if !ok || !o.jsonata || value.Kind() != Text || o.later(value) {
		return nil, false
	}
	text, ok := expressionOf(value.Text())
	if !ok {
		return nil, false
	}
	return o.compileQuery(o.under(key, value), text), true
}

// expressionText compiles the text at t if it is {% … %} in a state of JSONata.
func (o *object) expressionText(at *location) (expression, bool) {
	if !o.jsonata || o.later(at.value) {
		return nil, false
	}
	text, ok := expressionOf(at.value.Text())
	if !ok {
		return nil, false
	}
	return o.compileQuery(at, text), true
}

func (o *object) compileQuery(at *location, text string) *query {
	q, err := compileQuery(text, at.slashed())
	if err != nil {
		o.problemAt(at, RuleExpression, "%s", err)
		return q
	}
	o.checkStates(at, q)
	return q
}

// checkStates reports the parts of $states that a field does not have. Step Functions knows them by the field, when it creates the machine.
func (o *object) checkStates(at *location, q *query) {
	field, inside, _ := strings.Cut(q.field, "/")
	if field == "Catch" {
		_, field, _ = strings.Cut(inside, "/")
		field, _, _ = strings.Cut(field, "/")
		field = "Catch/" + field
	}
	for _, part := range q.compiled.Fields("states") {
		switch part {
		case "result":
			if field != "Output" && field != "Assign" || o.state == nil || !givesResult(o.state.kind) {
				o.problemAt(at, RuleExpression, "has no $states.result; only Output and Assign of a Task, Parallel or Map state have it")
			}
		case "errorOutput":
			if field != "Catch/Output" && field != "Catch/Assign" {
				o.problemAt(at, RuleExpression, "has no $states.errorOutput; only Output and Assign of a catcher have it")
			}
		}
	}
}

// givesResult reports whether a type of state gives $states.result.
func givesResult(kind string) bool { return kind == "Task" || kind == "Parallel" || kind == "Map" }
