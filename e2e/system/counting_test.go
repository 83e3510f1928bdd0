package system_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted are the calls of who counts: the functions and the agents.
func (a *account) counted() map[string]int {
	all := map[string]int{}
	for name, key := range map[string]string{"agent": keyAgent, "launcher": keyOf(launcherName)} {
		for call, n := range a.cloud.Caller(a.key(key)).AllCalls() {
			all[name+" "+call] = n
		}
	}
	return all
}

// since are the calls that were made after others.
func since(before, after map[string]int) map[string]int {
	made := maps.Clone(after)
	for call, n := range before {
		made[call] -= n
	}
	maps.DeleteFunc(made, func(_ string, n int) bool { return n == 0 })
	return made
}

// countCalls counts what a job, a cold start and an idle runner cost, in a region in which
// nothing else goes on.
func countCalls(t *testing.T, a *account) {
	t.Helper()
	s := a.deploy(t, template(object{}, onCall(job(last(), "true"))))
	s.output(t, s.first(t))

	s.settled(t)
	step := launcherName + " step"
	nothing, steps := a.counted(), len(a.billed.since(step, 0))
	s.output(t, s.called(t))
	s.settled(t)
	cold := a.counted()
	start := a.billed.since(step, steps)
	require.Len(t, start, 1, "a step is one call of the launcher")

	const jobs = 20
	for range jobs {
		s.output(t, s.called(t))
	}
	s.settled(t)
	warm := a.counted()
	times := a.billed.since(step, steps+1)
	require.Len(t, times, jobs)
	slices.Sort(times)

	// An idle agent polls; each poll takes 20 seconds, so this is one whole poll.
	const idle = 21 * time.Second
	timer := time.NewTimer(idle)
	<-timer.C
	waited := since(warm, a.counted())

	perJob := since(cold, warm)
	a.table(t, "a cold start with its job", since(nothing, cold), 1)
	a.table(t, "a warm job", perJob, jobs)
	a.table(t, "an idle hour", waited, float64(idle)/float64(time.Hour))
	t.Logf("the launcher worked %v for the cold start, %v (median of %d) for a warm job", start[0], times[len(times)/2], len(times))

	assert.Equal(t, 1, since(nothing, cold)["launcher ecs.RunTask"])
	assert.Equal(t, 1, since(nothing, cold)["launcher dynamodb.BatchGetItem"], "all that is read before a job is queued")
	assert.Zero(t, perJob["launcher ecs.RunTask"])
	assert.Equal(t, jobs, perJob["agent states.SendTaskSuccess"])
	assert.Equal(t, jobs, perJob["agent sqs.DeleteMessage"])
	checks := len(a.billed.since(launcherName+" check", 0))
	for call, n := range perJob {
		assert.LessOrEqual(t, n, jobs+3*checks+2, "%s: each call is made once for a job, a few times for a check, and now and then", call)
	}
	assert.GreaterOrEqual(t, perJob["launcher sqs.SendMessage"], jobs)
	assert.LessOrEqual(t, perJob["launcher sqs.SendMessage"], jobs+checks+1, "each check arranges the next")
	assert.LessOrEqual(t, perJob["launcher dynamodb.Query"], 3*checks)
	assert.LessOrEqual(t, perJob["agent dynamodb.GetItem"], 1)
	for call, n := range waited {
		if strings.HasPrefix(call, "launcher ") { // a check
			assert.LessOrEqual(t, n, 3, call)
			continue
		}
		assert.Contains(t, []string{"agent sqs.ReceiveMessage", "agent dynamodb.PutItem", "agent dynamodb.Query"}, call,
			"an idle agent polls, says once that it is alive, and looks every 90 s for jobs of agents that have died")
	}
	assert.LessOrEqual(t, waited["agent sqs.ReceiveMessage"], 3)
	assert.LessOrEqual(t, waited["agent dynamodb.Query"], 1)
}

// settled waits until all is done that follows a job, and the agent polls again.
func (s *stack) settled(t testing.TB) {
	t.Helper()
	last, same := 0, time.Now()
	require.Eventually(t, func() bool {
		n := 0
		for _, count := range s.counted() {
			n += count
		}
		if n != last {
			last, same = n, time.Now()
		}
		return time.Since(same) > time.Second
	}, soon, tick, "the agent does not come to rest")
}

// table logs calls by service, divided by a number.
func (a *account) table(t testing.TB, title string, calls map[string]int, by float64) {
	t.Helper()
	var text strings.Builder
	sums := map[string]float64{}
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		n := float64(calls[call]) / by
		fmt.Fprintf(&text, "  %-44s %8.2f\n", call, n)
		_, service, _ := strings.Cut(strings.Split(call, ".")[0], " ")
		sums[service] += n
	}
	for _, service := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&text, "  all of %-37s %8.2f\n", service, sums[service])
	}
	t.Logf("calls for %s in %s:\n%s", title, a.region, text.String())
}
