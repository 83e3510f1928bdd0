package worker_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// TestIdleRace: a job that is sent while the agent stops is run by this agent, or
// by the one that is started because the state says that it has stopped. The
// test sends first and reads the state afterwards, as the launcher does.
func TestIdleRace(t *testing.T) {
	t.Parallel()
	for try := range 200 {
		synctest.Test(t, func(t *testing.T) {
			f := newAgentGroup(t)
			f.config.IdleTimeToLive = time.Minute
			_, first := f.start(t.Context())
			// The whole time in which it leaves, and the same instants exactly.
			time.Sleep(time.Minute + time.Duration(try-50)*10*time.Millisecond)
			answers := f.commands("Step")
			second := make(chan error, 1)
			if f.state.Retired() {
				f.state.Replace("B")
				f.useTask("B")
				_, started := f.start(t.Context())
				second <- <-started
			}
			require.NoError(t, <-first)
			synctest.Wait()
			require.Len(t, answers, 1, "try %d", try)
			assert.Equal(t, sourceFailure(), (<-answers).Failure)
			assert.Equal(t, map[string]int{"Step": 1}, f.runCounts())
			assert.True(t, f.state.Retired())
		})
	}
}

// TestIdleRaceWithRealTime is TestIdleRace without a fake clock, which would
// order all events. The last receive is as short as the queue allows. The second
// agent stays for 5 s, in which the first requeues what that receive returned.
func TestIdleRaceWithRealTime(t *testing.T) {
	t.Parallel()
	var tries sync.WaitGroup
	for try := range 200 {
		f := newAgentGroup(t)
		f.config.IdleTimeToLive = 5 * time.Millisecond
		f.ports.Queue = shortPollQueue{f.queue}
		tries.Go(func() {
			_, first := f.start(t.Context())
			moment := f.state.Started
			if try%2 == 0 {
				moment = f.state.Retired
			}
			assert.Eventually(t, moment, testTimeout, time.Millisecond)
			answers := f.commands("Step")
			replaced := f.state.Retired()
			if replaced {
				f.state.Replace("B")
				f.useTask("B")
				f.ports.Queue = shortPollQueue{f.queue}
				f.config.SettleTime = 5 * time.Second
				_, second := f.start(t.Context())
				assert.NoError(t, <-second)
			}
			assert.NoError(t, <-first)
			// On a busy machine the first may take longer: the launcher starts another then.
			if replaced && f.queue.Waiting() > 0 {
				f.state.Replace("C")
				f.useTask("C")
				_, third := f.start(t.Context())
				assert.NoError(t, <-third)
			}
			if assert.Len(t, answers, 1, "try %d", try) {
				assert.Equal(t, sourceFailure(), (<-answers).Failure)
			}
			assert.Equal(t, map[string]int{"Step": 1}, f.runCounts())
		})
	}
	tries.Wait()
}

// shortPollQueue waits for a millisecond at most.
type shortPollQueue struct{ worker.Queue }

func (q shortPollQueue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	return q.Queue.Receive(ctx, most, min(wait, time.Millisecond))
}

// TestLastReceiveIsRepeated: what it finds is run, and then it looks again.
func TestLastReceiveIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs = 1
		f.onRun(func(context.Context, string) { time.Sleep(time.Minute) })
		var sent atomic.Bool
		recorder := f.record(&portRecorder{after: func(_ context.Context, call string) error {
			if call == "retire" && !sent.Swap(true) {
				for i := range 5 {
					f.commands(fmt.Sprint("Step", i))
				}
			}
			return nil
		}})
		require.NoError(t, f.worker().Run(t.Context()))
		assert.Len(t, f.runCounts(), 5)
		assert.Equal(t, 1, recorder.count("retire"))
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
	})
}

// TestAgentThatCannotRetireKeepsRunning: else a job could be missed.
func TestAgentThatCannotRetireKeepsRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		var until atomic.Pointer[time.Time]
		f.record(&portRecorder{before: func(_ context.Context, call string) error {
			if over := until.Load(); call == "retire" && time.Now().Before(*over) {
				return errService
			}
			return nil
		}})
		over := time.Now().Add(10 * time.Hour)
		until.Store(&over)
		_, ended := f.start(t.Context())
		time.Sleep(5 * time.Hour)
		answers, asked := f.commands("Step"), time.Now()
		assert.Equal(t, sourceFailure(), (<-answers).Failure)
		assert.LessOrEqual(t, time.Since(asked), 30*time.Second)
		require.NoError(t, <-ended)
		assert.WithinRange(t, time.Now(), over, over.Add(5*time.Minute))
		assert.True(t, f.state.Retired())
	})
}

// TestLastReceiveFails is repeated until the queue has answered.
func TestLastReceiveFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		var failures atomic.Int32
		f.record(&portRecorder{before: func(_ context.Context, call string) error {
			if call == "receive" && f.state.Retired() && failures.Add(1) <= 10 {
				return errService
			}
			return nil
		}})
		_, ended := f.start(t.Context())
		time.Sleep(time.Hour + time.Second)
		assert.True(t, f.state.Retired())
		answers := f.commands("Step")
		require.NoError(t, <-ended)
		assert.Equal(t, sourceFailure(), get(t, answers).failure)
	})
}

// TestARedundantAgentLeaves: an agent that the state does not name stops before
// its startup commands and receives nothing. It first waits as long as the
// launcher may need to record it.
func TestARedundantAgentLeaves(t *testing.T) {
	t.Parallel()
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			f := newAgentGroup(t)
			f.useTask("B")
			recorder := f.record(&portRecorder{})
			f.config.StartupCommands = []string{"echo never"}
			answers := f.commands("Step")
			begin := time.Now()
			require.ErrorIs(t, f.worker().Run(t.Context()), worker.ErrSuperseded)
			assert.LessOrEqual(t, time.Since(begin), time.Minute)
			assert.Equal(t, recorder.count("started"), len(recorder.recorded()))
			assert.Empty(t, answers)
			assert.Equal(t, 1, f.queue.Waiting())
			assert.Empty(t, f.text(worker.StartupStep))
		})
	})
	t.Run("named late", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			f := newAgentGroup(t)
			f.useTask("B")
			answers := f.commands("Step")
			_, ended := f.start(t.Context())
			time.Sleep(10 * time.Second)
			f.state.Replace("B")
			require.NoError(t, <-ended)
			assert.Equal(t, sourceFailure(), get(t, answers).failure)
		})
	})
}

// TestStartupFilesAreRemoved: the script of the startup commands is deleted.
func TestStartupFilesAreRemoved(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.StartupCommands = []string{"touch file"}
	require.NoError(t, b.run())
	assertNothingLeft(t, b)
}

// TestAFailingStartFailsEveryJob: every waiting job fails, also one that arrives
// meanwhile, but no job of another runner. The agent marks itself as retired.
func TestAFailingStartFailsEveryJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs = 1
		recorder := f.record(&portRecorder{before: failCalls("started", errService)})
		var open []<-chan porttest.Answer
		for i := range 20 {
			open = append(open, f.commands(fmt.Sprint("Step", i)))
		}
		f.state.EndExecution("arn:other")
		begin := time.Now()
		err := f.worker().Run(t.Context())
		var failed *worker.StartupError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "mark the runner as started: the service is busy", failed.Cause)
		assert.LessOrEqual(t, time.Since(begin), 2*time.Minute)
		for _, answers := range open {
			require.Len(t, answers, 1)
			assert.Equal(t, &worker.Failure{Error: protocol.ErrorStartup, Cause: failed.Cause}, (<-answers).Failure)
		}
		assert.Empty(t, f.runCounts())
		assert.True(t, f.state.Retired())
		assert.Equal(t, 0, recorder.count("claim"))
		assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
	})
}

// TestFailingTheWaitingJobsIsBounded: by a service that refuses everything.
func TestFailingTheWaitingJobsIsBounded(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"receive", "admit", "fail", "delete", "retire"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newAgentGroup(t)
				f.record(&portRecorder{before: failCalls(call, errService)})
				f.commands("Step")
				begin := time.Now()
				require.NoError(t, f.worker().FailWaiting(t.Context(), worker.Failure{Error: protocol.ErrorStartup, Cause: "the version is too old"}))
				assert.LessOrEqual(t, time.Since(begin), 6*time.Minute)
			})
		})
	}
}

// TestRefuse fails what waits, for a runner that cannot even start.
func TestRefuse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		failure := worker.Failure{Error: protocol.ErrorStartup, Cause: "the version is too old"}
		ours := f.commands("Ours")
		require.NoError(t, f.worker().FailWaiting(t.Context(), failure))
		assert.Equal(t, &failure, get(t, ours).failure)
		f.state.Replace("B")
		others := f.commands("Others")
		require.NoError(t, f.worker().FailWaiting(t.Context(), failure))
		assert.Empty(t, others, "another agent runs it")
		assert.Equal(t, 1, f.queue.Waiting())
	})
}

// TestMessagesThatAreNoJobsDoNotKeepTheAgent, however often they come.
func TestMessagesThatAreNoJobsDoNotKeepTheAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.state.EndExecution("arn:execution")
		begin := time.Now()
		_, ended := f.start(t.Context())
		for {
			select {
			case err := <-ended:
				require.NoError(t, err)
				assert.LessOrEqual(t, time.Since(begin), time.Hour+time.Minute)
				return
			case <-time.After(3 * time.Second):
				require.Less(t, time.Since(begin), 2*time.Hour)
				f.commands("Step")
			}
		}
	})
}
