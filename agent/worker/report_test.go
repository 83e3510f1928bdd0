package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// TestReportsAreRetriedUntilTheStepEnds: a report that fails is retried until it
// succeeds or a heartbeat finds that the step has ended.
func TestReportsAreRetriedUntilTheStepEnds(t *testing.T) {
	t.Parallel()
	// A service that refuses, and one that does not answer at all.
	cases := map[string]func(context.Context) error{
		"refuses": func(context.Context) error { return errService },
		"hangs":   func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) },
	}
	for name, answer := range cases {
		t.Run("taken in the end/"+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newAgentGroup(t)
				begin := time.Now()
				f.ports.Reporter = troubledReporter{Reporter: f.reporter, answer: func(ctx context.Context) error {
					if time.Since(begin) > 3*time.Hour {
						return nil
					}
					return answer(ctx)
				}}
				answers := f.commands("Step")
				_, ended := f.start(t.Context())
				time.Sleep(2 * time.Hour)
				assert.GreaterOrEqual(t, f.reporter.Heartbeats("token-Step"), 2*60*3)
				assert.Equal(t, sourceFailure(), (<-answers).Failure)
				assert.LessOrEqual(t, time.Since(begin), 3*time.Hour+2*time.Minute)
				require.NoError(t, <-ended)
				assert.Contains(t, f.log(), "report a job's result")
				assert.Equal(t, map[string]int{"Step": 1}, f.runCounts())
			})
		})
		t.Run("too late/"+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newAgentGroup(t)
				f.ports.Reporter = troubledReporter{Reporter: f.reporter, answer: answer}
				answers := f.commands("Step")
				_, ended := f.start(t.Context())
				time.Sleep(2 * time.Hour)
				f.reporter.Close("token-Step")
				closed := time.Now()
				require.NoError(t, <-ended)
				assert.LessOrEqual(t, time.Since(closed), time.Hour+time.Minute, "it is idle from then on")
				assert.Contains(t, f.log(), "the job's result is discarded")
				assert.Empty(t, answers)
				assert.Empty(t, f.claims.Open())
			})
		})
	}
}

// TestEndOfAnOutageIsNoticed: the job that ended meanwhile is reported within 10 s, and
// the next one begins within 10 s.
func TestEndOfAnOutageIsNoticed(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(context.Context) error{
		"errors": func(context.Context) error { return errService },
		"hangs":  func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newAgentGroup(t)
				begin := time.Now()
				const from, to = 5 * time.Second, 125 * time.Second
				f.record(&portRecorder{before: func(ctx context.Context, call string) error {
					if now := time.Since(begin); call == "run" || now < from || now >= to {
						return nil
					}
					return fails(ctx)
				}})
				f.onRun(func(_ context.Context, step string) {
					if step == "First" {
						time.Sleep(10 * time.Second)
					} else {
						assert.LessOrEqual(t, time.Since(begin), to+10*time.Second)
					}
				})
				first := f.commands("First")
				w, ended := f.start(t.Context())
				assert.Equal(t, sourceFailure(), (<-first).Failure)
				assert.LessOrEqual(t, time.Since(begin), to+10*time.Second)
				assert.Equal(t, sourceFailure(), (<-f.commands("Second")).Failure)
				w.Drain(t.Context())
				require.NoError(t, <-ended)
				assert.Equal(t, map[string]int{"First": 1, "Second": 1}, f.runCounts())
			})
		})
	}
}

// TestPausesAreRandom: agents do not retry at the same moment.
func TestPausesAreRandom(t *testing.T) {
	t.Parallel()
	pauses := map[time.Duration]bool{}
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			f := newAgentGroup(t)
			var calls atomic.Int32
			var last time.Time
			f.record(&portRecorder{before: func(_ context.Context, call string) error {
				if call != "receive" {
					return nil
				}
				n := calls.Add(1)
				if n == 2 {
					pauses[time.Since(last)] = true
				}
				last = time.Now()
				return errService
			}})
			ctx, stop := context.WithCancel(t.Context())
			_, ended := f.start(ctx)
			time.Sleep(10 * time.Minute)
			stop()
			require.Error(t, <-ended)
			assert.Less(t, calls.Load(), int32(750), "the pauses grow to 0.85 s and more")
		})
	}
	assert.Greater(t, len(pauses), 1)
}

// TestRefusedOutput: if Step Functions refuses the output, the step fails.
func TestRefusedOutput(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.LogURL = "https://logs"
	b.ports.Reporter = refusing{b.ports.Reporter}
	answers := b.commands("Step", "true")
	require.NoError(t, b.run())
	assert.Equal(t, &worker.Failure{
		Error: protocol.ErrorRuntime, Cause: "report the output: the service refused: InvalidOutput, see complete logs at: https://logs",
	}, get(t, answers).failure)
}

type refusing struct{ worker.Reporter }

func (r refusing) Succeed(context.Context, string, json.RawMessage) error {
	return fmt.Errorf("%w: InvalidOutput", worker.ErrRefused)
}

// TestLongCausesAreShortened: a cause is cut to the limit of Step Functions and
// still names the log.
func TestLongCausesAreShortened(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.LogURL = "https://logs"
	b.ports.Source = fill(func(context.Context, string) error { return errors.New(strings.Repeat("日", 2*protocol.MaxCause)) })
	answers := b.commands("Step", "true")
	require.NoError(t, b.run())
	cause := get(t, answers).failure.Cause
	assert.Len(t, []rune(cause), protocol.MaxCause)
	assert.True(t, strings.HasPrefix(cause, "get the distribution: 日"))
	assert.True(t, strings.HasSuffix(cause, "日, see complete logs at: https://logs"))
}

// TestFailuresSayWhereTheLogIs, in the original agent's words.
func TestFailuresSayWhereTheLogIs(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.LogURL = "https://logs"
	b.config.JobTimeout = time.Second
	exits, slow, good := b.commands("Exits", "exit 3"), b.commands("Slow", "sleep 600"), b.commands("Good", "true")
	require.NoError(t, b.run())
	assert.Equal(t, &worker.Failure{Error: "ScriptExecutionError", Cause: "Script exited with code 3, command 1 of 1: exit 3, see complete logs at: https://logs"}, words(get(t, exits).failure))
	assert.Equal(t, &worker.Failure{Error: "ScriptExecutionError", Cause: "Script timed out after 1 seconds, command 1 of 1: sleep 600 (limit: the Runner's JobTimeout), see complete logs at: https://logs"}, words(get(t, slow).failure))
	assert.Equal(t, answer{output: "{}"}, get(t, good))

	b = newFixture(t)
	b.config.LogURL = "https://logs"
	b.config.StartupCommands = []string{"exit 4"}
	answers := b.commands("Step", "true")
	require.Error(t, b.run())
	assert.Equal(t, &worker.Failure{Error: "Startup tasks failed", Cause: "Startup script finished with exit code = 4, command 1 of 1: exit 4. See complete logs at: https://logs"}, get(t, answers).failure)
}

// TestJobsRunInTheirDirectory: a missing directory fails the job; it never runs
// in the agent's own directory.
func TestJobsRunInTheirDirectory(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.ports.Source = fill(func(_ context.Context, directory string) error { return os.Remove(directory) })
	answers := b.commands("Step", "pwd")
	require.NoError(t, b.run())
	failure := get(t, answers).failure
	require.NotNil(t, failure)
	assert.Equal(t, protocol.ErrorRuntime, failure.Error)
	assert.Contains(t, failure.Cause, "start the job")
	assert.Empty(t, b.text("Step"))
}

// TestShellsNeedNoPermissionToExecute: the script is an argument of the shell.
// The shell of this test prints its arguments.
func TestShellsNeedNoPermissionToExecute(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	shell := filepath.Join(t.TempDir(), "shell")
	writeProgram(t, shell, "#!/bin/sh\n[ \"$1\" != -c ] || exit 2\nstat -c '%a' \"$1\"; echo \"$#\"\n")
	b.config.Shell = shell
	answers := b.commands("Step", "true")
	require.NoError(t, b.run())
	assert.Nil(t, get(t, answers).failure)
	assert.Equal(t, "600\n1\n", b.text("Step"))
}

// TestStdinIsEmpty: a command that reads standard input neither blocks nor gets
// another job's data.
func TestStdinIsEmpty(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	first, second := b.commands("First", "cat; read line || echo end"), b.commands("Second", "cat; read line || echo end")
	require.NoError(t, b.run())
	assert.Nil(t, get(t, first).failure)
	assert.Nil(t, get(t, second).failure)
	assert.Equal(t, "end\nend\n", b.text("First")+b.text("Second"))
}
