package launch

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// walker is a runner as the table of states sees it, in a world without further faults:
// what starts comes up, an agent that works takes the jobs, ends them and then itself;
// what hangs does nothing.
type walker struct {
	look
	table []rule
	doubt string
	since time.Duration
	now   time.Duration
}

// check is a check, and the time until the next one. ended means that none comes.
func (w *walker) check() (ended bool) {
	rule, _ := w.ruleOf(w.table)
	if rule.after > 0 {
		if w.doubt != rule.name {
			w.doubt, w.since = rule.name, w.now
		}
		if w.now-w.since < rule.after {
			w.pass(checkSoon)
			return false
		}
	}
	w.doubt = ""
	w.mend(rule.remedy)
	w.pass(rule.next)
	return rule.next == 0
}

func (w *walker) mend(r remedy) {
	wait := w.jobs == jobsWait || w.jobs == jobsOther
	starts := look{task: taskStarts, agent: agentStarts, jobs: w.jobs}
	if wait { // the task that starts is of their configuration
		starts.jobs = jobsWait
	}
	switch r {
	case repeatStart, continueOnHost, startForJobs:
		w.look = starts
	case endOverdueHost:
		w.host, w.jobs = hostNone, jobsNone
	case endHost:
		w.host = hostNone
	case removeEnded, endTaskAndHost:
		if w.look = (look{jobs: w.jobs}); wait {
			w.look = starts
		}
	}
}

// pass is what happens by itself until the next check.
func (w *walker) pass(duration time.Duration) {
	w.now += duration
	switch {
	case w.start == startHeld:
		w.start = startNone
	case w.task == taskStarts:
		w.task, w.agent = taskRuns, agentUp
	case w.task == taskNone && w.host == hostBoots:
		w.host = hostCame
	case w.jobs == jobsHidden:
		w.jobs = jobsWait
	case w.task == taskRuns && w.host != hostUnready && w.agent == agentStarts:
		w.agent = agentUp
	case w.task == taskRuns && w.host != hostUnready && (w.agent == agentUp || w.agent == agentLeaving && w.busy):
		switch {
		case w.busy:
			w.busy = false
		case w.jobs == jobsWait && w.agent == agentUp:
			w.jobs, w.busy = jobsNone, true
		case w.jobs == jobsNone:
			w.look = look{}
		}
	}
}

// TestRandomWalks: from wherever 200,000 random sequences of observations lead to, the
// table of states leads to a runner that is cold and has no job, within two hours.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	const walks, longest = 200_000, 2 * time.Hour
	random := rand.New(rand.NewPCG(1, 2))
	var most time.Duration
	table := rules()
	for range walks {
		w := walker{table: table}
		for range random.IntN(6) { // faults: anything may be seen
			w.look = look{
				startLook(random.IntN(int(startLooks))), taskLook(random.IntN(int(taskLooks))), hostLook(random.IntN(int(hostLooks))),
				agentLook(random.IntN(int(agentLooks))), jobsLook(random.IntN(int(jobsLooks))), random.IntN(2) == 0,
			}
			w.check()
		}
		from, began := w.look, w.now
		for !w.check() {
			if w.now-began > longest {
				t.Fatalf("it does not come to an end: from %+v to %+v", from, w.look)
			}
		}
		if w.jobs != jobsNone || w.host != hostNone || w.task != taskNone {
			t.Fatalf("something is left: from %+v to %+v", from, w.look)
		}
		most = max(most, w.now-began)
	}
	t.Logf("%s at most", most)
	assert.Less(t, most, longest)
}
