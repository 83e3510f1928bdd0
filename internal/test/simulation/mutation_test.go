package simulation_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/internal/test/simulation"
)

// most is how many schedules a protection may be missing in until that is noticed.
const most = 3000

// TestEachProtectionIsNeeded: without it, a rule is broken.
func TestEachProtectionIsNeeded(t *testing.T) {
	t.Parallel()
	for _, m := range simulation.Mutations() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var player simulation.Player
				defer player.Close()
				for seed := m.From; seed < m.From+most; seed++ {
					if result := player.Run(simulation.Options{Seed: seed, Mutation: m}); result.Violation != nil {
						t.Logf("seed %d (%s): %s: %s", seed, simulation.KindOf(seed), result.Violation.Rule, result.Violation.Text)
						return
					}
				}
				assert.Fail(t, "no schedule notices that it is missing")
			})
		})
	}
}

// TestReplay: a violation names its seed, and the seed plays the same schedule again.
func TestReplay(t *testing.T) {
	t.Parallel()
	mutation := simulation.Mutations()[0]
	play := func(seed uint64, trace func(string)) (result simulation.Result) {
		synctest.Test(t, func(*testing.T) {
			var player simulation.Player
			defer player.Close()
			result = player.Run(simulation.Options{Seed: seed, Mutation: mutation, Trace: trace})
		})
		return result
	}
	violations := 0
	for seed := uint64(0); seed < 1000 && violations < 3; seed++ {
		first := play(seed, nil)
		if first.Violation == nil {
			continue
		}
		violations++
		assert.Contains(t, first.String(), fmt.Sprintf("ATTINI_SIMULATION_SEED=%d ", seed))
		var traces [2][]string
		for i := range traces {
			again := play(seed, func(line string) { traces[i] = append(traces[i], line) })
			assert.Equal(t, first.Violation, again.Violation)
		}
		assert.Equal(t, traces[0], traces[1])
	}
	assert.Equal(t, 3, violations)
}

// TestDocument keeps the table of docs/simulation.md.
func TestDocument(t *testing.T) {
	t.Parallel()
	var needed strings.Builder
	for _, m := range simulation.Mutations() {
		fmt.Fprintf(&needed, "| %s | %s |\n", m.Name, m.Guards)
	}
	text, err := os.ReadFile("testdata/simulation.md")
	require.NoError(t, err)
	filled := strings.Replace(string(text), "NEEDED\n", needed.String(), 1)
	golden.Assert(t, "../../../../docs/simulation.md", []byte(filled))
}
