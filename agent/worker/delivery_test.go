package worker_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

// TestASecondDeliveryOfARunningJob is dropped: queues deliver at least once.
func TestASecondDeliveryOfARunningJob(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	ran := filepath.Join(t.TempDir(), "ran")
	properties := map[string]any{"Commands": []string{"echo once >> " + ran, "echo started", "while [ ! -e " + b.config.Directory + "/go ]; do sleep 0.01; done"}}
	answers := b.job("Step", properties)
	_, ended := b.start(t.Context())
	b.awaitText("Step", "started\n")
	b.queue.Send(b.body("Step", properties))
	require.Eventually(t, func() bool { return strings.Contains(b.log(), "second delivery of a job") }, testTimeout, time.Millisecond)
	require.Eventually(t, func() bool { return b.queue.Waiting()+b.queue.Undeleted() == 0 }, testTimeout, time.Millisecond)
	require.NoError(t, os.WriteFile(filepath.Join(b.config.Directory, "go"), nil, 0o600))
	assert.Nil(t, get(t, answers).failure)
	b.queue.Close()
	require.NoError(t, <-ended)
	content, err := os.ReadFile(ran)
	require.NoError(t, err)
	assert.Equal(t, "once\n", string(content))
}

// TestASecondDeliveryOfAWaitingJob has the receipt that counts from then on.
func TestASecondDeliveryOfAWaitingJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFakeClockFixture(t)
		b.config.MaxConcurrentJobs = 1
		let := make(chan struct{})
		b.onRun(func(ctx context.Context, step string) { <-let })
		first := b.commands("First")
		_, ended := b.start(t.Context())
		synctest.Wait()
		second := b.commands("Second")
		synctest.Wait()
		b.queue.Redeliver() // of the second: the first is deleted
		synctest.Wait()
		assert.Contains(t, b.log(), "delivered a waiting job again")
		close(let)
		assert.Equal(t, sourceFailure(), get(t, first).failure)
		assert.Equal(t, sourceFailure(), get(t, second).failure)
		synctest.Wait()
		assert.Equal(t, 0, b.queue.Waiting()+b.queue.Undeleted(), "the newest receipt was used")
		b.queue.Close()
		require.NoError(t, <-ended)
		assert.Equal(t, map[string]int{"First": 1, "Second": 1}, b.runCounts())
	})
}

// oversizedQueue hands out twelve messages at a time, whatever was asked for.
type oversizedQueue struct{ worker.Queue }

func (q oversizedQueue) Receive(ctx context.Context, _ int, wait time.Duration) ([]worker.Delivery, error) {
	return q.Queue.Receive(ctx, 12, wait)
}

func TestAQueueThatHandsOutTooMuch(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.MaxConcurrentJobs = 1
	b.ports.Queue = oversizedQueue{b.queue}
	var answers []<-chan porttest.Answer
	for i := range 12 {
		answers = append(answers, b.commands(fmt.Sprint("Step", i), "true"))
	}
	require.NoError(t, b.run())
	for _, answer := range answers[:10] {
		assert.Nil(t, get(t, answer).failure)
	}
	assert.Empty(t, answers[10])
	assert.Empty(t, answers[11])
	assert.Equal(t, 2, b.queue.Undeleted(), "the others come again")
}

// TestMalformedMessages: the waiting step fails if its token can be read. Other
// malformed messages are left for the dead-letter queue, or deleted if there is
// none, and never block valid ones. The queue redelivers every minute.
func TestMalformedMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFakeClockFixture(t)
		b.useQueue(memory.NewHidingQueue(time.Minute))
		told := b.reporter.Open("token-Told")
		b.queue.Send([]byte(`{"deploymentPlanExecutionMetadata":{"sfnToken":"token-Told","Properties":"secret text`))
		b.queue.Send([]byte("no JSON with secret text"))
		b.queue.Send([]byte(`{"Properties":{"Commands":["echo never"]}}`))
		b.queue.Send(nil)
		good := b.commands("Good")
		begin := time.Now()
		_, ended := b.start(t.Context())
		assert.Equal(t, sourceFailure(), get(t, good).failure)
		assert.Equal(t, &worker.Failure{Error: protocol.ErrorRuntime, Cause: "read a job message: it is not JSON"}, get(t, told).failure)
		assert.Less(t, time.Since(begin), time.Second)
		time.Sleep(150 * time.Second)
		synctest.Wait()
		assert.Equal(t, 3, b.queue.Undeleted(), "left three times, for a dead-letter queue to take")
		time.Sleep(7 * time.Minute) // the tenth receive is 9 minutes after the first
		synctest.Wait()
		assert.Equal(t, 0, b.queue.Waiting()+b.queue.Undeleted(), "deleted at the tenth receive")
		b.queue.Close()
		require.NoError(t, <-ended)
		assert.NotContains(t, b.log(), "secret text")
	})
}

// TestMalformedJobsFail: they would run nothing and succeed.
func TestMalformedJobsFail(t *testing.T) {
	t.Parallel()
	for name, properties := range map[string]map[string]any{
		"a text": {"Commands": "make"}, "missing": {}, "no properties": nil,
	} {
		b := newFixture(t)
		answers := b.job("Step", properties)
		require.NoError(t, b.run())
		failure := get(t, answers).failure
		require.NotNil(t, failure, name)
		assert.Equal(t, protocol.ErrorRuntime, failure.Error)
		assert.Contains(t, failure.Cause, "read a job message: Properties", name)
		assert.Equal(t, 0, b.queue.Waiting()+b.queue.Undeleted())
	}
}

// TestMalformedMessagesOfAQueueThatDoesNotCount are dropped at once.
func TestMalformedMessagesOfAQueueThatDoesNotCount(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.ports.Queue = uncounted{b.queue}
	b.queue.Send([]byte("no JSON"))
	require.NoError(t, b.run())
	assert.Equal(t, 0, b.queue.Waiting()+b.queue.Undeleted())
}

type uncounted struct{ worker.Queue }

func (q uncounted) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	deliveries, err := q.Queue.Receive(ctx, most, wait)
	for i := range deliveries {
		deliveries[i].Receives, deliveries[i].Sent = 0, time.Time{}
	}
	return deliveries, err
}

// TestJobOfAnEndedStep does not run and leaves the queue.
func TestJobOfAnEndedStep(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	dead := b.commands("Dead", "echo never")
	b.reporter.Close("token-Dead")
	require.NoError(t, b.run())
	assert.Empty(t, dead)
	assert.Empty(t, b.text("Dead"))
	assert.Equal(t, 0, b.queue.Waiting()+b.queue.Undeleted())
}
