//go:build bench

package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

// fixture is a worker on a queue in memory.
type fixture struct {
	t        *testing.T
	queue    *memory.Queue
	reporter *memory.Reporter
	ended    chan error
}

type noFiles struct{}

func (noFiles) Fill(context.Context, protocol.DeploymentOrigin, string) error { return nil }

// store is an object store that keeps nothing.
type store struct{ joblog.Objects }

func (store) Put(_ context.Context, _ joblog.Location, _ joblog.Version, content joblog.Content) (joblog.Version, error) {
	return joblog.Version{ETag: "1", Size: content.Size()}, nil
}

func (store) Append(_ context.Context, _ joblog.Location, base joblog.Version, more joblog.Content) (joblog.Version, error) {
	return joblog.Version{ETag: "1", Size: base.Size + more.Size()}, nil
}

// logs are the agent's two, as its program has them.
type logs struct {
	console *joblog.Console
	archive *joblog.Archive
}

func (l logs) Open(message *protocol.Message) worker.JobLog {
	return jobLog{l.console.Step(message.Metadata.StepName, nil), l.archive.Open(joblog.Location{Bucket: "b", Key: message.Metadata.StepName})}
}

type jobLog struct {
	step  *joblog.Step
	entry *joblog.Entry
}

func (l jobLog) Write(at time.Time, lines []byte) {
	_ = l.step.WriteLines(lines)
	l.entry.WriteLines(at, lines)
}

func (l jobLog) Close(ctx context.Context) { l.entry.Close(ctx) }

func newFixture(t *testing.T, concurrent int, stdout io.Writer) *fixture {
	t.Helper()
	r := &fixture{t: t, queue: memory.NewQueue(), reporter: memory.NewReporter(), ended: make(chan error, 1)}
	quiet := slog.New(slog.DiscardHandler)
	archive := joblog.NewArchive(store{}, t.TempDir(), quiet)
	console := joblog.NewAsyncWriter(stdout, func(dropped joblog.Dropped) []byte {
		t.Errorf("the container's log did not take %+v", dropped)
		return nil
	})
	w, err := worker.New(worker.Config{
		MaxConcurrentJobs: concurrent, JobTimeout: time.Hour, Shell: "bash", Directory: t.TempDir(), MemoryDirectory: memoryDirectory(t), Environment: os.Environ(),
		KillGrace: time.Second, HeartbeatInterval: protocol.HeartbeatInterval, OutputLimit: protocol.MaxPayload,
	}, worker.Ports{Queue: r.queue, Reporter: r.reporter, Source: noFiles{}, Log: logs{console.Console(), archive}}, quiet)
	require.NoError(t, err)
	go func() { r.ended <- w.Run(context.WithoutCancel(t.Context())) }() // the cleanup ends it
	t.Cleanup(func() {
		r.queue.Close()
		require.NoError(t, <-r.ended)
		archive.Close(context.Background())
		require.NoError(t, console.Close(context.Background()))
	})
	return r
}

// send queues a job.
func (r *fixture) send(step, command string) <-chan porttest.Answer {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{
		"Properties":                      map[string]any{"Commands": []string{command}},
		"deploymentPlanExecutionMetadata": map[string]any{"sfnToken": "token-" + step, "stepName": step, "executionArn": "arn:execution"},
	})
	require.NoError(r.t, err)
	answers := r.reporter.Open("token-" + step)
	r.queue.Send(body)
	return answers
}

func (r *fixture) await(answers <-chan porttest.Answer) {
	r.t.Helper()
	require.Nil(r.t, (<-answers).Failure)
}

// firstInstruction: from the message in hand to the command's first
// instruction, which is to say what time it is.
func firstInstruction() row {
	return row{
		name: "message in hand to first instruction", reference: "bash -c, from fork on", unit: "ms", limit: 5, compare: aboveAtMost,
		measure: func(t *testing.T) (float64, float64) {
			r, n := newFixture(t, 5, io.Discard), 0
			file := filepath.Join(t.TempDir(), "time")
			since := func(began time.Time) float64 {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				seconds, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
				require.NoError(t, err)
				return seconds*1e3 - float64(began.UnixMicro())/1e3
			}
			command := "echo $EPOCHREALTIME > " + file
			return inTurn(200, func() float64 {
				n++
				began := time.Now()
				r.await(r.send(fmt.Sprint(n), command))
				return since(began)
			}, func() float64 {
				began := time.Now()
				require.NoError(t, exec.Command("bash", "-c", command).Run())
				return since(began)
			})
		},
	}
}

// manyJobs: 1,000 jobs of one line, 20 at a time.
func manyJobs() row {
	const jobs = 1000
	return row{
		name: "1,000 one-line jobs at 20", reference: "xargs -P20 bash -c", unit: "jobs/s", limit: 0.8, compare: ratioAtLeast,
		measure: func(t *testing.T) (float64, float64) {
			r := newFixture(t, 20, io.Discard)
			round := 0
			return inTurn(9, func() float64 {
				round++
				return jobs / timed(func() {
					var answers []<-chan porttest.Answer
					for i := range jobs {
						answers = append(answers, r.send(fmt.Sprint(round, "-", i), "echo hello"))
					}
					for _, answer := range answers {
						r.await(answer)
					}
				})
			}, func() float64 {
				return jobs / timed(func() {
					require.NoError(t, exec.Command("bash", "-c", fmt.Sprintf("seq %d | xargs -P20 -n1 bash -c 'echo hello' > /dev/null", jobs)).Run())
				})
			})
		},
	}
}

// manyLines: 5 million lines, 300 MB, to the container's log and to the file
// from which the artifact store gets them.
func manyLines() row {
	const lines, size = 5_000_000, 300_000_000
	return row{
		name: "5 million lines through both logs", reference: "the same job | cat > file", unit: "MB/s", limit: 0.5, compare: ratioAtLeast,
		measure: func(t *testing.T) (float64, float64) {
			directory := t.TempDir()
			text := filepath.Join(directory, "text")
			line := strings.Repeat("0123456789", size/lines/10)[1:] + "\n"
			require.NoError(t, os.WriteFile(text, []byte(strings.Repeat(line, lines)), 0o600))
			stdout, err := os.Create(filepath.Join(directory, "stdout"))
			require.NoError(t, err)
			defer stdout.Close()
			r, n := newFixture(t, 1, stdout), 0
			return inTurn(9, func() float64 {
				n++
				require.NoError(t, stdout.Truncate(0))
				_, err := stdout.Seek(0, io.SeekStart)
				require.NoError(t, err)
				return size / 1e6 / timed(func() { r.await(r.send(fmt.Sprint("Step", n), "cat "+text)) })
			}, func() float64 {
				return size / 1e6 / timed(func() {
					require.NoError(t, exec.Command("bash", "-c", "cat "+text+" | cat > "+filepath.Join(directory, "copy")).Run())
				})
			})
		},
	}
}

// memoryDirectory is one in memory, as the agent takes it.
func memoryDirectory(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("/dev/shm", "bench-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.Remove(directory)) })
	return directory
}
