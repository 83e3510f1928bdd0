package worker_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// newSingleJobGroup is newAgentGroup with agents that leave after a job.
func newSingleJobGroup(t testing.TB) *agentGroup {
	t.Helper()
	f := newAgentGroup(t)
	f.config.SingleJob = true
	return f
}

// TestSingleJob: the agent runs one job at a time, keeps the steps of those that wait
// alive, and leaves after the first: the runner is marked as stopped before the step has
// its answer, and the others are in the queue at once.
func TestSingleJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSingleJobGroup(t)
		f.onRun(func(context.Context, string) { time.Sleep(10 * time.Minute) })
		f.record(&portRecorder{before: func(_ context.Context, call string) error {
			if call == "fail" {
				assert.True(t, f.state.Retired(), "the next step's launcher must not count this task as warm")
			}
			return nil
		}})
		first := f.commands("First")
		_, ended := f.start(t.Context())
		synctest.Wait()
		second, third := f.commands("Second"), f.commands("Third")
		time.Sleep(9 * time.Minute)
		assert.Equal(t, map[string]int{"First": 1}, f.runCounts())
		assert.GreaterOrEqual(t, f.reporter.Heartbeats("token-Second"), 26)
		assert.GreaterOrEqual(t, f.reporter.Heartbeats("token-Third"), 26)
		begin := time.Now()
		require.NoError(t, <-ended)
		assert.LessOrEqual(t, time.Since(begin), time.Minute+2*time.Second)
		assert.Equal(t, sourceFailure(), get(t, first).failure)
		assert.Equal(t, 2, f.queue.Waiting())
		assert.Empty(t, second)
		assert.Empty(t, third)
		assert.Empty(t, f.claims.Open())
		assert.Equal(t, map[string]int{"First": 1}, f.runCounts())
	})
}

// TestSingleJobRace: a job that is sent while the agent leaves is run once, by the agent
// that is started because the state says that the first has stopped, or by the one that
// is started for the jobs that wait when the first has ended. The test sends first and
// reads the state afterwards, as the launcher does.
func TestSingleJobRace(t *testing.T) {
	t.Parallel()
	for try := range 100 {
		synctest.Test(t, func(t *testing.T) {
			f := newSingleJobGroup(t)
			f.onRun(func(context.Context, string) { time.Sleep(time.Minute) })
			f.commands("First")
			_, first := f.start(t.Context())
			time.Sleep(time.Minute + time.Duration(try-50)*20*time.Millisecond)
			answers := f.commands("Second")
			startNext := func() <-chan error {
				f.state.Replace("B")
				f.useTask("B")
				_, started := f.start(t.Context())
				return started
			}
			var second <-chan error
			if f.state.Retired() {
				second = startNext()
			}
			require.NoError(t, <-first)
			if second == nil {
				require.Equal(t, 1, f.queue.Waiting(), "try %d", try)
				second = startNext()
			}
			require.NoError(t, <-second)
			require.Len(t, answers, 1, "try %d", try)
			assert.Equal(t, map[string]int{"First": 1, "Second": 1}, f.runCounts())
			assert.True(t, f.state.Retired())
			assert.Zero(t, f.queue.Waiting()+f.queue.Undeleted())
		})
	}
}

// TestSingleJobLeavesWhateverHappens: the job's end ends the agent, also when the
// runner's state cannot be written, another agent has replaced it, or the step has ended.
func TestSingleJobLeavesWhateverHappens(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(f *agentGroup){
		"the state cannot be written": func(f *agentGroup) { f.record(&portRecorder{before: failCalls("retire", errService)}) },
		"the state may not be written": func(f *agentGroup) {
			f.record(&portRecorder{before: failCalls("retire", fmt.Errorf("%w: denied", worker.ErrRefused))})
		},
		"it was replaced": func(f *agentGroup) {
			f.onRun(func(context.Context, string) { f.state.Replace("B") })
		},
		"its step has ended": func(f *agentGroup) {
			f.onRun(func(ctx context.Context, step string) {
				f.reporter.Close("token-" + step)
				<-ctx.Done()
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newSingleJobGroup(t)
				happens(f)
				f.commands("First")
				f.commands("Second")
				begin := time.Now()
				require.NoError(t, f.worker().Run(t.Context()))
				assert.Less(t, time.Since(begin), time.Minute)
				assert.Len(t, f.runCounts(), 1)
				assert.Equal(t, 1, f.queue.Waiting())
			})
		})
	}
}

// TestSingleJobTakesAnotherAfterNone: what did not run here left nothing behind, so the
// agent takes the next job.
func TestSingleJobTakesAnotherAfterNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSingleJobGroup(t)
		require.NoError(t, f.claims.Of("Z").Claim(t.Context(), worker.Claim{Token: "token-Ran before", Attempt: "1"}))
		require.NoError(t, f.claims.Of("Z").Finish(t.Context(), "token-Ran before"))
		f.commands("Ran before")
		f.queue.Send([]byte(`{"deploymentPlanExecutionMetadata": {"sfnToken": "token-No job"}}`))
		_, ended := f.start(t.Context())
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		assert.False(t, f.state.Retired())
		f.commands("Runs")
		require.NoError(t, <-ended)
		assert.Equal(t, map[string]int{"Runs": 1}, f.runCounts())
	})
}

// TestSingleJobThatCannotBeEnded: those that wait do not get its place, but go back to
// the queue, for another task.
func TestSingleJobThatCannotBeEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSingleJobGroup(t)
		f.config.JobTimeout = time.Hour
		let := make(chan struct{})
		f.onRun(func(context.Context, string) { <-let }) // whatever its context says
		hangs := f.commands("Hangs")
		_, ended := f.start(t.Context())
		synctest.Wait()
		f.commands("Waits")
		time.Sleep(time.Hour + 5*time.Minute)
		synctest.Wait()
		assert.Equal(t, protocol.ErrorRuntime, get(t, hangs).failure.Error)
		assert.True(t, f.state.Retired())
		assert.Equal(t, 1, f.queue.Waiting())
		close(let)
		require.NoError(t, <-ended)
		assert.Equal(t, map[string]int{"Hangs": 1}, f.runCounts())
	})
}

// TestSingleJobIsDrained: a stop of the task counts as it does for every agent.
func TestSingleJobIsDrained(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSingleJobGroup(t)
		f.onRun(func(ctx context.Context, _ string) { <-ctx.Done() })
		answers := f.commands("First")
		w, ended := f.start(t.Context())
		synctest.Wait()
		f.commands("Second")
		synctest.Wait()
		stop, halt := context.WithCancelCause(t.Context())
		w.Drain(stop)
		halt(errors.New("the stop timeout is over"))
		require.NoError(t, <-ended)
		assert.Contains(t, get(t, answers).failure.Cause, "the runner was stopped")
		assert.Equal(t, 1, f.queue.Waiting())
	})
}
