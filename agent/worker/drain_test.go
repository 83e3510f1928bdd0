package worker_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// TestDrainRequeues: waiting jobs are requeued as soon as the current receive
// has ended, and running jobs finish.
func TestDrainRequeues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs = 1
		f.onRun(func(context.Context, string) { time.Sleep(time.Hour) })
		running := f.commands("Running")
		w, ended := f.start(t.Context())
		synctest.Wait()
		waiting := f.commands("Waiting")
		f.commands("Waiting too")
		f.commands("In the queue")
		synctest.Wait()
		assert.Equal(t, 0, f.queue.Waiting())
		begin := time.Now()
		w.Drain(t.Context())
		w.Drain(t.Context())
		time.Sleep(2 * time.Second)
		assert.Equal(t, 3, f.queue.Waiting())
		assert.Equal(t, 0, f.queue.Undeleted())
		require.NoError(t, <-ended)
		assert.Equal(t, time.Hour, time.Since(begin))
		assert.Equal(t, sourceFailure(), get(t, running).failure)
		assert.Empty(t, waiting)
		assert.Equal(t, map[string]int{"Running": 1}, f.runCounts())
	})
}

// TestGivingBackIsTriedAgain, but does not hold up the end.
func TestRequeueIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		recorder := f.record(&portRecorder{before: failCalls("hide 0s", errService)})
		f.config.MaxConcurrentJobs = 1
		f.onRun(func(context.Context, string) { time.Sleep(time.Second) })
		f.commands("Running")
		ctx, stop := context.WithCancelCause(t.Context())
		_, ended := f.start(ctx)
		synctest.Wait()
		f.commands("Waiting")
		synctest.Wait()
		begin := time.Now()
		stop(errors.New("stopped"))
		require.Error(t, <-ended)
		assert.LessOrEqual(t, time.Since(begin), 15*time.Second)
		assert.Greater(t, recorder.count("hide 0s"), 3)
		assert.Contains(t, f.log(), "cannot return a message to the queue")
		time.Sleep(time.Minute)
		assert.Equal(t, 1, f.queue.Waiting())
	})
}

// TestDrainWithAStopTimeout: jobs may finish until the stop timeout; then they
// and their child processes are ended and reported.
func TestDrainWithAStopTimeout(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.LogURL = "https://logs"
	finishes := b.commands("Finishes", "echo started", "while [ ! -e "+b.config.Directory+"/go ]; do sleep 0.01; done")
	hangs := b.job("Hangs", map[string]any{
		"Environment": map[string]any{"MARK": "drain-ends-jobs"},
		"Commands":    []string{"setsid sleep 600 & echo started; sleep 600"},
	})
	w, ended := b.start(t.Context())
	b.awaitText("Finishes", "started\n")
	b.awaitText("Hangs", "started\n")
	stopTimeout, over := context.WithCancelCause(t.Context())
	w.Drain(stopTimeout)
	require.NoError(t, os.WriteFile(filepath.Join(b.config.Directory, "go"), nil, 0o600))
	assert.Equal(t, answer{output: "{}"}, get(t, finishes))
	assert.Empty(t, hangs)
	over(errors.New("the stop timeout is over"))
	require.NoError(t, <-ended)
	assert.Equal(t, &worker.Failure{
		Error: protocol.ErrorRuntime, Cause: "the runner was stopped: the stop timeout is over, see complete logs at: https://logs",
	}, get(t, hangs).failure)
	assert.False(t, alive(t, "drain-ends-jobs"))
}

// TestNothingStartsOnceStopped: a job that was claimed when the worker was
// stopped does not run, but is answered.
func TestNothingStartsOnceStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		ctx, stop := context.WithCancelCause(t.Context())
		f.record(&portRecorder{after: func(_ context.Context, call string) error {
			if call == "claim" {
				stop(errors.New("the task is being stopped"))
			}
			return nil
		}})
		answers := f.commands("Step")
		require.Error(t, f.worker().Run(ctx))
		assert.Equal(t, &worker.Failure{Error: protocol.ErrorRuntime, Cause: "the runner was stopped: the task is being stopped"}, get(t, answers).failure)
		assert.Empty(t, f.runCounts())
		assert.Empty(t, f.claims.Open())
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
	})
}

// TestDrainedWorkerEnds: a drained worker ends even if a job panics or
// cannot be reported.
func TestDrainedWorkerEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.record(&portRecorder{before: func(_ context.Context, call string) error {
			if call == "finish" {
				panic("oh")
			}
			return nil
		}})
		f.onRun(func(_ context.Context, step string) {
			time.Sleep(time.Minute)
			if step == "Panics" {
				panic("oh")
			}
		})
		panics, closed := f.commands("Panics"), f.commands("Closed")
		w, ended := f.start(t.Context())
		synctest.Wait()
		f.reporter.Close("token-Closed")
		w.Drain(t.Context())
		begin := time.Now()
		require.NoError(t, <-ended)
		assert.LessOrEqual(t, time.Since(begin), 2*time.Minute)
		assert.Equal(t, "get the distribution: internal error: oh", get(t, panics).failure.Cause)
		assert.Empty(t, closed)
	})
}

// slowQueue is one whose answers need half a second; who does not wait for one
// does not know what it had.
type slowQueue struct{ worker.Queue }

func (q slowQueue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	deliveries, err := q.Queue.Receive(ctx, most, wait)
	select {
	case <-time.After(500 * time.Millisecond):
		return deliveries, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// TestDrainAwaitsAnAnswer that is on its way: its messages are for another
// agent at once, and not only when they come again.
func TestDrainAwaitsAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.ports.Queue = slowQueue{f.queue}
		f.commands("Step")
		w, ended := f.start(t.Context())
		synctest.Wait()
		require.Equal(t, 1, f.queue.Undeleted(), "the answer is on its way")
		begin := time.Now()
		w.Drain(t.Context())
		require.NoError(t, <-ended)
		assert.LessOrEqual(t, time.Since(begin), 2*time.Second)
		assert.Equal(t, 1, f.queue.Waiting())
		assert.Empty(t, f.runCounts())
	})
}
