package memory_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemoryQueue(t *testing.T) {
	t.Parallel()
	porttest.Queue(t, func(*testing.T) porttest.QueueFixture {
		q := memory.NewQueue()
		return porttest.QueueFixture{
			Queue: q,
			Send:  func(_ testing.TB, body []byte) { q.Send(body) },
			Close: func(testing.TB) { q.Close() }, Lapses: true,
		}
	})
}

func TestMemoryReporter(t *testing.T) {
	t.Parallel()
	porttest.Reporter(t, func(*testing.T) porttest.ReporterFixture {
		r := memory.NewReporter()
		var tokens atomic.Int64
		return porttest.ReporterFixture{
			Reporter: r,
			Open: func(testing.TB) (string, <-chan porttest.Answer) {
				token := fmt.Sprint("token", tokens.Add(1))
				return token, r.Open(token)
			},
			Close: func(_ testing.TB, token string) { r.Close(token) },
		}
	})
}

func TestMemoryClaims(t *testing.T) {
	t.Parallel()
	porttest.Claims(t, func(*testing.T) porttest.ClaimsFixture {
		c := memory.NewClaims()
		return porttest.ClaimsFixture{Of: func(_ testing.TB, task string) worker.Claims { return c.Of(task) }}
	})
}

func TestMemoryRunnerState(t *testing.T) {
	t.Parallel()
	porttest.RunnerState(t, func(*testing.T) porttest.RunnerStateFixture {
		s := memory.NewState("A")
		return porttest.RunnerStateFixture{
			State:   s.RunnerState("A"),
			Replace: func(testing.TB) { s.Replace("B") },
			Started: func(testing.TB) bool { return s.Started() },
			Retired: func(testing.TB) bool { return s.Retired() },
		}
	})
}

func TestMemoryMessageFilter(t *testing.T) {
	t.Parallel()
	porttest.MessageFilter(t, func(*testing.T) porttest.MessageFilterFixture {
		s := memory.NewState("A")
		s.Configure(5)
		s.EndExecution("over")
		return porttest.MessageFilterFixture{
			Filter: s.MessageFilter("A"),
			Message: func(_ testing.TB, verdict worker.Decision) *protocol.Message {
				message := &protocol.Message{ConfigurationHash: 5}
				switch verdict {
				case worker.Requeue:
					message.ConfigurationHash = 6
				case worker.Discard:
					message.Metadata.ExecutionARN = "over"
				case worker.Superseded:
					s.Replace("B")
				}
				return message
			},
		}
	})
}

// TestRedeliver is what only the queue in memory can be asked to do.
func TestRedeliver(t *testing.T) {
	t.Parallel()
	q := memory.NewQueue()
	q.Send([]byte("first"))
	q.Send([]byte("second"))
	got, err := q.Receive(t.Context(), 1, time.Second)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1}, []int{q.Waiting(), q.Undeleted()})
	q.Redeliver()
	assert.Equal(t, []int{2, 0}, []int{q.Waiting(), q.Undeleted()})
	again, err := q.Receive(t.Context(), 1, time.Second)
	require.NoError(t, err)
	assert.Equal(t, got[0].Body, again[0].Body)
	assert.NotEqual(t, got[0].Receipt, again[0].Receipt)
	require.NoError(t, q.Delete(t.Context(), got[0]))
	assert.Equal(t, 1, q.Undeleted(), "the first receipt names nothing any more")
	require.NoError(t, q.Delete(t.Context(), again[0]))
	assert.Equal(t, 0, q.Undeleted())
}
