package launch

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/golden"
)

// everyLook is the product of everything that a check can see.
func everyLook(yield func(look) bool) {
	for start := range startLooks {
		for task := range taskLooks {
			for host := range hostLooks {
				for agent := range agentLooks {
					for jobs := range jobsLooks {
						for _, busy := range []bool{false, true} {
							if !yield(look{start, task, host, agent, jobs, busy}) {
								return
							}
						}
					}
				}
			}
		}
	}
}

// TestEveryStateHasARow: a check knows what to do in every state, no row is without a
// state, and no state is left alone for ever.
func TestEveryStateHasARow(t *testing.T) {
	t.Parallel()
	count, used := 0, map[string]int{}
	for l := range everyLook {
		count++
		rule, found := l.rule()
		if !found {
			t.Errorf("no row for %+v", l)
			continue
		}
		used[rule.name]++
		must := func(holds bool, what string) {
			if !holds {
				t.Errorf("%s: %s: %+v", rule.name, what, l)
			}
		}
		nothing := l.start == startNone && l.task == taskNone && l.host == hostNone && l.jobs == jobsNone
		must(rule.next > 0 || nothing, "only a cold runner is not looked at again")
		must(rule.next <= checkLater, "SQS delays a message by 15 minutes at most")
		must(rule.remedy == leave || rule.remedy == sweep || rule.next <= checkSoon, "what is mended is looked at soon")
		working := l.task == taskRuns && l.host != hostUnready && l.busy && l.agent == agentUp
		must(!working || rule.remedy != endTaskAndHost && rule.remedy != endHost && rule.remedy != startForJobs, "a task with a job that works is left alone")
		must(l.task != taskNone || rule.remedy != endTaskAndHost && rule.remedy != removeEnded, "without a task none is ended")
		jobs := l.jobs == jobsWait || l.jobs == jobsOther
		must(!jobs || rule.name != "warm" && rule.name != "cold" && rule.remedy != endHost, "jobs that wait are seen")
	}
	assert.Equal(t, 3*6*6*6*4*2, count)
	for _, rule := range rules() {
		assert.NotZero(t, used[rule.name], "no state comes to the row %s", rule.name)
	}
}

// TestReliabilityDocument keeps docs/reliability.md the table of the rules.
func TestReliabilityDocument(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| rule | state | action | after | next check |\n|---|---|---|---|---|\n")
	for _, rule := range rules() {
		after, next := "at once", "none"
		if rule.after > 0 {
			after = minutes(rule.after)
		}
		if rule.next > 0 {
			next = minutes(rule.next)
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s | %s |\n", rule.name, rule.state, rule.action, after, next)
	}
	text, err := os.ReadFile("testdata/reliability.md")
	require.NoError(t, err)
	golden.Assert(t, "../../../docs/reliability.md", []byte(strings.Replace(string(text), "TABLE\n", table.String(), 1)))
}

func minutes(d time.Duration) string { return fmt.Sprintf("%g min", d.Minutes()) }
