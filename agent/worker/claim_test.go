package worker_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// TestOrderOfCalls: its claim is written before its message goes, and both
// before it runs.
func TestOrderOfCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		recorder := f.record(&portRecorder{})
		answers := f.commands("Step")
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Equal(t, sourceFailure(), get(t, answers).failure)
		all := recorder.recorded()
		assert.Contains(t, all, "unfinished", "it looks at what others have left, beside the first receive")
		calls := slices.DeleteFunc(all, func(call string) bool { return call == "receive" || call == "unfinished" })
		assert.Equal(t, []string{"started", "admit", "beat", "claim", "delete", "run", "fail", "finish"}, calls[:8])
		assert.Empty(t, f.claims.Open())
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
	})
}

// TestAClaimedJobDoesNotRun again, whoever has claimed it.
func TestAClaimedJobDoesNotRun(t *testing.T) {
	t.Parallel()
	for _, task := range []string{"A", "B"} {
		synctest.Test(t, func(t *testing.T) {
			f := newAgentGroup(t)
			require.NoError(t, f.claims.Of(task).Claim(t.Context(), worker.Claim{Token: "token-Step", Attempt: "earlier"}))
			answers := f.commands("Step")
			_, ended := f.start(t.Context())
			synctest.Wait()
			assert.Empty(t, f.runCounts())
			assert.Empty(t, answers, "who has claimed it answers")
			assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
			require.NoError(t, f.claims.Of(task).Finish(t.Context(), "token-Step"))
			require.NoError(t, <-ended)
		})
	}
}

// TestClaimsWhoseAnswersAreLost were written all the same: they are this
// worker's.
func TestClaimsWhoseAnswersAreLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		var calls atomic.Int32
		f.record(&portRecorder{after: func(_ context.Context, call string) error {
			if call == "claim" && calls.Add(1) < 3 {
				return errService
			}
			return nil
		}})
		answers := f.commands("Step")
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Equal(t, sourceFailure(), get(t, answers).failure)
		assert.Equal(t, map[string]int{"Step": 1}, f.runCounts())
	})
}

// TestAJobIsAnsweredWhenItCannotBeOwned: when the response to the claim (or,
// without claims, to the deletion) is lost, the job does not run, and its step
// fails instead of waiting.
func TestAJobIsAnsweredWhenItCannotBeOwned(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		before, after func(context.Context, string) error
		cause         string
		claims        bool
	}{
		"no claim":      {failCalls("claim", errService), nil, "claim the job: the service is busy", true},
		"a lost answer": {nil, failCalls("claim", errService), "claim the job: the service is busy", true},
		"no deletion":   {failCalls("delete", errService), nil, "delete the job from the queue: the service is busy", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newAgentGroup(t)
				if !c.claims {
					f.ports.Claims = nil
				}
				f.record(&portRecorder{before: c.before, after: c.after})
				answers := f.commands("Step")
				begin := time.Now()
				_, ended := f.start(t.Context())
				assert.Equal(t, &worker.Failure{Error: protocol.ErrorRuntime, Cause: c.cause}, (<-answers).Failure)
				assert.LessOrEqual(t, time.Since(begin), 5*time.Minute)
				assert.Greater(t, time.Since(begin), 3*time.Minute, "it is tried for long enough")
				require.NoError(t, <-ended)
				assert.Empty(t, f.runCounts())
				assert.Empty(t, f.claims.Open(), "no other agent fails the step again")
				assert.NotContains(t, f.log(), "token-Step")
			})
		})
	}
}

// TestAMessageThatCannotBeDeleted comes again, and is dropped for its claim.
func TestAMessageThatCannotBeDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		var calls atomic.Int32
		f.record(&portRecorder{before: func(_ context.Context, call string) error {
			if call == "delete" && calls.Add(1) < 20 {
				return errService
			}
			return nil
		}})
		answers := f.commands("Step")
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Equal(t, sourceFailure(), get(t, answers).failure)
		assert.Equal(t, map[string]int{"Step": 1}, f.runCounts())
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
	})
}

func claimOf(token string) worker.Claim {
	return worker.Claim{Token: token, Attempt: "attempt of " + token, StepName: "Step", ExecutionARN: "arn:execution", ClaimedAt: time.Now()}
}

// TestJobsOfADeadAgent are failed at the start, while the agent receives.
func TestJobsOfADeadAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		dead := f.claims.Of("arn:task/dead")
		answers, closed := f.reporter.Open("token-dead"), f.reporter.Open("token-closed")
		f.reporter.Close("token-closed")
		require.NoError(t, dead.Claim(t.Context(), claimOf("token-dead")))
		require.NoError(t, dead.Claim(t.Context(), claimOf("token-closed")))
		time.Sleep(protocol.LeaseTime)
		recorder := f.record(&portRecorder{})
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Equal(t, "started", recorder.recorded()[0])
		assert.ElementsMatch(t, []string{"started", "unfinished", "fail", "finish", "fail", "finish", "receive"}, recorder.recorded()[:7])
		failure := get(t, answers).failure
		require.NotNil(t, failure)
		assert.Equal(t, protocol.ErrorRuntime, failure.Error)
		for _, part := range []string{"the runner ended while the job ran", "task arn:task/dead ", " 2000-01-01T00:00:00Z ", " 3m0s"} {
			assert.Contains(t, failure.Cause, part)
		}
		assert.Empty(t, closed)
		assert.Empty(t, f.claims.Open())
		assert.NotContains(t, f.log(), "token-dead")
	})
}

// TestJobsOfALivingAgent are not touched: after a change of configuration the
// old agent finishes what it runs. When it dies later, they are answered.
func TestJobsOfALivingAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		let := make(chan struct{})
		f.onRun(func(context.Context, string) { <-let })
		finishes := f.commands("Finishes")
		_, first := f.start(t.Context())
		synctest.Wait()
		f.state.Replace("B")
		f.useTask("B")
		_, second := f.start(t.Context())
		time.Sleep(10 * time.Hour)
		synctest.Wait()
		assert.Empty(t, finishes)
		assert.Empty(t, second, "it stays, in case the other dies")
		close(let)
		assert.Equal(t, sourceFailure(), get(t, finishes).failure)
		// An agent that died the moment after it claimed.
		dies := f.reporter.Open("token-Dies")
		require.NoError(t, f.claims.Of("C").Claim(t.Context(), claimOf("token-Dies")))
		begin := time.Now()
		answer := <-dies
		assert.Contains(t, answer.Failure.Cause, "task C ")
		assert.LessOrEqual(t, time.Since(begin), 2*protocol.LeaseTime)
		require.NoError(t, <-second)
		// The first one is idle, too, or is not the runner's any more.
		require.NoError(t, <-first)
	})
}

// TestClaimsThatCannotBeRead do not keep the agent from its work.
func TestClaimsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.record(&portRecorder{before: failCalls("unfinished", errService)})
		answers := f.commands("Step")
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Equal(t, sourceFailure(), get(t, answers).failure)
		assert.Contains(t, f.log(), "read the claims of other agents")
	})
}

// TestAnUnansweredJobIsNotFinished: another agent has to answer it.
func TestAnUnansweredJobIsNotFinished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.record(&portRecorder{before: failCalls("fail", errService)})
		answers := f.commands("Step")
		ctx, stop := context.WithCancelCause(t.Context())
		_, ended := f.start(ctx)
		time.Sleep(time.Minute)
		stop(errors.New("stopped"))
		require.Error(t, <-ended)
		assert.Empty(t, answers)
		assert.Contains(t, f.claims.Open(), "token-Step")
		f.state.Replace("B")
		f.useTask("B")
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Contains(t, get(t, answers).failure.Cause, "the runner ended while the job ran: task A")
		assert.Equal(t, map[string]int{"Step": 1}, f.runCounts())
		assert.Empty(t, f.claims.Open())
	})
}
