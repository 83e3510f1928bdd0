package aws

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// TestReceive: a wait is in whole seconds, never shorter than asked for and
// never none, which would be the queue's own 20 s. The SDK's retry of a receive
// has its attempt id, another receive has another.
func TestReceive(t *testing.T) {
	t.Parallel()
	type request struct {
		WaitTimeSeconds         int
		ReceiveRequestAttemptID string `json:"ReceiveRequestAttemptId"`
	}
	var mu sync.Mutex
	var asked []request
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
	proxy.On("ReceiveMessage", func(n int, w http.ResponseWriter, r *http.Request) bool {
		body, err := fakeaws.Body(r)
		assert.NoError(t, err)
		var got request
		assert.NoError(t, json.Unmarshal(body, &got))
		mu.Lock()
		asked = append(asked, got)
		mu.Unlock()
		if n == 1 {
			panic(http.ErrAbortHandler) // the answer is lost
		}
		_, _ = w.Write([]byte("{}")) // the client's matter
		return true
	})
	queue := NewJobQueue(sdkConfig(t, proxy.Endpoint()))
	waits := []time.Duration{0, 400 * time.Millisecond, 7300 * time.Millisecond, time.Minute}
	for _, wait := range waits {
		_, err := queue.Receive(t.Context(), "https://sqs/1/runner.fifo", wait, time.Minute)
		require.NoError(t, err)
	}
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, asked, len(waits)+1)
	ids := map[string]bool{}
	for i, want := range []int{1, 1, 1, 8, 20} {
		assert.Equal(t, want, asked[i].WaitTimeSeconds)
		ids[asked[i].ReceiveRequestAttemptID] = true
	}
	assert.Equal(t, asked[0], asked[1])
	assert.Len(t, ids, len(waits))
	assert.NotContains(t, ids, "")
}
