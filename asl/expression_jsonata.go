package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/attini-go/runner/asl/jsonata"
)

// expressionOf takes the text between {% and %}; ok is false for any other text, even one with a blank before it.
func expressionOf(text string) (inside string, ok bool) {
	if len(text) < 4 || !strings.HasPrefix(text, "{%") || !strings.HasSuffix(text, "%}") {
		return "", false
	}
	return strings.TrimSpace(text[2 : len(text)-2]), true
}

// query is a compiled JSONata expression with the field that it stands in: "Output/result", as the service's messages name it.
type query struct {
	text     string
	field    string
	compiled *jsonata.Expression
}

func compileQuery(text, field string) (*query, error) {
	compiled, err := jsonata.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("is not a JSONata expression: %w", err)
	}
	if slices.Contains(compiled.Variables(), "eval") {
		return nil, errors.New("cannot use $eval, which Step Functions does not have; $parse reads JSON")
	}
	return &query{text: text, field: field, compiled: compiled}, nil
}

// evaluation lends an execution's means to the expressions of its states. It keeps what was converted for JSONata before.
type evaluation struct {
	ctx         context.Context //nolint:containedctx // an expression's evaluation ends with its state
	contextOnce func() *jsonata.Object
	clock       Clock
	random      func() float64 // nil: random numbers
}

// surroundings are those of an expression that is evaluated now.
func (e *evaluation) surroundings() jsonata.Surroundings {
	if e == nil || e.clock == nil {
		return jsonata.Surroundings{}
	}
	return jsonata.Surroundings{Now: e.clock.Now(), Random: e.random}
}

// fixed is a part of the context object that stays the same during an execution.
func (e *evaluation) fixed(name string) (any, bool) {
	if e == nil || e.contextOnce == nil {
		return nil, false
	}
	return e.contextOnce().Get(name)
}

// evaluate gives the expression's value. Nothing, and what is no JSON, are failures of the state.
func (q *query) evaluate(s *scope) (any, error) {
	variables := make(map[string]any, len(s.variables)+1)
	for name, value := range s.variables {
		if strings.Contains(q.text, "$"+name) { // a variable may also have the name of a function, which it hides
			variables[name] = toQuery(value)
		}
	}
	variables["states"] = s.queryStates()
	ctx := context.Background()
	if s.eval != nil {
		ctx = s.eval.ctx
	}
	value, defined, err := q.compiled.EvaluateIn(ctx, jsonata.Undefined{}, variables, s.eval.surroundings())
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		var fault *jsonata.Error
		text := err.Error()
		if errors.As(err, &fault) && fault.Code == jsonata.CodeFunction {
			return nil, failure(QueryEvaluationError, "The JSONata expression '%s' specified for the field '%s' returned an unsupported result type.", q.text, q.field)
		}
		if fault != nil {
			text = fault.Error()
		}
		return nil, failure(QueryEvaluationError, "The JSONata expression '%s' specified for the field '%s' threw an error during evaluation. %s", q.text, q.field, text)
	case !defined:
		return nil, failure(QueryEvaluationError, "The JSONata expression '%s' specified for the field '%s' returned nothing (undefined).", q.text, q.field)
	}
	return fromQuery(value), nil
}

// wrong is the failure of an expression whose value has not the type that its field needs.
func (q *query) wrong(want string, value any) *Error {
	text, _ := encode(value)
	return failure(QueryEvaluationError, "The JSONata expression '%s' specified for the field '%s' returned an unexpected result type. Expected '%s', but was '%s' for value: %s",
		q.text, q.field, want, queryType(value), shortened(string(text)))
}

// shortened keeps payload out of messages but for its beginning.
func shortened(text string) string {
	const most = 100
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// converted is a value in JSONata's form, made when it is first asked for: a Map's input is asked for by each of its items.
type converted struct {
	once  sync.Once
	value any
}

func (c *converted) of(value any) any {
	if c == nil {
		return toQuery(value)
	}
	c.once.Do(func() { c.value = toQuery(value) })
	return c.value
}

// queryStates is $states.
func (s *scope) queryStates() any {
	states := jsonata.NewObject(4)
	states.Set("input", s.converted.of(s.input))
	if s.hasResult {
		states.Set("result", toQuery(s.result))
	}
	if s.hasError {
		states.Set("errorOutput", toQuery(s.errorOutput))
	}
	if s.context != nil {
		states.Set("context", s.queryContext())
	}
	return states
}

// queryContext is $states.context. The part that stays the same during an execution is converted once.
func (s *scope) queryContext() any {
	all := jsonata.NewObject(5)
	for name, value := range s.context().All() {
		if fixed, ok := s.eval.fixed(name); ok {
			value = fixed
		} else {
			value = toQuery(value)
		}
		all.Set(name, value)
	}
	return all
}

// toQuery converts a value for JSONata, whose numbers are Go's.
func toQuery(value any) any {
	switch value := value.(type) {
	case json.Number:
		number, err := strconv.ParseFloat(string(value), 64)
		if err != nil {
			return math.Copysign(math.MaxFloat64, number)
		}
		if len(value) > 15 && !strings.ContainsAny(string(value), ".eE") {
			if exact, err := strconv.ParseInt(string(value), 10, 64); err == nil && int64(number) != exact {
				return exact
			}
		}
		return number
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = toQuery(item)
		}
		return items
	case *Object:
		o := jsonata.NewObject(value.Len())
		for name, field := range value.All() {
			o.Set(name, toQuery(field))
		}
		return o
	default:
		return value
	}
}

func fromQuery(value any) any {
	switch value := value.(type) {
	case float64:
		text, err := jsonata.Encode(value)
		if err != nil {
			return nil
		}
		return json.Number(text)
	case int64:
		return json.Number(strconv.FormatInt(value, 10))
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = fromQuery(item)
		}
		return items
	case *jsonata.Object:
		o := NewObject(value.Len())
		for name, field := range value.All() {
			o.Set(name, fromQuery(field))
		}
		return o
	default:
		return value
	}
}

// queryType is a value's type as JSONata names it.
func queryType(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	default:
		return "object"
	}
}
