package worker_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
)

func TestDrainBeforeRunTakesNothing(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.commands("Step", "echo never")
	w := b.worker()
	w.Drain(t.Context())
	require.NoError(t, w.Run(t.Context()))
	assert.Empty(t, answers)
	assert.Equal(t, 1, b.queue.Waiting())
}

func TestDrainEndsStartup(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.Environment = append(os.Environ(), "MARK=drain-ends-startup")
	b.config.StartupCommands = []string{"echo started", "sleep 600"}
	answers := b.commands("Step", "echo never")
	w, ended := b.start(t.Context())
	b.awaitText("Startup", "started\n")
	w.Drain(t.Context())
	require.NoError(t, <-ended)
	assert.Empty(t, answers)
	assert.Equal(t, 1, b.queue.Waiting(), "another runner can have it")
	assert.False(t, alive(t, "drain-ends-startup"))
	assertNothingLeft(t, b)
}

func TestStopEndsStartup(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.Environment = append(os.Environ(), "MARK=stop-ends-startup")
	b.config.StartupCommands = []string{"echo started", "sleep 600"}
	b.commands("Step", "echo never")
	ctx, stop := context.WithCancelCause(t.Context())
	_, ended := b.start(ctx)
	b.awaitText("Startup", "started\n")
	stopped := errors.New("the task is being stopped")
	stop(stopped)
	require.ErrorIs(t, <-ended, stopped)
	assert.Equal(t, 1, b.queue.Waiting())
	assert.False(t, alive(t, "stop-ends-startup"))
	assertNothingLeft(t, b)
}

func TestKillNowEndsTheGraceOfJobs(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	now := make(chan struct{})
	b.config.KillGrace, b.config.KillNow = time.Hour, now
	b.config.Environment = append(os.Environ(), "MARK=kill-now-ends-the-grace")
	b.commands("Step", "trap 'echo told' TERM", "echo begun", "while :; do sleep 0.01 || :; done")
	ctx, stop := context.WithCancel(t.Context())
	_, ended := b.start(ctx)
	b.awaitText("Step", "begun\n")
	stop()
	require.Eventually(t, func() bool { return strings.Contains(b.text("Step"), "told\n") }, testTimeout, time.Millisecond)
	assert.Empty(t, ended)
	close(now)
	require.ErrorIs(t, <-ended, context.Canceled)
	assert.False(t, alive(t, "kill-now-ends-the-grace"))
	assertNothingLeft(t, b)
}

func assertNothingLeft(t *testing.T, b *fixture) {
	t.Helper()
	left, err := os.ReadDir(b.config.Directory)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestIdleTimeBeginsAnewWithEveryJob counts the hours of a fake clock.
func TestIdleTimeBeginsAnewWithEveryJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFixture(t)
		b.config.IdleTimeToLive = time.Hour
		b.config.HeartbeatInterval = protocol.HeartbeatInterval
		b.config.JobTimeout = 5 * time.Hour
		b.ports.Source = fill(func(context.Context, string) error {
			time.Sleep(3 * time.Hour) // as far as the fake clock is concerned
			return errors.New("no such archive")
		})
		begin := time.Now()
		_, ended := b.start(t.Context())
		time.Sleep(59 * time.Minute)
		answers := b.commands("Step", "true")
		require.NoError(t, <-ended)
		assert.Len(t, answers, 1)
		assert.Equal(t, 59*time.Minute+3*time.Hour+time.Hour, time.Since(begin))
	})
}

func TestNoIdleTimeNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFixture(t)
		b.config.IdleTimeToLive = 0
		w, ended := b.start(t.Context())
		time.Sleep(100 * time.Hour) // 18,000 empty receives
		synctest.Wait()
		assert.Empty(t, ended)
		w.Drain(t.Context())
		require.NoError(t, <-ended)
	})
}

// TestWhatAJobLeavesEndsWithIt: also a process that nothing ties to the job. It is not
// parallel, because what other tests leave would end, too.
func TestWhatAJobLeavesEndsWithIt(t *testing.T) {
	b := newFixture(t)
	b.config.Program = process.NewProgram()
	file := filepath.Join(t.TempDir(), "pid")
	answers := b.commands("Step", `(setsid env -i sh -c 'echo $$ >`+file+`.new; mv `+file+`.new `+file+`; exec sleep 1000' </dev/null >/dev/null 2>&1 &)`,
		`while [ ! -e `+file+` ]; do sleep 0.01; done`)
	require.NoError(t, b.run())
	require.Nil(t, get(t, answers).failure)
	pid, err := os.ReadFile(file)
	require.NoError(t, err)
	_, err = os.Stat("/proc/" + strings.TrimSpace(string(pid)))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
