package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

var errService = errors.New("the service is busy")

// troubledQueue has trouble before it does what it is asked for; nil is none.
type troubledQueue struct {
	worker.Queue
	receive, delete func() error
}

func (q troubledQueue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	if q.receive != nil {
		if err := q.receive(); err != nil {
			return nil, err
		}
	}
	return q.Queue.Receive(ctx, most, wait)
}

func (q troubledQueue) Delete(ctx context.Context, delivery worker.Delivery) error {
	if q.delete != nil {
		if err := q.delete(); err != nil {
			return err
		}
	}
	return q.Queue.Delete(ctx, delivery)
}

// troubledReporter likewise.
type troubledReporter struct {
	worker.Reporter
	beat, answer func(ctx context.Context) error
}

func (r troubledReporter) Heartbeat(ctx context.Context, token string) error {
	if r.beat != nil {
		if err := r.beat(ctx); err != nil {
			return err
		}
	}
	return r.Reporter.Heartbeat(ctx, token)
}

func (r troubledReporter) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	if r.answer != nil {
		if err := r.answer(ctx); err != nil {
			return err
		}
	}
	return r.Reporter.Succeed(ctx, token, output)
}

func (r troubledReporter) Fail(ctx context.Context, token string, failure worker.Failure) error {
	if r.answer != nil {
		if err := r.answer(ctx); err != nil {
			return err
		}
	}
	return r.Reporter.Fail(ctx, token, failure)
}

// times fails so many times; the last of them panics.
func times(n int32) func() error {
	var calls atomic.Int32
	return func() error {
		switch call := calls.Add(1); {
		case call < n:
			return errService
		case call == n:
			panic("oh")
		}
		return nil
	}
}

// TestFailedCallsAreRetried: a failed call is logged and retried after a pause, and
// a panic ends neither the worker nor another job.
func TestFailedCallsAreRetried(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		trouble func(b *fixture, fails func() error)
		logged  string
		failing int32
	}{
		"receive": {func(b *fixture, fails func() error) { b.ports.Queue = troubledQueue{Queue: b.queue, receive: fails} }, "receive jobs", 2},
		"delete":  {func(b *fixture, fails func() error) { b.ports.Queue = troubledQueue{Queue: b.queue, delete: fails} }, "", 2},
		"beat": {func(b *fixture, fails func() error) {
			b.ports.Reporter = troubledReporter{Reporter: b.ports.Reporter, beat: func(context.Context) error { return fails() }}
		}, "send a heartbeat", 1}, // the second comes when the job may be over
		"report": {func(b *fixture, fails func() error) {
			b.ports.Reporter = troubledReporter{Reporter: b.ports.Reporter, answer: func(context.Context) error { return fails() }}
		}, "", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			c.trouble(b, times(c.failing))
			ran := filepath.Join(t.TempDir(), "ran")
			answers := b.commands("Step", "echo once >> "+ran)
			require.NoError(t, b.run())
			assert.Equal(t, answer{output: "{}"}, get(t, answers))
			content, err := os.ReadFile(ran)
			require.NoError(t, err)
			assert.Equal(t, "once\n", string(content))
			assert.Equal(t, 1, b.reported["Step"])
			assert.Equal(t, 0, b.queue.Waiting()+b.queue.Undeleted())
			assert.Contains(t, b.log(), "panic=oh")
			assert.Contains(t, b.log(), c.logged)
			assert.NotContains(t, b.log(), "token-Step")
		})
	}
}

// TestAStopDoesNotWaitForReports: a task that is being stopped has little time.
func TestAStopDoesNotWaitForReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFixture(t)
		b.config.HeartbeatInterval = protocol.HeartbeatInterval
		trying := make(chan struct{})
		var once sync.Once
		b.ports.Reporter = troubledReporter{Reporter: b.ports.Reporter, answer: func(context.Context) error {
			once.Do(func() { close(trying) })
			return errService
		}}
		b.ports.Source = fill(func(context.Context, string) error { return errors.New("no such archive") })
		b.commands("Step", "true")
		ctx, stop := context.WithCancelCause(t.Context())
		_, ended := b.start(ctx)
		<-trying
		stopped := errors.New("the task is being stopped")
		begin := time.Now()
		stop(stopped)
		require.ErrorIs(t, <-ended, stopped)
		assert.LessOrEqual(t, time.Since(begin), 15*time.Second)
	})
}

func TestJobTimeoutBoundsTheSourceToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFixture(t)
		b.config.HeartbeatInterval = protocol.HeartbeatInterval
		b.config.JobTimeout = time.Minute
		b.ports.Source = fill(func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() })
		answers := b.commands("Step", "true")
		require.NoError(t, b.run())
		assert.Equal(t, &worker.Failure{Error: protocol.ErrorRuntime, Cause: "get the distribution: timed out after 60 seconds"}, get(t, answers).failure)
	})
}

// TestJobTimeoutCarriesItsReason: the words say why the distribution was late.
func TestJobTimeoutCarriesItsReason(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFixture(t)
		b.config.HeartbeatInterval = protocol.HeartbeatInterval
		b.config.JobTimeout = time.Minute
		b.ports.Source = fill(func(ctx context.Context, _ string) error {
			<-ctx.Done()
			return fmt.Errorf("%w: download s3://bucket/shop.zip: slow down", context.Cause(ctx))
		})
		answers := b.commands("Step", "true")
		require.NoError(t, b.run())
		assert.Equal(t, "get the distribution: timed out after 60 seconds: download s3://bucket/shop.zip: slow down", get(t, answers).failure.Cause)
	})
}

// TestHeartbeatsWhileTheSourceIsSlow: the job is held from the moment it is
// taken.
func TestHeartbeatsWhileTheSourceIsSlow(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.ports.Source = fill(func(context.Context, string) error {
		assert.Eventually(t, func() bool { return b.reporter.Heartbeats("token-Step") > 3 }, testTimeout, time.Millisecond)
		return nil
	})
	answers := b.commands("Step", "true")
	require.NoError(t, b.run())
	assert.Nil(t, get(t, answers).failure)
}

// TestHeartbeatsUntilTheReport: a job that takes its time to end is held, too.
func TestHeartbeatsUntilTheReport(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.KillGrace = 2 * time.Second
	answers := b.commands("Step", "trap '' TERM; echo started; while :; do sleep 0.01; done")
	ctx, stop := context.WithCancel(t.Context())
	_, ended := b.start(ctx)
	b.awaitText("Step", "started\n")
	stop()
	before := b.reporter.Heartbeats("token-Step")
	require.Eventually(t, func() bool { return b.reporter.Heartbeats("token-Step") > before+3 }, testTimeout, time.Millisecond)
	require.ErrorIs(t, <-ended, context.Canceled)
	assert.Equal(t, &worker.Failure{Error: protocol.ErrorRuntime, Cause: "the runner was stopped: context canceled"}, get(t, answers).failure)
}

func TestALogThatPanicsCostsOnlyItsLines(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.ports.Log = logFunc(func(line) { panic("oh") })
	answers := b.commands("Step", "seq 200000") // more than one Write
	require.NoError(t, b.run())
	assert.Nil(t, get(t, answers).failure)
	assert.Equal(t, 1, strings.Count(b.log(), "panic=oh"))
}
