package porttest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

// Answer is the answer to a step: an output or a failure.
type Answer = memory.Answer

// ReporterFixture is a reporter under test and its steps.
type ReporterFixture struct {
	Reporter worker.Reporter
	// Open opens a token; the buffered channel gets its one answer.
	Open func(t testing.TB) (token string, answers <-chan Answer)
	// Close closes an open token.
	Close func(t testing.TB, token string)
}

// Reporter checks worker.Reporter. open is called for each case; cases run
// concurrently.
func Reporter(t *testing.T, open func(t *testing.T) ReporterFixture) {
	t.Helper()
	cases := map[string]func(*testing.T, ReporterFixture){
		"an output arrives":                     outputArrives,
		"a failure arrives":                     failureArrives,
		"a heartbeat answers nothing":           heartbeatAnswersNothing,
		"an answered token is closed":           answeredIsClosed,
		"a token of no step is closed":          closedIsClosed,
		"what is no token is closed":            noTokenIsClosed,
		"of many answers one counts":            oneAnswerCounts,
		"a call that is cancelled is no answer": cancelledIsNoAnswer,
	}
	for name, check := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

func await(t testing.TB, answers <-chan Answer) Answer {
	t.Helper()
	select {
	case answer := <-answers:
		return answer
	case <-time.After(testTimeout):
		require.Fail(t, "no answer came")
		return Answer{}
	}
}

func outputArrives(t *testing.T, f ReporterFixture) {
	largest := `"` + strings.Repeat("x", protocol.MaxPayload-2) + `"`
	for _, output := range []string{`{}`, `{"a":[1,12345678901234567890,null]}`, `"text 日本 🚀 <&>"`, `null`, `5`, largest} {
		token, answers := f.Open(t)
		require.NoError(t, f.Reporter.Succeed(t.Context(), token, json.RawMessage(output)))
		answer := await(t, answers)
		assert.Nil(t, answer.Failure)
		assert.True(t, output == string(answer.Output), "%.80s", output)
	}
}

func failureArrives(t *testing.T, f ReporterFixture) {
	for _, failure := range []worker.Failure{
		{Error: protocol.ErrorScript, Cause: "Script exited with code 3"},
		{Error: protocol.ErrorStartup, Cause: ""},
		{Error: strings.Repeat("é", protocol.MaxErrorName), Cause: strings.Repeat("日", protocol.MaxCause)},
	} {
		token, answers := f.Open(t)
		require.NoError(t, f.Reporter.Fail(t.Context(), token, failure))
		answer := await(t, answers)
		assert.Nil(t, answer.Output)
		require.NotNil(t, answer.Failure)
		assert.True(t, failure == *answer.Failure, "%.80s", failure.Cause)
	}
}

func heartbeatAnswersNothing(t *testing.T, f ReporterFixture) {
	token, answers := f.Open(t)
	for range 3 {
		require.NoError(t, f.Reporter.Heartbeat(t.Context(), token))
	}
	assert.Empty(t, answers)
	require.NoError(t, f.Reporter.Succeed(t.Context(), token, json.RawMessage(`{}`)))
	await(t, answers)
}

func assertClosed(t *testing.T, f ReporterFixture, token string) {
	t.Helper()
	assert.ErrorIs(t, f.Reporter.Heartbeat(t.Context(), token), worker.ErrTokenClosed)
	assert.ErrorIs(t, f.Reporter.Succeed(t.Context(), token, json.RawMessage(`{}`)), worker.ErrTokenClosed)
	assert.ErrorIs(t, f.Reporter.Fail(t.Context(), token, worker.Failure{Error: "E", Cause: "c"}), worker.ErrTokenClosed)
}

func answeredIsClosed(t *testing.T, f ReporterFixture) {
	succeeded, _ := f.Open(t)
	require.NoError(t, f.Reporter.Succeed(t.Context(), succeeded, json.RawMessage(`{}`)))
	assertClosed(t, f, succeeded)
	failed, _ := f.Open(t)
	require.NoError(t, f.Reporter.Fail(t.Context(), failed, worker.Failure{Error: "E", Cause: "c"}))
	assertClosed(t, f, failed)
}

func closedIsClosed(t *testing.T, f ReporterFixture) {
	token, answers := f.Open(t)
	other, others := f.Open(t)
	require.NoError(t, f.Reporter.Heartbeat(t.Context(), token))
	f.Close(t, token)
	assertClosed(t, f, token)
	assert.Empty(t, answers)
	require.NoError(t, f.Reporter.Succeed(t.Context(), other, json.RawMessage(`1`)), "other tokens are not touched")
	await(t, others)
}

func noTokenIsClosed(t *testing.T, f ReporterFixture) {
	assertClosed(t, f, "no token at all")
}

func oneAnswerCounts(t *testing.T, f ReporterFixture) {
	token, answers := f.Open(t)
	var counted atomic.Int32
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			var err error
			if i%2 == 0 {
				err = f.Reporter.Succeed(t.Context(), token, json.RawMessage(`{}`))
			} else {
				err = f.Reporter.Fail(t.Context(), token, worker.Failure{Error: "E", Cause: "c"})
			}
			if err == nil {
				counted.Add(1)
				return
			}
			assert.ErrorIs(t, err, worker.ErrTokenClosed)
		})
	}
	wait.Wait()
	assert.Equal(t, int32(1), counted.Load())
	await(t, answers)
	assert.Empty(t, answers)
}

func cancelledIsNoAnswer(t *testing.T, f ReporterFixture) {
	token, answers := f.Open(t)
	over, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("cancelled by the test"))
	for _, err := range []error{
		f.Reporter.Heartbeat(over, token),
		f.Reporter.Succeed(over, token, json.RawMessage(`{}`)),
		f.Reporter.Fail(over, token, worker.Failure{Error: "E", Cause: "c"}),
	} {
		require.Error(t, err)
		assert.NotErrorIs(t, err, worker.ErrTokenClosed)
	}
	assert.Empty(t, answers)
	require.NoError(t, f.Reporter.Succeed(t.Context(), token, json.RawMessage(`{}`)))
	await(t, answers)
}
