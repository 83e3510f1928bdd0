package main

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/stacks"
)

// recordingStacks keeps what it is told of steps that wait.
type recordingStacks struct {
	deployed, asked []string
	changed         []stacks.StackEvent
}

func (r *recordingStacks) Deploy(_ context.Context, event []byte) error {
	r.deployed = append(r.deployed, string(event))
	return errTold
}

func (r *recordingStacks) StackChanged(_ context.Context, event stacks.StackEvent) error {
	r.changed = append(r.changed, event)
	return errTold
}

// TestWaitingSteps: what is for stacks and for people gets to where it belongs; an error is
// returned, so that Lambda delivers the event again.
func TestWaitingSteps(t *testing.T) {
	t.Parallel()
	told, launched := &recordingStacks{}, &recordingLauncher{err: errTold}
	h := handler{logger: slog.New(slog.DiscardHandler), launcher: launched, stacks: told, ask: func(_ context.Context, event []byte) error {
		told.asked = append(told.asked, string(event))
		return errTold
	}}
	for _, event := range []string{
		`{"attiniActionType":"DeployCfn"}`, `{"attiniActionType":"ManualApproval"}`,
		`{"attiniActionType":"PackageSam"}`, `{"attiniActionType":"DeployCdk"}`, `{"attiniActionType":"DeployCdkChangeset"}`,
		`{"source":"aws.cloudformation","detail-type":"CloudFormation Stack Status Change","detail":{"stack-id":"arn:aws:cloudformation:eu-west-1:1:stack/s/1","client-request-token":"attini-X","status-details":{"status":"CREATE_COMPLETE","status-reason":""}}}`,
	} {
		_, err := h.Invoke(t.Context(), []byte(event))
		require.ErrorIs(t, err, errTold, event)
	}
	assert.Equal(t, []string{`{"attiniActionType":"DeployCfn"}`}, told.deployed)
	assert.Equal(t, []string{`{"attiniActionType":"ManualApproval"}`}, told.asked)
	assert.Len(t, launched.launched, 3)
	assert.Equal(t, []stacks.StackEvent{{StackID: "arn:aws:cloudformation:eu-west-1:1:stack/s/1", Status: "CREATE_COMPLETE", RequestToken: "attini-X"}}, told.changed)
	_, err := h.Invoke(t.Context(), []byte(`{"detail-type":"CloudFormation Stack Status Change","detail":{"secret":"secret"}}`))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret")
}
