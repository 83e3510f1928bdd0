package launch_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
)

// TestIdleRace is D-A and guarantee 4: an agent goes idle while a job is
// launched. Whatever the launcher was about to do when the agent said that it
// leaves, looked once more, and ended, the job runs, also if no event tells of
// the end. The launcher makes few calls, so that every order is tried.
func TestIdleRace(t *testing.T) {
	t.Parallel()
	const moments = 10 // before and after each call of a warm launch, and later
	tries := 0
	for says := range moments {
		for looks := says; looks < moments; looks++ {
			for ends := looks; ends < moments; ends++ {
				tries++
				inAccount(t, onFargate(), func(t *testing.T, a *account) {
					a.launch("first")
					agent := a.started()
					agent.Work()
					time.Sleep(time.Hour)

					moment := 0
					idle := func(string, bool) error {
						if moment == says {
							agent.Retire()
						}
						if moment == looks {
							agent.Work()
						}
						if moment == ends {
							agent.Exit()
						}
						moment++
						return nil
					}
					require.NoError(t, a.launcher(idle).Launch(t.Context(), a.job("second")))
					for moment < moments {
						require.NoError(t, idle("", false))
					}
					for _, next := range a.agents() {
						next.Work()
					}
					if !a.Step("second").Closed() { // it ended after the launcher had looked, and its event tells
						assert.Fail(t, "the job waits for ever", "says %d, looks %d, ends %d", says, looks, ends)
					}
					a.succeeded("first", "second")
				})
			}
		}
	}
	assert.GreaterOrEqual(t, tries, 200)
}

// TestColdNoMore: a runner is cold when its job is admitted. Whatever becomes of it until
// the launcher takes the lock, the job runs once, on the one task.
func TestColdNoMore(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(a *account){
		"started":             func(a *account) { a.launch("other") },
		"started and working": func(a *account) { a.launch("other"); a.started().Work() },
		"started and retired": func(a *account) { a.launch("other"); a.started().Work(); a.agent().Retire() },
		"being started": func(a *account) {
			_, err := a.Ports(nil).States.Lock(a.t.Context(), a.name(), launch.Lock{Owner: "dead", Until: time.Now().Add(time.Minute), Attempt: "x", Configuration: a.id})
			require.NoError(a.t, err)
		},
	} {
		for _, before := range []string{"Queue.Send", "Checks.At", "States.Lock"} {
			t.Run(name+" before "+before, func(t *testing.T) {
				t.Parallel()
				inAccount(t, onFargate(), func(t *testing.T, a *account) {
					var once sync.Once
					l := a.launcher(func(call string, done bool) error {
						if call == before && !done {
							once.Do(func() { meanwhile(a) })
						}
						return nil
					})
					require.NoError(t, l.Launch(t.Context(), a.job("mine")))
					for _, agent := range a.agents() {
						agent.Work()
					}
					a.succeeded("mine")
					if name != "started and retired" {
						assert.Len(t, a.Tasks(), 1)
					}
				})
			})
		}
	}
}

// TestRemovedMeanwhile: a runner that is cold when its job is admitted, and deleted before
// the lock is taken, is not started.
func TestRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		l := a.launcher(func(call string, done bool) error {
			if call == "States.Lock" && !done {
				_, err := a.Ports(nil).States.MarkDeleted(t.Context(), a.name())
				require.NoError(t, err)
			}
			return nil
		})
		require.NoError(t, l.Launch(t.Context(), a.job("mine")))
		a.failed("mine", "RunnerConfigError", "the runner is not deployed, or is being deleted")
		assert.Empty(t, a.Tasks())
	})
}
