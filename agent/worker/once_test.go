package worker_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

// TestEveryJobOnceThoughRedelivered: 200 jobs of 5 executions, 20 at a time, on
// a queue that redelivers everything, with two agents, of which the runner's
// state names one, as after a stale read. The jobs record how often each ran.
func TestEveryJobOnceThoughRedelivered(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.MaxConcurrentJobs, b.config.LeaseTime = 20, time.Hour
	claims := memory.NewClaims()
	shared := t.TempDir()
	var all []<-chan porttest.Answer
	for i := range 200 {
		all = append(all, b.commands(fmt.Sprintf("Job%d", i), fmt.Sprintf("echo ran >> %s/job%d", shared, i)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var again sync.WaitGroup
	again.Go(func() {
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for ctx.Err() == nil {
			b.queue.Redeliver()
			<-ticker.C
		}
	})
	var workers []*worker.Worker
	var ends []<-chan error
	for _, task := range []string{"A", "B"} {
		b.ports.Claims = claims.Of(task)
		w, ended := b.start(t.Context())
		workers, ends = append(workers, w), append(ends, ended)
	}
	for i, answers := range all {
		assert.Nil(t, get(t, answers).failure)
		content, err := os.ReadFile(filepath.Join(shared, fmt.Sprintf("job%d", i)))
		require.NoError(t, err)
		assert.Equal(t, "ran\n", string(content))
	}
	require.Eventually(t, func() bool { return b.queue.Waiting()+b.queue.Undeleted() == 0 }, testTimeout, time.Millisecond)
	cancel()
	again.Wait()
	for i, w := range workers {
		w.Drain(t.Context())
		require.NoError(t, <-ends[i])
	}
	require.Empty(t, claims.Open())
	for i := range all {
		assert.Equal(t, 1, b.reported[fmt.Sprintf("Job%d", i)])
	}
}
