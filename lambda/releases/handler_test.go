package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// invoke has an API answer an event, and returns its answer and the log.
func invoke(t *testing.T, api http.HandlerFunc, payload []byte) (response, string) {
	t.Helper()
	var log bytes.Buffer
	text, err := handler{logger: slog.New(slog.NewJSONHandler(&log, nil)), api: api}.Invoke(t.Context(), payload)
	require.NoError(t, err)
	var answer response
	require.NoError(t, json.Unmarshal(text, &answer))
	return answer, log.String()
}

func payload(t *testing.T, method, path string) []byte {
	t.Helper()
	text, err := json.Marshal(eventFor(method, path))
	require.NoError(t, err)
	return text
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method string
		api    http.HandlerFunc
		want   response
	}{
		"nothing written": {"GET", func(http.ResponseWriter, *http.Request) {}, response{StatusCode: 200, Headers: map[string]string{}}},
		"text": {
			"GET", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "5")
				w.Header()["A"] = []string{"1", "2"}
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusTeapot)
				w.WriteHeader(http.StatusOK)
				w.Header().Set("Late", "yes")
				_, _ = w.Write([]byte(r.URL.Path))
				_, _ = w.Write([]byte("é"))
			},
			response{StatusCode: 418, Headers: map[string]string{"A": "1, 2"}, Body: "/pathé"},
		},
		"no text": {
			"GET", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0xff, 0}) },
			response{StatusCode: 200, Headers: map[string]string{}, Body: "/wA=", IsBase64Encoded: true},
		},
		"head": {
			"HEAD", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("content")) },
			response{StatusCode: 200, Headers: map[string]string{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, log := invoke(t, test.api, payload(t, test.method, "/path"))
			assert.Equal(t, test.want, got)
			assert.Contains(t, log, `"requestId":"id"`)
			assert.Contains(t, log, `"path":"/path"`)
		})
	}
}

// TestInvokeAnswers: whatever happens, the client gets a problem.
func TestInvokeAnswers(t *testing.T) {
	t.Parallel()
	nobody := func(http.ResponseWriter, *http.Request) { panic("secret") }
	for name, test := range map[string]struct {
		payload []byte
		status  int
	}{
		"no JSON":      {[]byte("{"), 400},
		"no object":    {[]byte(`[]`), 400},
		"no request":   {[]byte(`{}`), 400},
		"version 1":    {[]byte(`{"version": "1.0", "path": "/"}`), 400},
		"wrong fields": {[]byte(`{"version": "2.0", "headers": []}`), 400},
		"panic":        {payload(t, "GET", "/"), 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, log := invoke(t, nobody, test.payload)
			assert.Equal(t, test.status, got.StatusCode)
			assert.Equal(t, "application/problem+json", got.Headers["Content-Type"])
			assert.Equal(t, "no-store", got.Headers["Cache-Control"])
			var problem struct {
				Type, Title, Detail string
				Status              int
			}
			require.NoError(t, json.Unmarshal([]byte(got.Body), &problem))
			assert.Equal(t, test.status, problem.Status)
			assert.Equal(t, http.StatusText(test.status), problem.Title)
			assert.NotContains(t, problem.Detail, "secret")
			assert.NotEmpty(t, log)
		})
	}
}

// TestLog: a client's text does not fill the log.
func TestLog(t *testing.T) {
	t.Parallel()
	_, log := invoke(t, func(http.ResponseWriter, *http.Request) {}, payload(t, "GET", "/"+strings.Repeat("a", 1_000_000)))
	assert.Less(t, len(log), 1000)
}

// FuzzInvoke: every event is answered, with nothing but what the API says, 400
// if it is no request.
func FuzzInvoke(f *testing.F) {
	for _, path := range []string{"/", "/%zz", "/a?b", "//", ""} {
		text, err := json.Marshal(eventFor(http.MethodGet, path))
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(`{"version": "2.0"}`))
	h := handler{logger: slog.New(slog.DiscardHandler), api: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.EscapedPath(), "/") {
			panic(r.URL.EscapedPath())
		}
		w.WriteHeader(http.StatusTeapot)
	})}
	f.Fuzz(func(t *testing.T, payload []byte) {
		text, err := h.Invoke(t.Context(), payload)
		require.NoError(t, err)
		var answer response
		require.NoError(t, json.Unmarshal(text, &answer))
		assert.Contains(t, []int{http.StatusTeapot, http.StatusBadRequest}, answer.StatusCode)
	})
}
