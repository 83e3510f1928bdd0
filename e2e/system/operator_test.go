package system_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/doctor"
	"github.com/attini-go/runner/internal/inspect"
	"github.com/attini-go/runner/internal/planlog"
)

// TestOperator looks at a plan with the operator's policy alone: while it runs, after it
// has succeeded, and after its job has failed.
func TestOperator(t *testing.T) {
	t.Parallel()
	a := open(t)
	s := a.deploy(t, template(object{}, onCall(job(last(), "echo hello", "sleep 4", "echo bye; test -e /nothing"))))
	s.first(t)
	who := inspect.New(a.config(keyOperator))
	look := func(target string) doctor.Observations {
		observed, err := who.Observe(t.Context(), target, time.Now())
		require.NoError(t, err)
		assert.Empty(t, observed.Unread, "every question is answered")
		assert.False(t, observed.Installation.Macro)
		observed.Installation.Macro = true // the stand-in has macros beside its stacks
		return observed
	}
	healthy := look(s.name)
	assert.Empty(t, doctor.Diagnose(healthy), "cold")
	assert.Len(t, healthy.Installation.Functions, 3)
	require.Len(t, healthy.Runners, 1)
	assert.False(t, healthy.Runners[0].Missing)

	execution := s.called(t)
	s.runs(t, "Build")
	running := look(execution)
	assert.Empty(t, doctor.Diagnose(running), "running")
	require.Len(t, running.Execution.Waiting, 1)
	assert.Equal(t, "Build", running.Execution.Waiting[0].Runner)
	assert.Equal(t, "Step", running.Execution.Waiting[0].Name)

	store, found, err := who.Logs(t.Context(), s.name)
	require.NoError(t, err)
	assert.Equal(t, execution, found)
	var lines []string
	reader := &planlog.Reader{Store: store, Print: func(l planlog.Line) error { lines = append(lines, l.Step+" "+l.Text); return nil }}
	require.NoError(t, reader.Follow(t.Context()))
	assert.Equal(t, []string{"Step hello", "Step bye"}, lines)

	failed := doctor.Diagnose(look(s.name))
	require.NotEmpty(t, failed)
	assert.Equal(t, "job-failed", failed[0].Rule)

	runs, err := who.Runs(t.Context(), s.name, 10)
	require.NoError(t, err)
	require.Len(t, runs, 2)
	assert.Equal(t, execution, runs[0].ARN)
	assert.Equal(t, "FAILED", runs[0].Status)

	_, err = who.Observe(t.Context(), "s0000000000", time.Now())
	require.ErrorIs(t, err, inspect.ErrNoStack)
	require.ErrorContains(t, who.Stop(t.Context(), execution, "no"), "not allowed to call states:StopExecution", "it changes nothing")
}
