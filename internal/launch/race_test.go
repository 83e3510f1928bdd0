package launch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
