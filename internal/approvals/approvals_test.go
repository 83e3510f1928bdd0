package approvals_test

import (
	"context"
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

func ask(t *testing.T, m *memory, stack, step, execution, token string) {
	t.Helper()
	event := `{"attiniActionType": "ManualApproval", "stackName": "` + stack + `", "deploymentPlanExecutionMetadata": {"stepName": "` + step + `", "executionArn": "` + execution + `", "sfnToken": "` + token + `"}}`
	require.NoError(t, approvals.Ask(t.Context(), m, []byte(event), time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)))
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
	require.Error(t, approvals.Ask(t.Context(), newMemory(), []byte(`{"stackName": "s"}`), time.Now()))
}
