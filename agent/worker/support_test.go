package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

func TestMain(m *testing.M) {
	if err := process.BecomeSubreaper(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// patience bounds what should happen soon.
const patience = 20 * time.Second

// bench is a worker with everything around it in memory.
type bench struct {
	t      testing.TB
	config worker.Config
	source worker.Source

	mu      sync.Mutex
	waiting [][]byte
	closed  bool
	deleted int
	arrived chan struct{}
	// refused makes Receive fail so many times first.
	refused int

	answers map[string]chan answer
	lines   []worker.Line
	logged  bytes.Buffer
}

type answer struct {
	output  string
	failure *worker.Failure
	// lines is how many lines had been written when the answer came.
	lines int
}

func newBench(t testing.TB) *bench {
	t.Helper()
	return &bench{
		t: t, source: fill(func(context.Context, string) error { return nil }),
		arrived: make(chan struct{}, 1), answers: map[string]chan answer{},
		config: worker.Config{
			MaxConcurrentJobs: 5, JobTimeout: patience, StartupTimeout: patience, Shell: "bash",
			Directory: t.TempDir(), Environment: os.Environ(), KillGrace: 200 * time.Millisecond,
			HeartbeatInterval: 10 * time.Millisecond, OutputLimit: protocol.MaxPayload,
		},
	}
}

type fill func(ctx context.Context, directory string) error

func (f fill) Fill(ctx context.Context, _ protocol.DeploymentOrigin, directory string) error {
	return f(ctx, directory)
}

// job queues a job and returns where its answer will be.
func (b *bench) job(step string, properties map[string]any) <-chan answer {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{
		"Properties": properties,
		"deploymentPlanExecutionMetadata": map[string]any{
			"sfnToken": "token-" + step, "stepName": step, "executionArn": "arn:execution", "retryCounter": 0,
		},
		"deploymentOriginData": map[string]any{
			"environment": "dev", "distributionName": "shop", "distributionId": "7c9e", "objectIdentifier": "shop.zip#1",
			"deploymentSource": map[string]any{"deploymentSourcePrefix": "dev/shop/7c9e"},
		},
		"output": map[string]any{"Before": map[string]any{"n": json.RawMessage("12345678901234567890")}},
	})
	require.NoError(b.t, err)
	answers := make(chan answer, 1)
	b.mu.Lock()
	b.answers["token-"+step] = answers
	b.mu.Unlock()
	b.send(body)
	return answers
}

func (b *bench) commands(step string, commands ...string) <-chan answer {
	b.t.Helper()
	return b.job(step, map[string]any{"Commands": commands})
}

func (b *bench) send(body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, body)
	b.stir()
}

func (b *bench) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.stir()
}

func (b *bench) stir() {
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}

func (b *bench) worker() *worker.Worker {
	b.t.Helper()
	w, err := worker.New(b.config, worker.Ports{Queue: b, Reporter: b, Source: b.source, Log: b}, slog.New(slog.NewTextHandler(lockedWriter{b}, nil)))
	require.NoError(b.t, err)
	return w
}

// run runs a worker to its end, which the queue's end brings.
func (b *bench) run() error {
	b.t.Helper()
	b.close()
	return b.worker().Run(b.t.Context())
}

// start runs a worker beside the test and returns its result.
func (b *bench) start(ctx context.Context) (*worker.Worker, <-chan error) {
	b.t.Helper()
	w := b.worker()
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	return w, ended
}

func (b *bench) Receive(ctx context.Context, most int) ([]worker.Delivery, error) {
	for {
		b.mu.Lock()
		if b.refused > 0 {
			b.refused--
			b.mu.Unlock()
			return nil, os.ErrDeadlineExceeded
		}
		count := min(most, len(b.waiting))
		deliveries := make([]worker.Delivery, count)
		for i, body := range b.waiting[:count] {
			deliveries[i].Body = body
		}
		b.waiting = b.waiting[count:]
		closed := b.closed
		b.mu.Unlock()
		switch {
		case count > 0:
			return deliveries, nil
		case closed:
			return nil, worker.ErrQueueClosed
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-b.arrived:
		}
	}
}

func (b *bench) Delete(context.Context, worker.Delivery) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deleted++
	return nil
}

func (b *bench) Succeed(_ context.Context, token string, output json.RawMessage) error {
	return b.answer(token, answer{output: string(output)})
}

func (b *bench) Fail(_ context.Context, token string, failure worker.Failure) error {
	return b.answer(token, answer{failure: &failure})
}

func (b *bench) answer(token string, a answer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	answers, open := b.answers[token]
	if !open {
		return worker.ErrTokenClosed
	}
	delete(b.answers, token)
	a.lines = len(b.lines)
	answers <- a
	return nil
}

func (b *bench) Heartbeat(_ context.Context, token string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, open := b.answers[token]; !open {
		return worker.ErrTokenClosed
	}
	return nil
}

// abandon closes a token, as a stopped execution does.
func (b *bench) abandon(step string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.answers, "token-"+step)
}

func (b *bench) Write(line worker.Line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

// text is what a step has printed.
func (b *bench) text(step string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var text strings.Builder
	for _, line := range b.lines {
		if line.Step == step {
			text.WriteString(line.Text + "\n")
		}
	}
	return text.String()
}

func (b *bench) log() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logged.String()
}

type lockedWriter struct{ b *bench }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	return w.b.logged.Write(p)
}

// get waits for an answer.
func get(t testing.TB, answers <-chan answer) answer {
	t.Helper()
	select {
	case a := <-answers:
		return a
	case <-time.After(patience):
		require.Fail(t, "no answer came")
		return answer{}
	}
}
