package aws

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// oneMessage is a queue that has one message, and notes what is asked of it.
type oneMessage struct {
	mutex sync.Mutex
	calls []string
	given bool
}

func (q *oneMessage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	target := r.Header.Get("X-Amz-Target")
	call := target[strings.LastIndex(target, ".")+1:]
	q.mutex.Lock()
	if call == "ChangeMessageVisibility" {
		call += string(body[strings.Index(string(body), `"VisibilityTimeout"`):])
	}
	q.calls = append(q.calls, call)
	given := q.given
	q.given = true
	q.mutex.Unlock()
	switch {
	case call != "ReceiveMessage":
		_, _ = io.WriteString(w, "{}")
	case given:
		<-r.Context().Done()
	default:
		_, _ = io.WriteString(w, `{"Messages":[{"Body":"{}","ReceiptHandle":"r1","MD5OfBody":"99914b932bd37a50b983c5e7c90ae93b"}]}`)
	}
}

func TestPrefetchQueue(t *testing.T) {
	t.Parallel()
	far := &oneMessage{}
	q := NewPrefetchQueue(t.Context(), NewQueue(configure(t, far), "https://queue", slog.New(slog.DiscardHandler)), 10)
	deliveries, err := q.Receive(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, deliveries, 1)
	assert.Equal(t, "r1", deliveries[0].Receipt)
	require.NoError(t, q.Requeue(t.Context()), "it is the worker's")
	assert.Equal(t, []string{"ReceiveMessage"}, far.calls)
}

// What nobody took is somebody else's at once.
func TestPrefetchQueueRequeues(t *testing.T) {
	t.Parallel()
	far := &oneMessage{}
	q := NewPrefetchQueue(t.Context(), NewQueue(configure(t, far), "https://queue", slog.New(slog.DiscardHandler)), 10)
	require.Eventually(t, func() bool { return len(q.first) == 1 }, time.Minute, time.Millisecond)
	require.NoError(t, q.Requeue(t.Context()))
	require.NoError(t, q.Requeue(t.Context()))
	assert.Equal(t, []string{"ReceiveMessage", `ChangeMessageVisibility"VisibilityTimeout":0}`}, far.calls)
}

// A poll that brings nothing ends with its agent, and waits no longer than is
// wanted.
func TestPrefetchQueueWithoutMessages(t *testing.T) {
	t.Parallel()
	far := &oneMessage{given: true}
	q := NewPrefetchQueue(t.Context(), NewQueue(configure(t, far), "https://queue", slog.New(slog.DiscardHandler)), 10)
	deliveries, err := q.Receive(t.Context(), 10, 10*time.Millisecond)
	require.NoError(t, err)
	assert.Empty(t, deliveries)
	require.NoError(t, q.Requeue(t.Context()))
}
