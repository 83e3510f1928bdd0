package porttest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// RunnerStateFixture is the state of a runner that names the agent under test, before
// it has started.
type RunnerStateFixture struct {
	State worker.RunnerState
	// Replace makes another task the runner's, before it has started.
	Replace func(t testing.TB)
	// Started and Retired read the state.
	Started, Retired func(t testing.TB) bool
}

// RunnerState checks worker.RunnerState. open is called for each case; cases run
// concurrently.
func RunnerState(t *testing.T, open func(t *testing.T) RunnerStateFixture) {
	t.Helper()
	cases := map[string]func(*testing.T, RunnerStateFixture){
		"an agent starts": func(t *testing.T, f RunnerStateFixture) {
			require.NoError(t, f.State.MarkStarted(t.Context()))
			assert.True(t, f.Started(t))
			assert.False(t, f.Retired(t))
		},
		"an agent retires": func(t *testing.T, f RunnerStateFixture) {
			require.NoError(t, f.State.MarkStarted(t.Context()))
			require.NoError(t, f.State.Retire(t.Context()))
			assert.True(t, f.Retired(t))
		},
		"saying it twice is fine": func(t *testing.T, f RunnerStateFixture) {
			for range 2 {
				require.NoError(t, f.State.MarkStarted(t.Context()))
			}
			for range 2 {
				require.NoError(t, f.State.Retire(t.Context()))
			}
		},
		"a replaced agent says nothing": func(t *testing.T, f RunnerStateFixture) {
			f.Replace(t)
			require.ErrorIs(t, f.State.MarkStarted(t.Context()), worker.ErrSuperseded)
			require.ErrorIs(t, f.State.Retire(t.Context()), worker.ErrSuperseded)
			assert.False(t, f.Started(t))
			assert.False(t, f.Retired(t))
		},
		"an agent that works learns that it is replaced": func(t *testing.T, f RunnerStateFixture) {
			require.NoError(t, f.State.CheckCurrent(t.Context()))
			require.NoError(t, f.State.MarkStarted(t.Context()))
			require.NoError(t, f.State.CheckCurrent(t.Context()))
			f.Replace(t)
			require.ErrorIs(t, f.State.CheckCurrent(t.Context()), worker.ErrSuperseded)
			assert.False(t, f.Started(t))
		},
		"a call that is cancelled says nothing": func(t *testing.T, f RunnerStateFixture) {
			over, cancel := context.WithCancelCause(t.Context())
			cancel(errors.New("cancelled by the test"))
			for _, err := range []error{f.State.MarkStarted(over), f.State.CheckCurrent(over), f.State.Retire(over)} {
				require.Error(t, err)
				require.NotErrorIs(t, err, worker.ErrSuperseded)
			}
			assert.False(t, f.Started(t))
		},
	}
	for name, check := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

// MessageFilterFixture is a filter under test.
type MessageFilterFixture struct {
	Filter worker.MessageFilter
	// Message returns a message for which the filter must make the decision.
	Message func(t testing.TB, verdict worker.Decision) *protocol.Message
}

// MessageFilter checks worker.MessageFilter. open is called for each case; cases run
// concurrently.
func MessageFilter(t *testing.T, open func(t *testing.T) MessageFilterFixture) {
	t.Helper()
	verdicts := map[string]worker.Decision{
		"its own job":               worker.Accept,
		"another configuration":     worker.Requeue,
		"an execution that is over": worker.Discard,
		"another agent":             worker.Superseded,
	}
	for name, verdict := range verdicts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t)
			message := f.Message(t, verdict)
			for range 2 {
				got, err := f.Filter.Check(t.Context(), message)
				require.NoError(t, err)
				assert.Equal(t, verdict, got)
			}
		})
	}
	t.Run("another agent comes before all else", func(t *testing.T) {
		t.Parallel()
		f := open(t)
		messages := []*protocol.Message{f.Message(t, worker.Accept), f.Message(t, worker.Requeue), f.Message(t, worker.Discard)}
		f.Message(t, worker.Superseded)
		for _, message := range messages {
			got, err := f.Filter.Check(t.Context(), message)
			require.NoError(t, err)
			assert.Equal(t, worker.Superseded, got)
		}
	})
	t.Run("a call that is cancelled is not a decision", func(t *testing.T) {
		t.Parallel()
		f := open(t)
		message := f.Message(t, worker.Accept)
		over, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("cancelled by the test"))
		_, err := f.Filter.Check(over, message)
		require.Error(t, err)
		assert.NotErrorIs(t, err, worker.ErrRefused)
	})
}
