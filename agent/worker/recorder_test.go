package worker_test

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// portRecorder stands between a worker and its ports. before and after are asked about
// each call by its name; an error takes its result's place, and before's keeps
// it from being made at all.
type portRecorder struct {
	worker.Ports
	before, after func(ctx context.Context, call string) error

	mu    sync.Mutex
	calls []string
}

// wrap puts the tap between the bench's worker and its ports.
func (t *portRecorder) wrap(ports worker.Ports) worker.Ports {
	t.Ports = ports
	recorded := worker.Ports{Queue: recordedQueue{t}, Reporter: recordedReporter{t}, Source: recordedSource{t}, Log: ports.Log, Meter: ports.Meter}
	if ports.Filter != nil {
		recorded.Filter = recordedFilter{t}
	}
	if ports.Claims != nil {
		recorded.Claims = recordedClaims{t}
	}
	if ports.State != nil {
		recorded.State = recordedState{t}
	}
	return recorded
}

func (t *portRecorder) record(ctx context.Context, name string, do func() error) error {
	t.mu.Lock()
	t.calls = append(t.calls, name)
	t.mu.Unlock()
	if t.before != nil {
		if err := t.before(ctx, name); err != nil {
			return err
		}
	}
	err := do()
	if t.after != nil {
		if err := t.after(ctx, name); err != nil {
			return err
		}
	}
	return err
}

// recorded returns the names of the calls so far, one after another.
func (t *portRecorder) recorded() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string{}, t.calls...)
}

func (t *portRecorder) count(name string) (n int) {
	for _, call := range t.recorded() {
		if call == name {
			n++
		}
	}
	return n
}

type recordedQueue struct{ *portRecorder }

func (t recordedQueue) Receive(ctx context.Context, most int, wait time.Duration) (deliveries []worker.Delivery, err error) {
	err = t.record(ctx, "receive", func() (err error) {
		deliveries, err = t.Queue.Receive(ctx, most, wait)
		return err
	})
	if err != nil {
		return nil, err
	}
	return deliveries, nil
}

func (t recordedQueue) Hide(ctx context.Context, delivery worker.Delivery, duration time.Duration) error {
	return t.record(ctx, "hide "+duration.Round(time.Millisecond).String(), func() error { return t.Queue.Hide(ctx, delivery, duration) })
}

func (t recordedQueue) Delete(ctx context.Context, delivery worker.Delivery) error {
	return t.record(ctx, "delete", func() error { return t.Queue.Delete(ctx, delivery) })
}

type recordedReporter struct{ *portRecorder }

func (t recordedReporter) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	return t.record(ctx, "succeed", func() error { return t.Reporter.Succeed(ctx, token, output) })
}

func (t recordedReporter) Fail(ctx context.Context, token string, failure worker.Failure) error {
	return t.record(ctx, "fail", func() error { return t.Reporter.Fail(ctx, token, failure) })
}

func (t recordedReporter) Heartbeat(ctx context.Context, token string) error {
	return t.record(ctx, "beat", func() error { return t.Reporter.Heartbeat(ctx, token) })
}

type recordedSource struct{ *portRecorder }

func (t recordedSource) Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) error {
	return t.record(ctx, "run", func() error { return t.Source.Fill(ctx, origin, directory) })
}

type recordedFilter struct{ *portRecorder }

func (t recordedFilter) Check(ctx context.Context, message *protocol.Message) (verdict worker.Decision, err error) {
	err = t.record(ctx, "admit", func() (err error) {
		verdict, err = t.Filter.Check(ctx, message)
		return err
	})
	return verdict, err
}

type recordedClaims struct{ *portRecorder }

func (t recordedClaims) Claim(ctx context.Context, claim worker.Claim) error {
	return t.record(ctx, "claim", func() error { return t.Claims.Claim(ctx, claim) })
}

func (t recordedClaims) Finish(ctx context.Context, token string) error {
	return t.record(ctx, "finish", func() error { return t.Claims.Finish(ctx, token) })
}

func (t recordedClaims) Renew(ctx context.Context) error {
	return t.record(ctx, "renew", func() error { return t.Claims.Renew(ctx) })
}

func (t recordedClaims) Unfinished(ctx context.Context, silent time.Duration) (claims []worker.Claim, err error) {
	err = t.record(ctx, "unfinished", func() (err error) {
		claims, err = t.Claims.Unfinished(ctx, silent)
		return err
	})
	return claims, err
}

type recordedState struct{ *portRecorder }

func (t recordedState) MarkStarted(ctx context.Context) error {
	return t.record(ctx, "started", func() error { return t.State.MarkStarted(ctx) })
}

func (t recordedState) CheckCurrent(ctx context.Context) error {
	return t.record(ctx, "ours", func() error { return t.State.CheckCurrent(ctx) })
}

func (t recordedState) Retire(ctx context.Context) error {
	return t.record(ctx, "retire", func() error { return t.State.Retire(ctx) })
}
