package worker_test

import (
	"context"
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
)

// blockedLog is a log whose lines of one step are taken when they are let.
type blockedLog struct {
	worker.Log
	step string
	let  chan struct{}

	mu     sync.Mutex
	events []string
}

func (b *blockedLog) Open(message *protocol.Message) worker.JobLog {
	if message == nil || message.Metadata.StepName != b.step {
		return b.Log.Open(message)
	}
	return blockedLines{b}
}

func (b *blockedLog) note(event string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, event)
}

func (b *blockedLog) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.events, ", ")
}

type blockedLines struct{ *blockedLog }

func (b blockedLines) Write(time.Time, []byte) {
	<-b.let
	b.note("written")
}

func (b blockedLines) Close(context.Context) { b.note("closed") }

// TestABlockedLogHoldsNoJobUp: whatever a log does, its job ends at its timeout,
// the step is told, other jobs run, and the log is closed, once, when it lets go.
func TestABlockedLogHoldsNoJobUp(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.JobTimeout = time.Second
	b.config.MaxConcurrentJobs = 1
	log := &blockedLog{Log: b.ports.Log, step: "Prints", let: make(chan struct{})}
	b.ports.Log = log
	prints := b.commands("Prints", "seq 100000", "echo end")
	silent := b.commands("Silent", "true")
	_, ended := b.start(t.Context())
	for _, each := range []struct {
		answers <-chan porttest.Answer
		want    answer
	}{
		{prints, answer{failure: &worker.Failure{
			Error: protocol.ErrorScript, Cause: "Script timed out after 1 seconds, command 1 of 2: seq 100000 (limit: the Runner's JobTimeout)",
			Script: &worker.ScriptEnd{Limit: time.Second, Command: 1, Commands: 2, Line: 1, Text: "seq 100000"},
		}}},
		{silent, answer{output: "{}"}},
	} {
		select { // the job's second, its output's ten, its log's ten
		case a := <-each.answers:
			assert.Equal(t, each.want, answer{string(a.Output), a.Failure})
		case <-time.After(2 * testTimeout):
			require.Fail(t, "no answer came")
		}
	}
	assert.Empty(t, log.String())
	close(log.let)
	require.Eventually(t, func() bool { return log.String() == "written, closed" }, testTimeout, time.Millisecond, "%s", log)
	b.queue.Close()
	require.NoError(t, <-ended)
}

// TestAJobThatCannotBeEnded has no heartbeats for ever: its step is told, and
// others have its place.
func TestAJobThatCannotBeEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newAgentGroup(t)
		f.config.MaxConcurrentJobs = 1
		f.config.JobTimeout = time.Hour
		let := make(chan struct{})
		f.onRun(func(_ context.Context, step string) { // whatever its context says
			if step == "Hangs" {
				<-let
			}
		})
		recorder := f.record(&portRecorder{})
		hangs := f.commands("Hangs")
		_, ended := f.start(t.Context())
		synctest.Wait()
		waits := f.commands("Waits")
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Empty(t, hangs)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		failure := get(t, hangs).failure
		require.NotNil(t, failure)
		assert.Equal(t, protocol.ErrorRuntime, failure.Error)
		assert.Contains(t, failure.Cause, "could not end the job")
		assert.Equal(t, sourceFailure(), get(t, waits).failure, "it has the place")
		beats := recorder.count("beat")
		assert.Greater(t, beats, 180)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, beats, recorder.count("beat"))
		close(let)
		require.NoError(t, <-ended)
	})
}
