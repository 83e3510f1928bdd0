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

// LifeFixture is the state of a runner that names the agent under test, which
// has said nothing yet.
type LifeFixture struct {
	Life worker.Life
	// Replace makes another task the runner's, which has said nothing either.
	Replace func(t testing.TB)
	// Started and Retired read the state.
	Started, Retired func(t testing.TB) bool
}

// Life checks what worker.Life promises. open is called for each case; the
// cases run at the same time.
func Life(t *testing.T, open func(t *testing.T) LifeFixture) {
	t.Helper()
	cases := map[string]func(*testing.T, LifeFixture){
		"an agent starts": func(t *testing.T, f LifeFixture) {
			require.NoError(t, f.Life.Started(t.Context()))
			assert.True(t, f.Started(t))
			assert.False(t, f.Retired(t))
		},
		"an agent retires": func(t *testing.T, f LifeFixture) {
			require.NoError(t, f.Life.Started(t.Context()))
			require.NoError(t, f.Life.Retire(t.Context()))
			assert.True(t, f.Retired(t))
		},
		"saying it twice is fine": func(t *testing.T, f LifeFixture) {
			for range 2 {
				require.NoError(t, f.Life.Started(t.Context()))
			}
			for range 2 {
				require.NoError(t, f.Life.Retire(t.Context()))
			}
		},
		"a replaced agent says nothing": func(t *testing.T, f LifeFixture) {
			f.Replace(t)
			require.ErrorIs(t, f.Life.Started(t.Context()), worker.ErrNotOurs)
			require.ErrorIs(t, f.Life.Retire(t.Context()), worker.ErrNotOurs)
			assert.False(t, f.Started(t))
			assert.False(t, f.Retired(t))
		},
		"an agent that works learns that it is replaced": func(t *testing.T, f LifeFixture) {
			require.NoError(t, f.Life.Ours(t.Context()))
			require.NoError(t, f.Life.Started(t.Context()))
			require.NoError(t, f.Life.Ours(t.Context()))
			f.Replace(t)
			require.ErrorIs(t, f.Life.Ours(t.Context()), worker.ErrNotOurs)
			assert.False(t, f.Started(t))
		},
		"a call that is cancelled says nothing": func(t *testing.T, f LifeFixture) {
			over, cancel := context.WithCancelCause(t.Context())
			cancel(errors.New("cancelled by the test"))
			for _, err := range []error{f.Life.Started(over), f.Life.Ours(over), f.Life.Retire(over)} {
				require.Error(t, err)
				require.NotErrorIs(t, err, worker.ErrNotOurs)
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

// AdmissionFixture is what decides about messages.
type AdmissionFixture struct {
	Admission worker.Admission
	// Message returns a message, and brings about what calls for the verdict.
	Message func(t testing.TB, verdict worker.Verdict) *protocol.Message
}

// Admission checks what worker.Admission promises. open is called for each
// case; the cases run at the same time.
func Admission(t *testing.T, open func(t *testing.T) AdmissionFixture) {
	t.Helper()
	verdicts := map[string]worker.Verdict{
		"its own job":               worker.Take,
		"another configuration":     worker.Leave,
		"an execution that is over": worker.Drop,
		"another agent":             worker.Leaving,
	}
	for name, verdict := range verdicts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t)
			message := f.Message(t, verdict)
			for range 2 {
				got, err := f.Admission.Admit(t.Context(), message)
				require.NoError(t, err)
				assert.Equal(t, verdict, got)
			}
		})
	}
	t.Run("another agent comes before all else", func(t *testing.T) {
		t.Parallel()
		f := open(t)
		messages := []*protocol.Message{f.Message(t, worker.Take), f.Message(t, worker.Leave), f.Message(t, worker.Drop)}
		f.Message(t, worker.Leaving)
		for _, message := range messages {
			got, err := f.Admission.Admit(t.Context(), message)
			require.NoError(t, err)
			assert.Equal(t, worker.Leaving, got)
		}
	})
	t.Run("a call that is cancelled is no verdict", func(t *testing.T) {
		t.Parallel()
		f := open(t)
		message := f.Message(t, worker.Take)
		over, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("cancelled by the test"))
		_, err := f.Admission.Admit(over, message)
		require.Error(t, err)
		assert.NotErrorIs(t, err, worker.ErrRefused)
	})
}
