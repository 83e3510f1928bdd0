package aws

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMetadataIsOneConnectionAndATimeLimit: all requests share one connection,
// and an endpoint that hangs does not stop the agent.
func TestMetadataIsOneConnectionAndATimeLimit(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	var stuck atomic.Bool
	far := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stuck.Load() {
			<-r.Context().Done()
		}
		_, _ = w.Write([]byte(`{"DesiredStatus":"RUNNING"}`)) // the client's matter
	}))
	far.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	far.Start()
	t.Cleanup(far.Close)
	m := NewMetadata(far.URL)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	m.client.Transport = transport
	for range 5 {
		container, err := m.Container(t.Context())
		require.NoError(t, err)
		require.Equal(t, "RUNNING", container.DesiredStatus)
	}
	assert.EqualValues(t, 1, connections.Load())

	stuck.Store(true)
	require.Equal(t, 2*time.Second, m.client.Timeout)
	m.client.Timeout = 20 * time.Millisecond
	_, err := m.Container(t.Context())
	require.ErrorContains(t, err, "ask the ECS metadata endpoint")
}

func TestLogLinksOfPartitions(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1":     "https://eu-west-1.console.aws.amazon.com/cloudwatch/",
		"cn-north-1":    "https://cn-north-1.console.amazonaws.cn/cloudwatch/",
		"us-gov-west-1": "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/",
	} {
		link := logLink(map[string]string{"awslogs-region": region, "awslogs-group": "g", "awslogs-stream": "s"})
		assert.Contains(t, link, want)
	}
}
