package launch_test

import (
	"os"
	"strconv"
	"testing"
	"testing/synctest"
)

// sequences is how many random sequences of faults a test run plays, in 3 s of processor
// time. ATTINI_TEST_SEQUENCES plays more.
const sequences = 500

// TestRandomFaults: whatever goes wrong, after the faults end every job has an answer,
// and every task and host without work is gone within two hours.
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	first, count := 0, sequences
	if seed, err := strconv.Atoi(os.Getenv("ATTINI_TEST_SEED")); err == nil {
		first, count = seed, 1
	}
	if more, err := strconv.Atoi(os.Getenv("ATTINI_TEST_SEQUENCES")); err == nil {
		first, count = sequences, more
	}
	for seed := first; seed < first+count; seed++ {
		synctest.Test(t, func(t *testing.T) { sequence(t, uint64(seed)) })
		if t.Failed() {
			return
		}
	}
}
