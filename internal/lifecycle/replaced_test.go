package lifecycle_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/lifecycle/lifecycletest"
)

// TestPlanReplaced: the old plan stays until the stack is complete, and only the new
// plan starts.
func TestPlanReplaced(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
	require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))

	var calls []string
	fake.Fail = func(call string) error {
		calls = append(calls, call)
		return nil
	}
	same := lifecycle.ReadPlan(stackID, "2", trigger(t, machine, parameters), trigger(t, machine, parameters))
	require.NoError(t, l.PutPlan(t.Context(), same))
	assert.NotContains(t, calls, "DeletePlan", "a running execution finds its plan at any time")

	calls = nil
	other := lifecycle.ReadPlan(stackID, "3", trigger(t, newMachine, parameters), trigger(t, machine, parameters))
	require.NoError(t, l.PutPlan(t.Context(), other))
	assert.NotContains(t, calls, "DeletePlan")
	assert.Contains(t, fake.Executions["dev-shop"], machine, "its jobs run on")
	fake.Fail = nil
	require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", time.Minute)))
	require.Len(t, fake.Started, 2)
	assert.Equal(t, newMachine, fake.Started[1].StateMachine)
	assert.NotContains(t, fake.Plans, machine)
	assert.Equal(t, []string{newMachine}, fake.Stacks["dev-shop"].StateMachines)
	assert.NotContains(t, fake.Executions["dev-shop"], machine)
}

// TestReplacementRolledBack: an update that replaces the state machine, and fails
// elsewhere, leaves the running executions of the old one what they were.
func TestReplacementRolledBack(t *testing.T) {
	t.Parallel()
	replace := func(id, now, before string) lifecycle.PlanRequest {
		return lifecycle.ReadPlan(stackID, id, trigger(t, now, parameters), trigger(t, before, parameters))
	}
	deployed := func() (*lifecycletest.Fake, *lifecycle.Lifecycle, map[string]string) {
		fake := newFake()
		l := open(t, fake)
		require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
		require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
		before := maps.Clone(fake.Executions["dev-shop"])
		require.NoError(t, l.PutPlan(t.Context(), replace("2", newMachine, machine)))
		return fake, l, before
	}
	fake, l, before := deployed()
	require.NoError(t, changed(t, fake, l, happens("UPDATE_ROLLBACK_IN_PROGRESS", 2*time.Minute)))
	fake.Statuses[stackID] = "UPDATE_ROLLBACK_IN_PROGRESS"
	require.NoError(t, l.PutPlan(t.Context(), replace("3", machine, newMachine)))
	require.NoError(t, changed(t, fake, l, happens("UPDATE_ROLLBACK_COMPLETE", 3*time.Minute)))
	assert.Equal(t, before, fake.Executions["dev-shop"])
	assert.Len(t, fake.Started, 1)
	assert.Equal(t, []string{machine}, slices.Collect(maps.Keys(fake.Plans)))

	// The stack is left as it is, and the next deployment has a third state machine.
	fake, l, _ = deployed()
	const third = newMachine + "3"
	fake.Resources = append(fake.Resources, third)
	require.NoError(t, l.PutPlan(t.Context(), replace("3", third, newMachine)))
	require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", 3*time.Minute)))
	assert.Equal(t, []string{third}, slices.Collect(maps.Keys(fake.Plans)))
	assert.Equal(t, []string{third}, slices.Collect(maps.Keys(fake.Executions["dev-shop"])))
	assert.Len(t, fake.Started, 2)
}

// TestDeploymentRenamed: nothing is left under the old name when the stack is complete.
func TestDeploymentRenamed(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
	require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
	renamed := strings.Replace(parameters, `"dev"`, `"prod"`, 1)
	require.NotEqual(t, parameters, renamed)
	request := lifecycle.ReadPlan(stackID, "2", trigger(t, machine, renamed), trigger(t, machine, parameters))
	require.NoError(t, l.PutPlan(t.Context(), request))
	assert.Contains(t, fake.Executions["dev-shop"], machine)
	require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", time.Minute)))
	assert.Empty(t, fake.Executions["dev-shop"])
	assert.Contains(t, fake.Executions["prod-shop"], machine)
	require.NoError(t, l.RemovePlan(t.Context(), plan(t, "3", renamed)))
	assert.Empty(t, fake.Executions)
}
