package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// tasksFunc lets a function do the tasks.
type tasksFunc func(ctx context.Context, task asl.Task) (any, error)

func (f tasksFunc) Do(ctx context.Context, task asl.Task) (any, error) { return f(ctx, task) }

// echo answers every task with its input.
func echo(_ context.Context, task asl.Task) (any, error) { return task.Input, nil }

// recorder keeps the events of a run.
type recorder struct {
	mutex  sync.Mutex
	events []asl.Event
}

func (r *recorder) Observe(e asl.Event) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.events = append(r.events, e)
}

// lines are the events as "Kind Path".
func (r *recorder) lines() []string {
	lines := []string{}
	for _, e := range r.events {
		lines = append(lines, string(e.Kind)+" "+e.Path)
	}
	return lines
}

func parse(t *testing.T, definition string) *asl.Machine {
	t.Helper()
	m, err := asl.Parse([]byte(definition))
	require.NoError(t, err)
	return m
}

// single is a machine of one state, S, given its fields.
func single(fields string) string {
	return `{"StartAt": "S", "States": {"S": {` + fields + `}}}`
}

// execute runs a definition with the echoing tasks.
func execute(t *testing.T, definition, input string) (string, error) {
	t.Helper()
	output, err := parse(t, definition).Run(t.Context(), asl.Execution{Input: json.RawMessage(input)}, asl.Options{Tasks: tasksFunc(echo)})
	return string(output), err
}

// failureOf is the failure an execution ended with.
func failureOf(t *testing.T, err error) *asl.Error {
	t.Helper()
	var failure *asl.Error
	require.True(t, errors.As(err, &failure), "want *asl.Error, got %v", err)
	return &asl.Error{Name: failure.Name, Cause: whereabouts.ReplaceAllString(failure.Cause, ""), State: failure.State}
}

// whereabouts is how the causes of the interpreter's own failures begin.
var whereabouts = regexp.MustCompile(`^An error occurred while executing the state '[^']*' \(entered at the event id #\d+\)\. `)

// echoLong answers every task with more than tests allow.
func echoLong(context.Context, asl.Task) (any, error) { return strings.Repeat("x", 100), nil }

// problemsOf are the problems of a definition.
func problemsOf(err error) []asl.Problem {
	var definition *asl.DefinitionError
	if errors.As(err, &definition) {
		return definition.Problems
	}
	return nil
}
