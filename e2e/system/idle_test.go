package system_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestIdleRace: a job that is queued at the instant at which the agent goes idle
// runs, on that task or on another.
func TestIdleRace(t *testing.T) {
	t.Parallel()
	const runners, tries = 10, 20
	for i := range runners {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := open(t).deploy(t, templateOf(restless, object{}, onCall(job(last(), output("1"))), nil))
			s.output(t, s.first(t))
			for try := range tries {
				assert.EqualValues(t, 1, outputOf(t, s.output(t, s.called(t)), "Step"))
				// The tries sweep over the instant, a second after the job's end.
				instant := time.NewTimer(900*time.Millisecond + time.Duration(runners*try+i)*time.Millisecond)
				<-instant.C
			}
			t.Logf("%d tasks", len(s.runnerTasks(restless)))
		})
	}
}
