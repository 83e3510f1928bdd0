package worker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/porttest"
)

var errDead = errors.New("the agent is dead")

// TestKilledAnywhere kills an agent before or after each of its calls takes
// effect, and starts another. Every step gets an answer, no job runs twice, and
// a job that was cut off fails by its claim.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"started", "unfinished", "receive", "admit", "beat", "claim", "delete", "run", "fail", "finish", "retire"} {
		for _, when := range []string{"before", "after"} {
			for nth := range 4 {
				t.Run(fmt.Sprintf("%s %s %d", when, call, nth+1), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { killed(t, call, when, int32(nth+1)) })
				})
			}
		}
	}
}

func killed(t *testing.T, call, when string, nth int32) {
	f := newAgentGroup(t)
	f.config.MaxConcurrentJobs = 2
	ctx, stop := context.WithCancelCause(t.Context())
	var calls atomic.Int32
	var dead atomic.Bool
	// A dead agent has no effect any more; that it is told so stands for the
	// silence of its machine.
	die := func(point string) func(context.Context, string) error {
		return func(_ context.Context, made string) error {
			if point == when && made == call && calls.Add(1) == nth {
				dead.Store(true)
				stop(errDead)
			}
			if dead.Load() {
				return errDead
			}
			return nil
		}
	}
	f.record(&portRecorder{before: die("before"), after: die("after")})
	answers := map[string]<-chan porttest.Answer{}
	for _, step := range []string{"One", "Two", "Three", "Four", "Five"} {
		answers[step] = f.commands(step)
	}
	f.onRun(func(context.Context, string) { time.Sleep(time.Minute) })
	err := f.worker().Run(ctx)
	if !dead.Load() {
		require.NoError(t, err)
	}
	f.state.Replace("B")
	f.useTask("B")
	require.NoError(t, f.worker().Run(t.Context()))
	synctest.Wait()
	for step, answer := range answers {
		require.Len(t, answer, 1, step)
		failure := (<-answer).Failure
		switch ran := f.runCounts()[step]; {
		case ran == 1 && *failure == *sourceFailure():
		case strings.HasPrefix(failure.Cause, "the runner ended while the job ran: task A"):
			assert.LessOrEqual(t, ran, 1, step)
			assert.True(t, dead.Load() && f.claims.Claimed("token-"+step), step)
		default:
			assert.Failf(t, "no way for a job to end", "%s ran %d times: %v", step, ran, failure)
		}
	}
	assert.Empty(t, f.claims.Open())
	assert.Equal(t, 0, f.queue.Waiting()+f.queue.Undeleted())
}
