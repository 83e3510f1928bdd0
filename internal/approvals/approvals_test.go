package approvals_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/launch/message"
)

// memory is a store, and the steps.
type memory struct {
	waiting  map[string]approvals.Waiting
	outputs  map[string]string
	failures map[string]message.Failure
	ended    bool
}

func newMemory() *memory {
	return &memory{waiting: map[string]approvals.Waiting{}, outputs: map[string]string{}, failures: map[string]message.Failure{}}
}

func (m *memory) Put(_ context.Context, w approvals.Waiting) error {
	m.waiting[w.Name()] = w
	return nil
}

func (m *memory) Find(_ context.Context, prefix string) (found []approvals.Waiting, err error) {
	for name, w := range m.waiting {
		if strings.HasPrefix(name, prefix) {
			found = append(found, w)
		}
	}
	slices.SortFunc(found, func(a, b approvals.Waiting) int { return strings.Compare(a.Name(), b.Name()) })
	return found, nil
}

func (m *memory) Remove(_ context.Context, w approvals.Waiting) error {
	delete(m.waiting, w.Name())
	return nil
}

func (m *memory) Succeed(_ context.Context, token string, output []byte) error {
	if m.ended {
		return approvals.ErrEnded
	}
	m.outputs[token] = string(output)
	return nil
}

func (m *memory) Fail(_ context.Context, token string, failure message.Failure) error {
	m.failures[token] = failure
	return nil
}

// planOf says that every execution is one of a stack's plan.
func planOf(stack string) approvals.PlanStack {
	return func(context.Context, string) (string, error) { return stack, nil }
}

func ask(t *testing.T, m *memory, stack, step, execution, token string) {
	t.Helper()
	event := `{"attiniActionType": "ManualApproval", "stackName": "` + stack + `", "deploymentPlanExecutionMetadata": {"stepName": "` + step + `", "executionArn": "` + execution + `", "sfnToken": "` + token + `"}}`
	require.NoError(t, approvals.Ask(t.Context(), m, planOf(stack), []byte(event), time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)))
}

func TestApprove(t *testing.T) {
	t.Parallel()
	m := newMemory()
	ask(t, m, "shop", "Release", "arn:x:execution:Plan:1", "a")
	ask(t, m, "shop", "Relea", "arn:x:execution:Plan:1", "b")
	ask(t, m, "shop2", "Release", "arn:x:execution:Plan:1", "c")
	w, err := approvals.Resolve(t.Context(), m, "shop", "Release", "")
	require.NoError(t, err)
	require.NoError(t, approvals.Give(t.Context(), m, m, w, approvals.Answer{Approved: true, Message: `go "on"`}))
	assert.Equal(t, map[string]string{"a": `{"message":"go \"on\""}`}, m.outputs)
	assert.Len(t, m.waiting, 2, "an answered step is forgotten")
	_, err = approvals.Resolve(t.Context(), m, "shop", "Release", "")
	require.ErrorContains(t, err, "Relea,", "those that wait are listed")
	_, err = approvals.Resolve(t.Context(), m, "other", "Release", "")
	require.ErrorContains(t, err, "no step")
}

func TestReject(t *testing.T) {
	t.Parallel()
	m := newMemory()
	ask(t, m, "shop", "Release", "arn:x:execution:Plan:1", "a")
	ask(t, m, "shop", "Release", "arn:x:execution:Plan:2", "b")
	_, err := approvals.Resolve(t.Context(), m, "shop", "Release", "")
	require.ErrorContains(t, err, "--execution")
	w, err := approvals.Resolve(t.Context(), m, "shop", "Release", "2")
	require.NoError(t, err)
	require.NoError(t, approvals.Give(t.Context(), m, m, w, approvals.Answer{Message: "not today"}))
	assert.Equal(t, map[string]message.Failure{"b": {Name: "ManuallyAborted", Cause: "not today"}}, m.failures)
}

// TestEnded: a step that waits no more is forgotten, and whoever answers is told.
func TestEnded(t *testing.T) {
	t.Parallel()
	m := newMemory()
	ask(t, m, "shop", "Release", "arn:x:execution:Plan:1", "a")
	m.ended = true
	w, err := approvals.Resolve(t.Context(), m, "shop", "Release", "")
	require.NoError(t, err)
	require.ErrorIs(t, approvals.Give(t.Context(), m, m, w, approvals.Answer{Approved: true}), approvals.ErrEnded)
	assert.Empty(t, m.waiting)
}

// TestNoToken: a request without a token cannot be kept.
func TestNoToken(t *testing.T) {
	t.Parallel()
	require.Error(t, approvals.Ask(t.Context(), newMemory(), planOf("s"), []byte(`{"stackName": "s"}`), time.Now()))
}

// TestForgedApproval: whoever may call the launcher can have a step of his own wait, under
// another stack's name, for that stack's approvers.
func TestForgedApproval(t *testing.T) {
	t.Parallel()
	const own = "arn:aws:states:eu-west-1:111122223333:execution:EvilPlan:1"
	for name, c := range map[string]struct{ plan, stack, step, execution string }{
		"another stack":                 {"evil", "dev-shop", "Release", own},
		"a name that begins as its":     {"evil", "dev-shop#Release", "Release", own},
		"no plan's execution":           {"", "dev-shop", "Release", "EvilPlan"},
		"in other letters":              {"evil", "Dev-shop", "Release", own},
		"a line of the approvers' list": {"evil", "evil", "x\n  Release, since", own},
		"an escape sequence in it":      {"evil", "evil", "Release", own + "\x1b[2J"},
	} {
		m := newMemory()
		event, err := json.Marshal(map[string]any{"stackName": c.stack, "deploymentPlanExecutionMetadata": map[string]any{"stepName": c.step, "executionArn": c.execution, "sfnToken": "evil"}})
		require.NoError(t, err)
		err = approvals.Ask(t.Context(), m, planOf(c.plan), event, time.Now())
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "\n", name)
		assert.Empty(t, m.waiting, name)
	}
	// An item of before, whose stack's name goes on after that of the one that is asked for.
	m := newMemory()
	require.NoError(t, m.Put(t.Context(), approvals.Waiting{Stack: "dev-shop#Release", Step: "Release", Token: "evil"}))
	_, err := approvals.Resolve(t.Context(), m, "dev-shop", "Release", "")
	require.ErrorContains(t, err, "no step")
}
