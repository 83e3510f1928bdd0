package system_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestIdleRace: a job that is queued at the instant at which the agent goes idle
// runs, on that task or on another. The tries sweep over the whole time from an
// agent that has just had a job to one that has left.
func TestIdleRace(t *testing.T) {
	t.Parallel()
	const runners, tries = 10, 20
	var tasks atomic.Int64
	t.Run("tries", func(t *testing.T) {
		for i := range runners {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				s := open(t).deploy(t, templateOf(restless, object{}, onCall(job(last(), output("1"))), nil))
				s.output(t, s.first(t))
				for try := range tries {
					assert.EqualValues(t, 1, outputOf(t, s.output(t, s.called(t)), "Step"))
					instant := time.NewTimer(time.Duration(runners*try+i) * 9 * time.Millisecond)
					<-instant.C
				}
				tasks.Add(int64(len(s.runnerTasks(restless))))
			})
		}
	})
	t.Logf("%d tasks for %d jobs", tasks.Load(), runners*tries)
	assert.Greater(t, tasks.Load(), int64(runners), "some agents have left before the job")
	assert.Less(t, tasks.Load(), int64(runners*tries), "some had it")
}
