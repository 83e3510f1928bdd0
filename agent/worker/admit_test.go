package worker_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// decisions gives its verdicts one after another, the last one for ever.
func decisions(said ...worker.Decision) fakeFilter {
	var calls atomic.Int32
	return func(context.Context, *protocol.Message) (worker.Decision, error) {
		return said[min(int(calls.Add(1)), len(said))-1], nil
	}
}

type fakeFilter func(context.Context, *protocol.Message) (worker.Decision, error)

func (a fakeFilter) Check(ctx context.Context, message *protocol.Message) (worker.Decision, error) {
	return a(ctx, message)
}

// TestAJobOfAnotherConfiguration: the worker requeues it and stops as soon as it
// holds no job, so that a worker with that configuration can start.
func TestAJobOfAnotherConfiguration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.onRun(func(context.Context, string) { time.Sleep(10 * time.Minute) })
		ours := f.commands("Ours")
		begin := time.Now()
		_, ended := f.start(t.Context())
		synctest.Wait()
		f.state.Configure(5)
		foreign := f.commands("Foreign")
		require.NoError(t, <-ended)
		assert.Equal(t, sourceFailure(), get(t, ours).failure, "what runs is finished")
		assert.LessOrEqual(t, time.Since(begin), 11*time.Minute, "it does not stay for its hour")
		assert.Empty(t, foreign)
		assert.True(t, f.state.Retired())
		time.Sleep(10 * time.Second)
		assert.Equal(t, 1, f.queue.Waiting(), "it is soon there for another runner")
		assert.Equal(t, map[string]int{"Ours": 1}, f.runCounts())
	})
}

// TestARunnerWithAnotherAgent: the message is requeued at once, no more jobs are
// taken, and running jobs finish.
func TestARunnerWithAnotherAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.onRun(func(context.Context, string) { time.Sleep(10 * time.Minute) })
		ours := f.commands("Ours")
		_, ended := f.start(t.Context())
		synctest.Wait()
		f.state.Replace("B")
		begin := time.Now()
		others := f.commands("Others")
		time.Sleep(70 * time.Second) // a receive under way may have hidden it once more
		synctest.Wait()
		assert.Equal(t, 1, f.queue.Waiting())
		require.NoError(t, <-ended)
		assert.Equal(t, 10*time.Minute, time.Since(begin))
		assert.Equal(t, sourceFailure(), get(t, ours).failure)
		assert.Empty(t, others)
		assert.False(t, f.state.Retired(), "the state is the other's")
	})
}

// TestAReplacedAgentLeaves: one that knows only by a job of another configuration
// that it is of no use any more does not stay for what its successor runs.
func TestAReplacedAgentLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.ports.Filter = decisions(worker.Requeue)
		begin := time.Now()
		_, ended := f.start(t.Context())
		synctest.Wait()
		f.commands("Foreign")
		synctest.Wait()
		f.state.Replace("B")
		answers := f.reporter.Open("token-B")
		require.NoError(t, f.claims.Of("B").Claim(t.Context(), claimOf("token-B")))
		require.NoError(t, <-ended)
		assert.Less(t, time.Since(begin), protocol.LeaseTime)
		assert.Empty(t, answers, "B answers for its job itself")
		assert.False(t, f.state.Retired(), "the state is B's")
	})
}

// TestOtherConfigurationsWait: while this agent works, a step whose job waits for another
// configuration gets heartbeats, and the message of one that has ended is deleted.
func TestOtherConfigurationsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.ports.Filter = decisions(worker.Requeue)
		f.config.SettleTime = 5 * time.Minute
		_, ended := f.start(t.Context())
		synctest.Wait()
		f.commands("Foreign")
		for before := range 12 {
			time.Sleep(20 * time.Second)
			require.Greater(t, f.reporter.Heartbeats("token-Foreign"), before)
		}
		f.reporter.Close("token-Foreign")
		require.NoError(t, <-ended)
		assert.Zero(t, f.queue.Waiting()+f.queue.Undeleted(), "the message of a step that has ended is deleted")
	})
}

// TestDecisionsAreConfirmed: one stale read neither deletes a valid message nor
// ends a healthy agent.
func TestDecisionsAreConfirmed(t *testing.T) {
	t.Parallel()
	for name, said := range map[string][]worker.Decision{
		"drop":        {worker.Discard, worker.Accept},
		"leaving":     {worker.Superseded, worker.Accept},
		"both by one": {worker.Superseded, worker.Discard, worker.Accept},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newAgentGroup(t)
				f.ports.Filter = decisions(said...)
				answers := f.commands("Step")
				begin := time.Now()
				require.NoError(t, f.worker().Run(t.Context()))
				assert.Equal(t, sourceFailure(), get(t, answers).failure)
				assert.Greater(t, time.Since(begin), time.Hour, "it stays until it is idle")
			})
		})
	}
}

// TestAJobOfAnEndedExecution is dropped, and nothing is reported.
func TestAJobOfAnEndedExecution(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.state.EndExecution("arn:execution")
		answers := f.commands("Step")
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Empty(t, answers)
		assert.Empty(t, f.runCounts())
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
	})
}

// TestFilterErrors: a throttled read is retried. If it keeps failing or is
// refused, the job fails and leaves the queue; the agent goes on.
func TestFilterErrors(t *testing.T) {
	t.Parallel()
	denied := fmt.Errorf("%w: the table AttiniResourceStatesV1 may not be read", worker.ErrRefused)
	cases := map[string]struct {
		err     error
		times   int32
		failure *worker.Failure
		within  time.Duration
	}{
		"busy for a while": {errService, 5, sourceFailure(), time.Minute},
		"busy for ever":    {errService, 1000, &worker.Failure{Error: "IllegalAccessException", Cause: "check whether the job is for this runner: the service is busy"}, 5 * time.Minute},
		"refused":          {denied, 1000, &worker.Failure{Error: "IllegalAccessException", Cause: "check whether the job is for this runner: the service refused: the table AttiniResourceStatesV1 may not be read"}, time.Millisecond},
		"no verdict":       {nil, 1000, &worker.Failure{Error: "IllegalAccessException", Cause: "check whether the job is for this runner: the service refused: unknown decision 0"}, time.Millisecond},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newAgentGroup(t)
				var calls atomic.Int32
				f.ports.Filter = fakeFilter(func(_ context.Context, message *protocol.Message) (worker.Decision, error) {
					if message.Metadata.StepName == "Step" && calls.Add(1) <= c.times {
						return 0, c.err
					}
					return worker.Accept, nil
				})
				begin := time.Now()
				answers, other := f.commands("Step"), f.commands("Other")
				_, ended := f.start(t.Context())
				synctest.Wait()
				assert.Len(t, other, 1, "one message does not stop another")
				assert.Equal(t, c.failure, (<-answers).Failure)
				assert.LessOrEqual(t, time.Since(begin), c.within)
				require.NoError(t, <-ended)
				assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
				assert.Greater(t, time.Since(begin), time.Hour)
			})
		})
	}
}
