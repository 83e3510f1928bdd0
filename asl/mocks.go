package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mocks answer Task states in place of what they call: with a result or an error, by attempt and by iteration, after a delay. See [ParseMocks].
type Mocks struct {
	states map[string]*mock
	names  []string // in the order of the file
}

// mock answers one state.
type mock struct {
	attempts   []response // one for each attempt; the last also for all further ones
	iterations map[string]*mock
	fallback   *mock // for the iterations that are not named
}

// response is how one attempt ends.
type response struct {
	result  any
	payload bool // the result is what a Lambda function returns, which lambda:invoke wraps
	failure *Error
	delay   time.Duration
}

// ParseMocks reads mocks from JSON: an object of answers by the name of a Task state. An answer is
//
//	{"result": …}                        the task's whole result
//	{"payload": …}                       of lambda:invoke, what the function returns
//	{"error": "Name", "cause": "why"}    a failure, as Retry and Catch see it
//	[answer, answer, …]                  one for each attempt; the last also for those after it
//	{"iterations": {"0": answer, "default": answer}}    by the index of the innermost Map iteration
//
// Any of the first three may have "delay": seconds, or a duration such as "1m30s". The error names everything that is wrong.
func ParseMocks(text []byte) (*Mocks, error) {
	value, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("the mocks are not JSON: %w", err)
	}
	states, ok := value.(*Object)
	if !ok {
		return nil, fmt.Errorf("the mocks must be an object of answers by step, not %s", typeName(value))
	}
	m := &Mocks{states: map[string]*mock{}}
	r := mockReader{}
	for name, answer := range states.All() {
		m.names = append(m.names, name)
		m.states[name] = r.mock(name, answer)
	}
	if len(r.problems) > 0 {
		return nil, fmt.Errorf("the mocks are not valid:\n%s", strings.Join(r.problems, "\n"))
	}
	return m, nil
}

type mockReader struct{ problems []string }

func (r *mockReader) problem(at, format string, args ...any) {
	r.problems = append(r.problems, "  "+at+": "+fmt.Sprintf(format, args...))
}

func (r *mockReader) mock(at string, value any) *mock {
	switch value := value.(type) {
	case []any:
		m := &mock{}
		if len(value) == 0 {
			r.problem(at, "the list is empty: give an answer for each attempt")
		}
		for i, one := range value {
			m.attempts = append(m.attempts, r.response(at+"["+strconv.Itoa(i)+"]", one))
		}
		return m
	case *Object:
		if iterations, ok := value.Get("iterations"); ok && value.Len() == 1 {
			return r.iterations(at+".iterations", iterations)
		}
	}
	return &mock{attempts: []response{r.response(at, value)}}
}

func (r *mockReader) iterations(at string, value any) *mock {
	m := &mock{iterations: map[string]*mock{}}
	byIndex, ok := value.(*Object)
	if list, isList := value.([]any); isList {
		byIndex, ok = NewObject(len(list)), true
		for i, one := range list {
			byIndex.Set(strconv.Itoa(i), one)
		}
	}
	if !ok {
		r.problem(at, "must be an object of answers by index, or a list of answers, not %s", typeName(value))
		return m
	}
	for index, answer := range byIndex.All() {
		if index == "default" {
			m.fallback = r.mock(at+".default", answer)
			continue
		}
		if n, err := strconv.Atoi(index); err != nil || n < 0 || index != strconv.Itoa(n) {
			r.problem(at, "%q is not the index of an iteration, such as \"0\", nor \"default\"", index)
		}
		m.iterations[index] = r.mock(at+"."+index, answer)
	}
	return m
}

func (r *mockReader) response(at string, value any) response {
	o, ok := value.(*Object)
	if !ok {
		r.problem(at, "must be an object with result, payload or error, not %s", typeName(value))
		return response{}
	}
	var found response
	var kinds []string
	for name, field := range o.All() {
		switch name {
		case "result", "payload":
			kinds = append(kinds, name)
			found.result, found.payload = field, name == "payload"
		case "error":
			kinds = append(kinds, name)
			found.failure = &Error{Name: r.text(at+".error", field)}
		case "cause":
		case "delay":
			found.delay = r.delay(at+".delay", field)
		default:
			r.problem(at, "%q is not known; %s", name, suggestion(name, []string{"result", "payload", "error", "cause", "delay", "iterations"}))
		}
	}
	cause, hasCause := o.Get("cause")
	switch {
	case len(kinds) != 1:
		r.problem(at, "needs one of result, payload and error")
	case hasCause && found.failure == nil:
		r.problem(at+".cause", "belongs to an error")
	case hasCause:
		found.failure.Cause = r.text(at+".cause", cause)
	}
	return found
}

func (r *mockReader) text(at string, value any) string {
	text, ok := value.(string)
	if !ok {
		r.problem(at, "must be a string, not %s", typeName(value))
	}
	return text
}

// delay reads seconds, or a duration with its unit.
func (r *mockReader) delay(at string, value any) time.Duration {
	const most = 365 * 24 * time.Hour
	var d time.Duration
	var err error
	switch value := value.(type) {
	case json.Number:
		d, err = time.ParseDuration(string(value) + "s")
	case string:
		d, err = time.ParseDuration(value)
	default:
		err = fmt.Errorf("%s", typeName(value))
	}
	if err != nil || d < 0 || d > most {
		r.problem(at, "must be seconds, or a duration such as \"1m30s\"")
	}
	return d
}

// Has reports whether the state has an answer.
func (m *Mocks) Has(state string) bool { return m != nil && m.states[state] != nil }

// Names lists the states that have an answer, in the order of the file.
func (m *Mocks) Names() []string {
	if m == nil {
		return nil
	}
	return slices.Clone(m.names)
}

// Answer plays the task's answer. ok is false if there is none. The delay passes on clock; nil is the real time.
func (m *Mocks) Answer(ctx context.Context, clock Clock, task Task) (result any, ok bool, err error) {
	if !m.Has(task.State) {
		return nil, false, nil
	}
	if clock == nil {
		clock = realClock{}
	}
	answer, ok := m.states[task.State].of(task)
	if !ok {
		return nil, false, nil
	}
	if err := clock.Sleep(ctx, answer.delay); err != nil {
		return nil, true, err
	}
	switch {
	case answer.failure != nil:
		return nil, true, answer.failure
	case answer.payload:
		return LambdaResult(answer.result), true, nil
	default:
		return answer.result, true, nil
	}
}

func (m *mock) of(task Task) (response, bool) {
	for m != nil && m.attempts == nil {
		next := m.iterations[strconv.Itoa(task.Iteration)]
		if next == nil {
			next = m.fallback
		}
		m = next
	}
	if m == nil {
		return response{}, false
	}
	return m.attempts[min(task.Attempt, len(m.attempts)-1)], true
}

// LambdaResult is the result of lambda:invoke for a function that returned payload.
func LambdaResult(payload any) *Object {
	return ObjectOf("ExecutedVersion", "$LATEST", "Payload", payload, "StatusCode", json.Number("200"))
}
