package worker_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
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

// TestWaitingJobsAreKeptInvisible: a job that waits for a free slot keeps its message
// invisible and its task token alive, however long it waits.
func TestWaitingJobsAreKeptInvisible(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.useQueue(memory.NewHidingQueue(15 * time.Second)) // as the original's
		recorder := f.record(&portRecorder{})
		f.config.MaxConcurrentJobs = 2
		f.onRun(func(context.Context, string) { time.Sleep(5 * time.Hour) })
		var answers []<-chan porttest.Answer
		for i := range 6 {
			answers = append(answers, f.commands(fmt.Sprint("Step", i)))
		}
		_, ended := f.start(t.Context())
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		assert.Len(t, f.runCounts(), 2)
		assert.Equal(t, 0, f.queue.Waiting())
		assert.Equal(t, 4, f.queue.Undeleted())
		assert.NotContains(t, f.log(), "delivered a waiting job again")
		assert.Equal(t, 4*4*60*3, recorder.count("hide 1m0s"), "each every 20 seconds")
		for i := range 6 {
			assert.GreaterOrEqual(t, f.reporter.Heartbeats(fmt.Sprint("token-Step", i)), 4*60*3)
		}
		require.NoError(t, <-ended)
		for _, answer := range answers {
			assert.Equal(t, sourceFailure(), get(t, answer).failure)
		}
	})
}

// TestHeldMessagesDoNotTakeAllMemory: the rest of them waits in the queue.
func TestHeldMessagesDoNotTakeAllMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs = 1
		f.onRun(func(context.Context, string) { time.Sleep(time.Minute) })
		large := map[string]any{"Commands": []string{"true"}, "Environment": map[string]any{"LARGE": strings.Repeat("x", 4<<20)}}
		for i := range 24 {
			f.job(fmt.Sprint("Step", i), large)
		}
		_, ended := f.start(t.Context())
		synctest.Wait()
		assert.Equal(t, 24-20, f.queue.Waiting(), "each receive brings ten, and two have more than 64 MB")
		require.NoError(t, <-ended)
		assert.Len(t, f.runCounts(), 24)
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
	})
}

// TestMessagesAreHiddenForTwelveHoursAtMost, which is what SQS can do. Then
// one comes again, and its new receipt counts.
func TestMessagesAreHiddenForTwelveHoursAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		recorder := f.record(&portRecorder{})
		f.config.MaxConcurrentJobs = 1
		f.onRun(func(context.Context, string) { time.Sleep(20 * time.Hour) })
		first := f.commands("First")
		_, ended := f.start(t.Context())
		synctest.Wait()
		second := f.commands("Second")
		time.Sleep(13 * time.Hour)
		assert.Equal(t, 1, strings.Count(f.log(), "delivered a waiting job again"))
		assert.Equal(t, 1, recorder.count("hide 55s"), "the last time is only as long as may be")
		require.NoError(t, <-ended)
		assert.Equal(t, sourceFailure(), get(t, first).failure)
		assert.Equal(t, sourceFailure(), get(t, second).failure)
		assert.Equal(t, map[string]int{"First": 1, "Second": 1}, f.runCounts())
	})
}

// TestWaitingJobOfAnEndedStep leaves the queue and the waiting room.
func TestWaitingJobOfAnEndedStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs = 1
		f.onRun(func(context.Context, string) { time.Sleep(time.Hour) })
		f.commands("First")
		_, ended := f.start(t.Context())
		synctest.Wait()
		stopped := f.commands("Stopped")
		synctest.Wait()
		f.reporter.Close("token-Stopped")
		time.Sleep(protocol.HeartbeatInterval)
		synctest.Wait()
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
		require.NoError(t, <-ended)
		assert.Empty(t, stopped)
		assert.Equal(t, map[string]int{"First": 1}, f.runCounts())
	})
}

// TestAClosedTokenEndsItsJob within one beat, and nothing is reported. A
// process in the job's place is TestAbandonedJobEndsUnreported.
func TestAClosedTokenEndsItsJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		recorder := f.record(&portRecorder{})
		endedAt := make(chan time.Time, 1)
		f.onRun(func(ctx context.Context, _ string) {
			<-ctx.Done()
			endedAt <- time.Now()
		})
		f.commands("Step")
		_, ended := f.start(t.Context())
		time.Sleep(time.Hour + time.Second)
		f.reporter.Close("token-Step")
		begin := time.Now()
		assert.LessOrEqual(t, (<-endedAt).Sub(begin), protocol.HeartbeatInterval)
		require.NoError(t, <-ended)
		assert.Equal(t, 0, recorder.count("fail")+recorder.count("succeed"))
		assert.Empty(t, f.claims.Open(), "nobody has to answer it")
	})
}

// hanging is a reporter and a queue whose calls about one job hang, some even
// when they are cancelled.
type hanging struct {
	worker.Reporter
	worker.Queue
	token string
	let   <-chan struct{}
}

func (h hanging) Heartbeat(ctx context.Context, token string) error {
	if token == h.token {
		<-h.let
	}
	return h.Reporter.Heartbeat(ctx, token)
}

func (h hanging) Hide(ctx context.Context, delivery worker.Delivery, duration time.Duration) error {
	if strings.Contains(string(delivery.Body), h.token) {
		<-h.let
	}
	return h.Queue.Hide(ctx, delivery, duration)
}

// TestNoJobStallsAnothersHeartbeat: not by a call that hangs, nor by running.
func TestNoJobStallsAnothersHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		let := make(chan struct{})
		h := hanging{Reporter: f.reporter, Queue: f.queue, token: "token-Hangs", let: let}
		f.ports.Queue, f.ports.Reporter = h, h
		f.onRun(func(context.Context, string) { <-let })
		f.commands("Hangs")
		f.commands("Step")
		_, ended := f.start(t.Context())
		time.Sleep(10 * protocol.HeartbeatInterval)
		synctest.Wait()
		assert.Equal(t, 11, f.reporter.Heartbeats("token-Step"))
		close(let)
		require.NoError(t, <-ended)
	})
}

// TestAHangingHideStallsNoHeartbeat of the job that it is about.
func TestAHangingHideStallsNoHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs = 1
		let := make(chan struct{})
		f.ports.Queue = hanging{Queue: f.queue, token: "token-Second", let: let}
		f.onRun(func(context.Context, string) { <-let })
		f.commands("First")
		_, ended := f.start(t.Context())
		synctest.Wait()
		f.commands("Second")
		time.Sleep(10 * protocol.HeartbeatInterval)
		synctest.Wait()
		assert.Equal(t, 11, f.reporter.Heartbeats("token-Second"))
		close(let)
		require.NoError(t, <-ended)
	})
}

// meter notes what it is told.
type meter struct {
	mu       sync.Mutex
	waits    []time.Duration
	outcomes map[worker.Outcome][]time.Duration
}

func (m *meter) JobStarted(queueWait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waits = append(m.waits, queueWait)
}

func (m *meter) JobEnded(outcome worker.Outcome, runTime time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[outcome] = append(m.outcomes[outcome], runTime)
}

func TestMeter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs, f.config.JobTimeout = 1, 10*time.Minute
		m := &meter{outcomes: map[worker.Outcome][]time.Duration{}}
		f.ports.Meter = m
		f.onRun(func(ctx context.Context, step string) {
			switch step {
			case "Fails":
				time.Sleep(time.Minute)
			default:
				<-ctx.Done()
			}
		})
		f.commands("Fails")
		w, ended := f.start(t.Context())
		synctest.Wait()
		f.commands("Times out")
		time.Sleep(2 * time.Minute)
		f.commands("Abandoned")
		time.Sleep(10 * time.Minute)
		f.reporter.Close("token-Abandoned")
		time.Sleep(protocol.HeartbeatInterval)
		f.commands("Stopped")
		time.Sleep(time.Second)
		stopping, stop := context.WithCancel(t.Context())
		w.Drain(stopping)
		stop()
		require.NoError(t, <-ended)
		assert.Equal(t, []time.Duration{0, time.Minute, 9 * time.Minute, 0}, m.waits)
		assert.Equal(t, []time.Duration{time.Minute}, m.outcomes[worker.Failed])
		assert.Equal(t, []time.Duration{10 * time.Minute}, m.outcomes[worker.TimedOut])
		assert.Len(t, m.outcomes[worker.Abandoned], 1)
		assert.Equal(t, []time.Duration{time.Second}, m.outcomes[worker.Stopped])
	})
}

// TestAMeterThatPanics costs only its numbers.
func TestAMeterThatPanics(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.ports.Meter = panicMeter{}
	answers := b.commands("Step", "true")
	require.NoError(t, b.run())
	assert.Equal(t, answer{output: "{}"}, get(t, answers))
	assert.Equal(t, 2, strings.Count(b.log(), "panic=oh"))
}

type panicMeter struct{}

func (panicMeter) JobStarted(time.Duration)               { panic("oh") }
func (panicMeter) JobEnded(worker.Outcome, time.Duration) { panic("oh") }
