package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/worker"
)

// TestIdentifyTriesAgain: one failed answer does not end the agent's start.
func TestIdentifyTriesAgain(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]http.HandlerFunc{
		"an error":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"a reset":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no JSON":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "starting") },
		"no labels": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) == 1 {
					first(w, r)
					return
				}
				fmt.Fprint(w, `{"DesiredStatus":"RUNNING","Labels":{"com.amazonaws.ecs.task-arn":"arn:task"}}`)
			}))
			t.Cleanup(far.Close)
			a := &agent{settings: settings{MetadataURI: far.URL}, logger: slog.New(slog.DiscardHandler)}
			a.identify(t.Context())
			require.NoError(t, a.identifyErr)
			assert.Equal(t, "arn:task", a.container.TaskARN)
			assert.EqualValues(t, 2, asked.Load())
		})
	}
}

func TestRetryStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &agent{logger: slog.New(slog.DiscardHandler)}
		broken := errors.New("broken")
		begin, calls := time.Now(), 0
		require.ErrorIs(t, a.retryStart(t.Context(), func(ctx context.Context) error { calls++; <-ctx.Done(); return broken }), broken)
		assert.Greater(t, calls, 3, "a call that hangs is repeated")
		assert.LessOrEqual(t, time.Since(begin), startTimeout+startCallTimeout)

		calls = 0
		require.ErrorIs(t, a.retryStart(t.Context(), func(context.Context) error { calls++; return worker.ErrRefused }), worker.ErrRefused)
		assert.Equal(t, 1, calls, "what is refused is not repeated")
	})
}
