package system_test

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIdleRace: a job that is queued at the instant at which the agent goes idle
// runs, on that task or on another. The tries sweep over the whole time from an
// agent that has just had a job to one that has left. As for every Runner, an
// agent stays longer after its start than its queue hides a message.
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
				s.hideFor(t, restless, restlessHides)
				for try := range tries {
					assert.EqualValues(t, 1, outputOf(t, s.output(t, s.called(t)), "Step"))
					instant := time.NewTimer(time.Duration(runners*try+i) * 15 * time.Millisecond)
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

// hideFor has a Runner's queue hide what an agent has received for so many
// seconds.
func (s *stack) hideFor(t testing.TB, runner string, seconds int) {
	t.Helper()
	queue := s.physical(t, "AttiniRunnerQueue"+runner)
	_, err := s.queues.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
		QueueUrl: &queue, Attributes: map[string]string{"VisibilityTimeout": strconv.Itoa(seconds)},
	})
	require.NoError(t, err)
}
