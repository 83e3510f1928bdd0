package local

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/attini-go/runner/agent/porttest"
)

func TestQueueKeepsItsPromises(t *testing.T) {
	t.Parallel()
	porttest.Queue(t, func(*testing.T) porttest.QueueFixture {
		q := newQueue()
		return porttest.QueueFixture{
			Queue: q,
			Send:  func(_ testing.TB, body []byte) { q.send(body) },
			Close: func(testing.TB) { q.close() },
		}
	})
}

func TestBrokerKeepsItsPromises(t *testing.T) {
	t.Parallel()
	porttest.Reporter(t, func(t *testing.T) porttest.ReporterFixture {
		b := newBroker()
		var tokens atomic.Int64
		return porttest.ReporterFixture{
			Reporter: b,
			Open: func(testing.TB) (string, <-chan porttest.Answer) {
				token := fmt.Sprint("token-", tokens.Add(1))
				return token, translate(t, b.open(token))
			},
			Close: func(_ testing.TB, token string) { b.close(token) },
		}
	})
}

// translate hands an answer on in the suite's words, if one comes.
func translate(t *testing.T, answers <-chan answer) <-chan porttest.Answer {
	translated := make(chan porttest.Answer, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case a := <-answers:
			translated <- porttest.Answer{Output: a.output, Failure: a.failure}
		case <-t.Context().Done():
		}
	}()
	t.Cleanup(func() { <-done })
	return translated
}
