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

// schedules is how many schedules a test run plays. ATTINI_SIMULATIONS plays more,
// ATTINI_SIMULATION_FIRST has it begin at another seed, and ATTINI_SIMULATION_SEED plays
// one and says all that happens.
const schedules = 5_000

// TestSchedules: every schedule keeps the rules of its kind.
func TestSchedules(t *testing.T) {
	t.Parallel()
	if seed, set := number("ATTINI_SIMULATION_SEED"); set {
		synctest.Test(t, func(t *testing.T) {
			result := simulation.Run(simulation.Options{Seed: seed, Trace: func(line string) { t.Log(line) }})
			if result.Violation != nil {
				t.Fatal(result)
			}
		})
		return
	}
	count, set := number("ATTINI_SIMULATIONS")
	if !set {
		count = schedules
	}
	first, _ := number("ATTINI_SIMULATION_FIRST")
	began := time.Now()
	var jobs atomic.Int64
	shards := uint64(runtime.GOMAXPROCS(0))
	t.Run("shards", func(t *testing.T) {
		for shard := range shards {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for seed := first + shard; seed < first+count && !t.Failed(); seed += shards {
					synctest.Test(t, func(t *testing.T) {
						result := simulation.Run(simulation.Options{Seed: seed})
						jobs.Add(int64(result.Jobs))
						if result.Violation != nil {
							t.Fatal(result)
						}
					})
				}
			})
		}
	})
	t.Logf("%d schedules, %d jobs, %s", count, jobs.Load(), time.Since(began).Round(time.Millisecond))
}

func number(variable string) (uint64, bool) {
	text := os.Getenv(variable)
	value, err := strconv.ParseUint(text, 10, 64)
	return value, text != "" && err == nil
}
