package launch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestADay plays 24 hours of 50 runners on three kinds with random faults, and the time
// until all is quiet: nothing is left, and the bill is what jobs, starts and idle times
// need, within a tenth.
func TestADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(t, 7, 0.01, 50)
		for began := time.Now(); time.Since(began) < 24*time.Hour; {
			if s.random.IntN(2) == 0 {
				s.launchJob()
			}
			s.step()
			for token, since := range s.open {
				assert.Less(t, time.Since(since), 2*time.Hour, token)
			}
		}
		s.faults = 0
		for began := time.Now(); s.alive() != nil && time.Since(began) < 2*time.Hour; {
			s.step()
		}
		require.NoError(t, s.alive())
		calls := 0
		for _, count := range s.AllCalls() {
			calls += count
		}
		failed := 0
		for i := range s.jobs {
			if !s.Step(token(i + 1)).Succeeded {
				failed++
			}
		}
		t.Logf("%d jobs, %d failed; %d tasks, %d hosts; %s of task and host time, %s of it wasted; %d calls", s.jobs, failed, len(s.Tasks()), len(s.Hosts()), s.total, s.waste, calls)
		assert.Less(t, s.waste, s.total/10)
		assert.Less(t, failed, s.jobs/10)
	})
}
