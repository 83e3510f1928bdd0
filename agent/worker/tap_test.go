package worker_test

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// tap stands between a worker and its ports. before and after are asked about
// each call by its name; an error takes its result's place, and before's keeps
// it from being made at all.
type tap struct {
	worker.Ports
	before, after func(ctx context.Context, call string) error

	mu    sync.Mutex
	calls []string
}

// through puts the tap between the bench's worker and its ports.
func (t *tap) through(ports worker.Ports) worker.Ports {
	t.Ports = ports
	tapped := worker.Ports{Queue: tapQueue{t}, Reporter: tapReporter{t}, Source: tapSource{t}, Log: ports.Log, Meter: ports.Meter}
	if ports.Admission != nil {
		tapped.Admission = tapAdmission{t}
	}
	if ports.Claims != nil {
		tapped.Claims = tapClaims{t}
	}
	if ports.Life != nil {
		tapped.Life = tapLife{t}
	}
	return tapped
}

func (t *tap) call(ctx context.Context, name string, do func() error) error {
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

// made returns the names of the calls so far, one after another.
func (t *tap) made() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string{}, t.calls...)
}

func (t *tap) count(name string) (n int) {
	for _, call := range t.made() {
		if call == name {
			n++
		}
	}
	return n
}

type tapQueue struct{ *tap }

func (t tapQueue) Receive(ctx context.Context, most int, wait time.Duration) (deliveries []worker.Delivery, err error) {
	err = t.call(ctx, "receive", func() (err error) {
		deliveries, err = t.Queue.Receive(ctx, most, wait)
		return err
	})
	if err != nil {
		return nil, err
	}
	return deliveries, nil
}

func (t tapQueue) Hide(ctx context.Context, delivery worker.Delivery, duration time.Duration) error {
	return t.call(ctx, "hide "+duration.Round(time.Millisecond).String(), func() error { return t.Queue.Hide(ctx, delivery, duration) })
}

func (t tapQueue) Delete(ctx context.Context, delivery worker.Delivery) error {
	return t.call(ctx, "delete", func() error { return t.Queue.Delete(ctx, delivery) })
}

type tapReporter struct{ *tap }

func (t tapReporter) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	return t.call(ctx, "succeed", func() error { return t.Reporter.Succeed(ctx, token, output) })
}

func (t tapReporter) Fail(ctx context.Context, token string, failure worker.Failure) error {
	return t.call(ctx, "fail", func() error { return t.Reporter.Fail(ctx, token, failure) })
}

func (t tapReporter) Heartbeat(ctx context.Context, token string) error {
	return t.call(ctx, "beat", func() error { return t.Reporter.Heartbeat(ctx, token) })
}

type tapSource struct{ *tap }

func (t tapSource) Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) error {
	return t.call(ctx, "run", func() error { return t.Source.Fill(ctx, origin, directory) })
}

type tapAdmission struct{ *tap }

func (t tapAdmission) Admit(ctx context.Context, message *protocol.Message) (verdict worker.Verdict, err error) {
	err = t.call(ctx, "admit", func() (err error) {
		verdict, err = t.Admission.Admit(ctx, message)
		return err
	})
	return verdict, err
}

type tapClaims struct{ *tap }

func (t tapClaims) Claim(ctx context.Context, claim worker.Claim) error {
	return t.call(ctx, "claim", func() error { return t.Claims.Claim(ctx, claim) })
}

func (t tapClaims) Finish(ctx context.Context, token string) error {
	return t.call(ctx, "finish", func() error { return t.Claims.Finish(ctx, token) })
}

func (t tapClaims) Renew(ctx context.Context) error {
	return t.call(ctx, "renew", func() error { return t.Claims.Renew(ctx) })
}

func (t tapClaims) Unfinished(ctx context.Context, silent time.Duration) (claims []worker.Claim, err error) {
	err = t.call(ctx, "unfinished", func() (err error) {
		claims, err = t.Claims.Unfinished(ctx, silent)
		return err
	})
	return claims, err
}

type tapLife struct{ *tap }

func (t tapLife) Started(ctx context.Context) error {
	return t.call(ctx, "started", func() error { return t.Life.Started(ctx) })
}

func (t tapLife) Ours(ctx context.Context) error {
	return t.call(ctx, "ours", func() error { return t.Life.Ours(ctx) })
}

func (t tapLife) Retire(ctx context.Context) error {
	return t.call(ctx, "retire", func() error { return t.Life.Retire(ctx) })
}
