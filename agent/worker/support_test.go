package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

func TestMain(m *testing.M) {
	if err := process.BecomeSubreaper(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// testTimeout bounds what should happen soon.
const testTimeout = 2 * time.Minute

// fixture is a worker with everything around it in memory.
type fixture struct {
	t        testing.TB
	config   worker.Config
	queue    *memory.Queue
	reporter *memory.Reporter
	// ports are what the worker gets: those above, unless a test puts others
	// in between.
	ports worker.Ports

	mu       sync.Mutex
	lines    []line
	linesAt  map[string]int // lines there were when a step was answered
	reported map[string]int // answers that a step was given
	logged   bytes.Buffer
}

// answer is how a step was answered.
type answer struct {
	output  string
	failure *worker.Failure
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	b := &fixture{
		t: t, queue: memory.NewQueue(), reporter: memory.NewReporter(),
		linesAt: map[string]int{}, reported: map[string]int{},
		config: worker.Config{
			MaxConcurrentJobs: 5, JobTimeout: testTimeout, StartupTimeout: testTimeout, Shell: "bash",
			Directory: t.TempDir(), Environment: os.Environ(), KillGrace: 200 * time.Millisecond,
			HeartbeatInterval: 10 * time.Millisecond, OutputLimit: protocol.MaxPayload,
		},
	}
	b.ports = worker.Ports{
		Queue: b.queue, Reporter: reportRecorder{b.reporter, b}, Log: logFunc(b.note),
		Source: fill(func(context.Context, string) error { return nil }),
	}
	return b
}

type fill func(ctx context.Context, directory string) error

func (f fill) Fill(ctx context.Context, _ protocol.DeploymentOrigin, directory string) error {
	return f(ctx, directory)
}

// reportRecorder notes what is reported, and after how many lines.
type reportRecorder struct {
	worker.Reporter
	b *fixture
}

func (w reportRecorder) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	w.note(token)
	return w.Reporter.Succeed(ctx, token, output)
}

func (w reportRecorder) Fail(ctx context.Context, token string, failure worker.Failure) error {
	w.note(token)
	return w.Reporter.Fail(ctx, token, failure)
}

func (w reportRecorder) note(token string) {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	step := strings.TrimPrefix(token, "token-")
	w.b.linesAt[step] = len(w.b.lines)
	w.b.reported[step]++
}

// job queues a job and returns where its answer will be.
func (b *fixture) job(step string, properties map[string]any) <-chan porttest.Answer {
	b.t.Helper()
	answers := b.reporter.Open("token-" + step)
	b.queue.Send(b.body(step, properties))
	return answers
}

func (b *fixture) body(step string, properties map[string]any) []byte {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{
		"Properties": properties,
		"deploymentPlanExecutionMetadata": map[string]any{
			"sfnToken": "token-" + step, "stepName": step, "executionArn": "arn:execution", "retryCounter": 0,
		},
		"deploymentOriginData": map[string]any{
			"environment": "dev", "distributionName": "shop", "distributionId": "7c9e", "objectIdentifier": "shop.zip#1", "stackName": "stack-" + step,
			"deploymentSource": map[string]any{"deploymentSourcePrefix": "dev/shop/7c9e"},
		},
		"output": map[string]any{"Before": map[string]any{"n": json.RawMessage("12345678901234567890")}},
	})
	require.NoError(b.t, err)
	return body
}

func (b *fixture) commands(step string, commands ...string) <-chan porttest.Answer {
	b.t.Helper()
	return b.job(step, map[string]any{"Commands": append([]string{}, commands...)})
}

func (b *fixture) worker() *worker.Worker {
	b.t.Helper()
	w, err := worker.New(b.config, b.ports, slog.New(slog.NewTextHandler(lockedWriter{b}, nil)))
	require.NoError(b.t, err)
	return w
}

// run runs a worker to its end, which the queue's end brings.
func (b *fixture) run() error {
	b.t.Helper()
	b.queue.Close()
	return b.worker().Run(b.t.Context())
}

// start runs a worker beside the test and returns its result.
func (b *fixture) start(ctx context.Context) (*worker.Worker, <-chan error) {
	b.t.Helper()
	w := b.worker()
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	return w, ended
}

// line is one line of a job's output.
type line struct {
	time              time.Time
	step, token, text string
}

// logFunc takes a log's lines one by one.
type logFunc func(line)

// Open implements worker.Log.
func (f logFunc) Open(message *protocol.Message) worker.JobLog {
	if message == nil {
		return jobLines{f, line{step: worker.StartupStep}}
	}
	return jobLines{f, line{step: message.Metadata.StepName, token: message.Metadata.TaskToken}}
}

type jobLines struct {
	take logFunc
	of   line
}

// Write implements worker.JobLog.
func (j jobLines) Write(at time.Time, lines []byte) {
	for text := range strings.Lines(string(lines)) {
		j.of.time, j.of.text = at, strings.TrimSuffix(text, "\n")
		j.take(j.of)
	}
}

// Close implements worker.JobLog.
func (jobLines) Close(context.Context) {}

func (b *fixture) note(line line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

// text is what a step has printed.
func (b *fixture) text(step string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var text strings.Builder
	for _, line := range b.lines {
		if line.step == step {
			text.WriteString(line.text + "\n")
		}
	}
	return text.String()
}

// awaitText waits until a step has printed exactly this.
func (b *fixture) awaitText(step, text string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool { return b.text(step) == text }, testTimeout, time.Millisecond)
}

func (b *fixture) log() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logged.String()
}

type lockedWriter struct{ b *fixture }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	return w.b.logged.Write(p)
}

// writeProgram writes a program. Meanwhile no test may start a process, which
// would have the file open for a moment: the kernel runs no file that is written
// to.
func writeProgram(t testing.TB, path, text string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
}

// get waits for an answer.
func get(t testing.TB, answers <-chan porttest.Answer) answer {
	t.Helper()
	select {
	case a := <-answers:
		return answer{string(a.Output), a.Failure}
	case <-time.After(testTimeout):
		require.Fail(t, "no answer came")
		return answer{}
	}
}

// words is what AWS gets of a failure.
func words(failure *worker.Failure) *worker.Failure {
	if failure == nil {
		return nil
	}
	return &worker.Failure{Error: failure.Error, Cause: failure.Cause}
}
