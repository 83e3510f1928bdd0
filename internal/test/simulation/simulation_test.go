package simulation_test

import (
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/attini-go/runner/internal/test/simulation"
)

const (
	// schedules is how many schedules a test run plays. ATTINI_SIMULATIONS plays more,
	// ATTINI_SIMULATION_FIRST has it begin at another seed, and ATTINI_SIMULATION_SEED
	// plays one and says all that happens.
	schedules = 20_000
	// batch is how many schedules are played in one bubble.
	batch = 200
	// mostViolations is after how many it stops.
	mostViolations = 20
)

// TestSchedules: every schedule keeps the rules of its kind.
func TestSchedules(t *testing.T) {
	t.Parallel()
	if seed, set := number("ATTINI_SIMULATION_SEED"); set {
		if result := play(t, seed, seed+1, func(line string) { t.Log(line) })[0]; result.Violation != nil {
			t.Error(result)
		}
		return
	}
	count, set := number("ATTINI_SIMULATIONS")
	if !set {
		count = schedules
	}
	first, _ := number("ATTINI_SIMULATION_FIRST")
	began := time.Now()
	var next, played, jobs, violations atomic.Uint64
	t.Run("shards", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for violations.Load() < mostViolations {
					from := next.Add(batch) - batch
					if from >= count {
						return
					}
					results := play(t, first+from, first+min(from+batch, count), nil)
					played.Add(uint64(len(results)))
					for _, result := range results {
						jobs.Add(uint64(result.Jobs))
						if result.Violation != nil {
							violations.Add(1)
							t.Error(result)
						}
					}
				}
			})
		}
	})
	t.Logf("%d schedules from seed %d, %d jobs, %d violations, %s", played.Load(), first, jobs.Load(), violations.Load(), time.Since(began).Round(time.Millisecond))
}

// play plays the schedules of some seeds.
func play(t *testing.T, from, to uint64, trace func(string)) []simulation.Result {
	t.Helper()
	results := make([]simulation.Result, 0, to-from)
	synctest.Test(t, func(*testing.T) {
		var player simulation.Player
		defer player.Close()
		for seed := from; seed < to; seed++ {
			results = append(results, player.Run(simulation.Options{Seed: seed, Trace: trace}))
		}
	})
	return results
}

func number(variable string) (uint64, bool) {
	text := os.Getenv(variable)
	value, err := strconv.ParseUint(text, 10, 64)
	return value, text != "" && err == nil
}
