package system_test

import (
	"fmt"
	"strconv"
	"sync"
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
	all, jobs := object{}, object{}
	for i := range runners {
		name := numbered(i)
		state := job(last(), output("1"))
		state["Properties"].(object)["Runner"] = name
		all[name], jobs[name] = object{}, state
	}
	s := open(t).deploy(t, templateFor(all, object{"DeploymentPlan": onCallOf(jobs)}, nil))
	s.output(t, s.first(t))
	var tasks atomic.Int64
	beside(func(i int) {
		name := numbered(i)
		t.Run(name, func(t *testing.T) {
			s.hideFor(t, name, restlessHides)
			for try := range tries {
				assert.EqualValues(t, 1, outputOf(t, s.output(t, s.calledWith(t, name)), name))
				instant := time.NewTimer(time.Duration(runners*try+i) * 15 * time.Millisecond)
				<-instant.C
			}
			tasks.Add(int64(len(s.runnerTasks(name))))
		})
	}, runners)
	t.Logf("%d tasks for %d jobs", tasks.Load(), runners*tries)
	assert.Greater(t, tasks.Load(), int64(runners), "some agents have left before the job")
}

// numbered is the name of one of several restless Runners. The recording of requests takes
// the number for a random one: all have the same permissions.
func numbered(i int) string { return fmt.Sprintf("R%08x%s", i, restless) }

// beside does something so many times at once. They mostly wait, so they count as one of
// the tests that go at once.
func beside(do func(i int), times int) {
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() { do(i) })
	}
	all.Wait()
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
