package worker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// TestEveryJobOnce lets the jobs themselves say that each ran, and how many
// ran beside it.
func TestEveryJobOnce(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.MaxConcurrentJobs = 20
	shared := t.TempDir()
	var all []<-chan porttest.Answer
	for i := range 200 {
		all = append(all, b.commands(fmt.Sprintf("Job%d", i),
			fmt.Sprintf("echo ran >> %s/job%d", shared, i),
			fmt.Sprintf("mkdir %s/running%d; set -- %s/running*; echo $# >> %s/beside; rmdir %s/running%d", shared, i, shared, shared, shared, i)))
	}
	require.NoError(t, b.run())
	for i, answers := range all {
		assert.Nil(t, get(t, answers).failure)
		content, err := os.ReadFile(filepath.Join(shared, fmt.Sprintf("job%d", i)))
		require.NoError(t, err)
		assert.Equal(t, "ran\n", string(content))
	}
	beside, err := os.ReadFile(filepath.Join(shared, "beside"))
	require.NoError(t, err)
	for _, text := range strings.Fields(string(beside)) {
		count, err := strconv.Atoi(text)
		require.NoError(t, err)
		assert.LessOrEqual(t, count, 20)
	}
	assert.Equal(t, 0, b.queue.Waiting()+b.queue.Undeleted())
}

// TestMaxConcurrentJobs: exactly as many run as may, since each waits for all.
func TestMaxConcurrentJobs(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.MaxConcurrentJobs = 3
	var all []<-chan porttest.Answer
	for i := range 6 {
		all = append(all, b.commands(fmt.Sprintf("Job%d", i), "echo started", "while [ ! -e "+b.config.Directory+"/go ]; do sleep 0.01; done"))
	}
	_, ended := b.start(t.Context())
	started := func() (n int) {
		for i := range 6 {
			n += strings.Count(b.text(fmt.Sprintf("Job%d", i)), "started")
		}
		return n
	}
	require.Eventually(t, func() bool { return started() == 3 }, testTimeout, time.Millisecond)
	require.Eventually(t, func() bool { return b.queue.Waiting() == 0 }, testTimeout, time.Millisecond, "the others are held")
	assert.Equal(t, 3, started())
	require.NoError(t, os.WriteFile(filepath.Join(b.config.Directory, "go"), nil, 0o600))
	b.queue.Close()
	require.NoError(t, <-ended)
	assert.Equal(t, 6, started())
	for _, answers := range all {
		assert.Nil(t, get(t, answers).failure)
	}
}

// TestStartup: the startup commands get their variables unchanged.
func TestStartup(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.StartupCommands = []string{"echo prepared > " + b.config.Directory + "/prepared", "setsid sleep 600 &", "echo $! > " + b.config.Directory + "/daemon", `printf '%s\n' "$QUOTED"`}
	b.config.Environment = append(os.Environ(), "MARK=startup-daemon", `QUOTED=it's "ready" $(now)`)
	answers := b.commands("Step", "cat "+b.config.Directory+"/prepared", "kill -0 $(cat "+b.config.Directory+"/daemon) && echo the daemon lives")
	require.NoError(t, b.run())
	require.Nil(t, get(t, answers).failure)
	assert.Equal(t, "it's \"ready\" $(now)\n", b.text(worker.StartupStep))
	assert.Equal(t, "prepared\nthe daemon lives\n", b.text("Step"))
	assert.False(t, alive(t, "startup-daemon"), "it ends with the worker")
	left, err := filepath.Glob(filepath.Join(b.config.Directory, "startup-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestStepsLiveWhileTheRunnerStarts, however long that takes: their jobs are
// held and have heartbeats, but none begins.
func TestStepsLiveWhileTheRunnerStarts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end     string
		failure *worker.Failure
		text    string
	}{
		"well":  {"exit 0", nil, "ran\n"},
		"badly": {"exit 4", &worker.Failure{Error: protocol.ErrorStartup, Cause: "Startup script finished with exit code = 4, command 2 of 2: exit 4"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			b.config.IdleTimeToLive = time.Millisecond // who starts is not idle
			b.config.StartupCommands = []string{"while [ ! -e " + b.config.Directory + "/go ]; do sleep 0.01; done", c.end}
			answers := b.commands("Step", "echo ran")
			_, ended := b.start(t.Context())
			require.Eventually(t, func() bool { return b.reporter.Heartbeats("token-Step") > 3 }, testTimeout, time.Millisecond)
			assert.Empty(t, b.text("Step"))
			require.NoError(t, os.WriteFile(filepath.Join(b.config.Directory, "go"), nil, 0o600))
			assert.Equal(t, c.failure, get(t, answers).failure)
			b.queue.Close()
			var failed *worker.StartupError
			assert.Equal(t, c.failure != nil, errors.As(<-ended, &failed))
			assert.Equal(t, c.text, b.text("Step"))
		})
	}
}

// TestStartupFailureFailsEveryJob: every waiting job fails, not only the first.
func TestStartupFailureFailsEveryJob(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		commands []string
		cause    string
	}{
		"an exit code": {[]string{"exit 4"}, "Startup script finished with exit code = 4, command 1 of 1: exit 4"},
		"a timeout":    {[]string{"sleep 600"}, "Startup script timed out after 1 seconds"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			b.config.StartupCommands, b.config.StartupTimeout = c.commands, time.Second
			b.config.MaxConcurrentJobs = 1
			first, second := b.commands("First", "echo never"), b.commands("Second", "echo never")
			err := b.run()
			var startup *worker.StartupError
			require.ErrorAs(t, err, &startup)
			assert.Equal(t, c.cause, startup.Cause)
			want := &worker.Failure{Error: protocol.ErrorStartup, Cause: c.cause}
			assert.Equal(t, want, get(t, first).failure)
			assert.Equal(t, want, get(t, second).failure)
			assert.Empty(t, b.text("First"))
		})
	}
}

func TestStopEndsAndReportsJobs(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.job("Step", map[string]any{
		"Environment": map[string]any{"MARK": "stop-ends-jobs"},
		"Commands":    []string{"setsid sleep 600 & echo started; sleep 600"},
	})
	ctx, stop := context.WithCancelCause(t.Context())
	_, ended := b.start(ctx)
	b.awaitText("Step", "started\n")
	stopped := errors.New("the task is being stopped")
	stop(stopped)
	require.ErrorIs(t, <-ended, stopped)
	assert.Equal(t, &worker.Failure{Error: protocol.ErrorRuntime, Cause: "the runner was stopped: the task is being stopped"}, get(t, answers).failure)
	assert.False(t, alive(t, "stop-ends-jobs"))
}

func TestIdleTimeToLive(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.IdleTimeToLive = 50 * time.Millisecond
	// The job is longer than the time to live: it must not end the worker.
	answers := b.commands("Step", "sleep 0.3", "echo done")
	_, ended := b.start(t.Context())
	require.NoError(t, <-ended)
	assert.Nil(t, get(t, answers).failure)
	assert.Equal(t, "done\n", b.text("Step"))
}

func TestConfigNamesAllProblems(t *testing.T) {
	t.Parallel()
	_, err := worker.New(worker.Config{IdleTimeToLive: -1, Shell: "no-such-shell", StartupCommands: []string{"x"}}, worker.Ports{}, nil)
	for _, name := range []string{"MaxConcurrentJobs", "JobTimeout", "IdleTimeToLive", "StartupTimeout", "KillGrace", "HeartbeatInterval", "OutputLimit", "no-such-shell", "Directory", "Queue", "Reporter", "Source", "Log"} {
		assert.ErrorContains(t, err, name)
	}
}
