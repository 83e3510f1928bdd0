package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/metrics"
	"github.com/attini-go/runner/agent/worker"
)

var update = flag.Bool("update", false, "write the golden file anew")

// log is a container's log. It fails a test that hands it anything but one
// whole line at a time.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
	// refusals are what the next calls of Write return.
	refusals []error
	partial  []string
	// held, where there is one, holds Write up until it is closed.
	block chan struct{}
}

func (l *log) Write(line []byte) (int, error) {
	if l.block != nil {
		<-l.block
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.IndexByte(line, '\n') != len(line)-1 {
		l.partial = append(l.partial, string(line))
	}
	if len(l.refusals) > 0 {
		err := l.refusals[0]
		l.refusals = l.refusals[1:]
		if err != nil {
			return 0, err
		}
	}
	return l.text.Write(line)
}

// read returns what was written, and forgets it.
func (l *log) read(t *testing.T) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	assert.Empty(t, l.partial, "each Write has one line")
	return l.text.String()
}

func newMeter(t testing.TB, l *log) *metrics.Meter {
	t.Helper()
	m, err := metrics.New(l, "shop-Build<1>")
	require.NoError(t, err)
	return m
}

// TestTheLines has every metric and one line for each minute in which jobs
// ran, under a clock that begins at a whole minute.
func TestTheLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l log
		m := newMeter(t, &l)
		time.Sleep(10 * time.Second)
		for i := range 6 {
			m.JobStarted(time.Duration(i) * 250 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		for _, outcome := range []worker.Outcome{worker.TimedOut, worker.Succeeded, worker.Stopped, worker.Failed, worker.Abandoned} {
			m.JobEnded(outcome, 5*time.Second)
		}
		time.Sleep(2 * time.Minute) // one job goes on
		m.JobEnded(worker.Succeeded, 125*time.Second)
		time.Sleep(10 * time.Minute) // nothing runs
		m.JobStarted(-time.Second)   // clocks differ
		require.NoError(t, m.Close(t.Context()))
		got := l.read(t)
		parseAll(t, got)
		const golden = "testdata/minutes.golden"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		assert.Equal(t, string(want), got, "run go test ./metrics -update in agent/ when the change is meant")
	})
}

func TestAnIdleAgentWritesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l log
		m := newMeter(t, &l)
		time.Sleep(time.Hour)
		require.NoError(t, m.Close(t.Context()))
		assert.Empty(t, l.read(t))
	})
}

// TestAQuietJobIsSeen: a gap in JobsInFlight would look like an idle agent.
func TestAQuietJobIsSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l log
		m := newMeter(t, &l)
		begin := time.Now()
		m.JobStarted(0)
		time.Sleep(time.Hour + time.Second)
		m.JobEnded(worker.Succeeded, time.Since(begin))
		require.NoError(t, m.Close(t.Context()))
		lines := parseAll(t, l.read(t))
		require.Len(t, lines, 61, "one for each minute")
		for i, line := range lines[:60] {
			at, err := line.Metadata.Timestamp.Int64()
			require.NoError(t, err)
			assert.Equal(t, begin.Add(time.Duration(i)*time.Minute).UnixMilli(), at)
			assert.Equal(t, []float64{1}, values(t, lines[i:i+1], "JobsInFlight"))
		}
		assert.Equal(t, []float64{1, 0}, values(t, lines[60:], "JobsInFlight"))
		assert.Equal(t, []float64{3601000}, values(t, lines, "RunTime"))
	})
}

// TestManyJobsInAMinute: a line has 100 values at most, so there are more
// lines; each job's durations are in one of them, and nothing is counted twice.
func TestManyJobsInAMinute(t *testing.T) {
	t.Parallel()
	for _, count := range []int{99, 100, 101, 250} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var l log
				m := newMeter(t, &l)
				var want []float64
				for i := range count {
					m.JobStarted(time.Duration(i) * time.Millisecond)
					m.JobEnded(worker.Succeeded, time.Duration(i)*time.Millisecond)
					want = append(want, float64(i))
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				lines := parseAll(t, l.read(t))
				assert.Len(t, lines, (count+99)/100)
				assert.Equal(t, want, values(t, lines, "QueueWait"))
				assert.Equal(t, want, values(t, lines, "RunTime"))
				for _, name := range []string{"JobsStarted", "JobsSucceeded"} {
					assert.Equal(t, []float64{float64(count)}, values(t, lines, name))
				}
				require.NoError(t, m.Close(t.Context()))
				assert.Empty(t, l.read(t), "nothing was left")
			})
		})
	}
}

// TestASlowWriterHoldsNothingUp: a job does not wait for the log, each
// minute keeps its own values meanwhile, and they are written in the end.
func TestASlowWriterHoldsNothingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := log{block: make(chan struct{})}
		m := newMeter(t, &l)
		begin := time.Now()
		for range 5 {
			m.JobStarted(time.Second)
			m.JobEnded(worker.Failed, time.Second)
			time.Sleep(time.Minute)
		}
		require.Equal(t, 5*time.Minute, time.Since(begin), "counting takes no time")
		hurry, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("no time left"))
		defer cancel()
		assert.EqualError(t, m.Close(hurry), "write the last metrics: no time left")
		close(l.block)
		require.NoError(t, m.Close(t.Context()), "Close can be called again")
		lines := parseAll(t, l.read(t))
		require.Len(t, lines, 5)
		for i, line := range lines {
			at, err := line.Metadata.Timestamp.Int64()
			require.NoError(t, err)
			assert.Equal(t, begin.Add(time.Duration(i)*time.Minute).UnixMilli(), at)
			assert.Equal(t, []float64{1}, values(t, lines[i:i+1], "JobsFailed"))
		}
	})
}

// TestAFailingWriterLosesOnlyItsLine: what the log takes again, it gets.
func TestAFailingWriterLosesOnlyItsLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second := errors.New("the disk is full"), errors.New("the disk is gone")
		l := log{refusals: []error{nil, first, second, nil}}
		m := newMeter(t, &l)
		for i := range 4 {
			m.JobStarted(time.Duration(i) * time.Second)
			m.JobEnded(worker.Succeeded, 0)
			time.Sleep(time.Minute)
		}
		err := m.Close(t.Context())
		require.ErrorIs(t, err, first)
		require.NotErrorIs(t, err, second, "one is enough to look for")
		assert.Equal(t, []float64{0, 3000}, values(t, parseAll(t, l.read(t)), "QueueWait"))
	})
}

// TestConcurrentJobs with the real clock and the race detector: every job is
// counted once, whatever minute it falls in.
func TestConcurrentJobs(t *testing.T) {
	t.Parallel()
	var l log
	m := newMeter(t, &l)
	var workers sync.WaitGroup
	const jobs, concurrent = 500, 20
	for range concurrent {
		workers.Go(func() {
			for range jobs {
				m.JobStarted(2 * time.Millisecond)
				m.JobEnded(worker.Succeeded, 3*time.Millisecond)
			}
		})
	}
	workers.Wait()
	require.NoError(t, m.Close(t.Context()))
	lines := parseAll(t, l.read(t))
	for name, want := range map[string]float64{
		"JobsStarted": jobs * concurrent, "JobsSucceeded": jobs * concurrent,
		"QueueWait": 2 * jobs * concurrent, "RunTime": 3 * jobs * concurrent,
	} {
		assert.InDelta(t, want, sum(values(t, lines, name)), 0, name)
	}
	for _, inFlight := range values(t, lines, "JobsInFlight") {
		assert.True(t, inFlight >= 0 && inFlight <= concurrent, inFlight)
	}
}

// BenchmarkJob is what counting costs a job.
func BenchmarkJob(b *testing.B) {
	m := newMeter(b, &log{})
	b.ReportAllocs()
	for b.Loop() {
		m.JobStarted(time.Second)
		m.JobEnded(worker.Succeeded, time.Second)
	}
	require.NoError(b, m.Close(b.Context()))
}

func TestRunnerNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		runner string
		valid  bool
	}{
		"as CloudFormation has them": {"shop-Build", true},
		"every character":            {`a b:c "<&> \~`, true},
		"the longest":                {strings.Repeat("v", 1024), true},
		"too long":                   {strings.Repeat("v", 1025), false},
		"empty":                      {"", false},
		"only spaces":                {"  ", false},
		"a line end":                 {"a\nb", false},
		"not ASCII":                  {"ü", false},
		"DEL":                        {"a\x7f", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := metrics.New(io.Discard, c.runner)
			if !c.valid {
				require.ErrorContains(t, err, "dimension")
				return
			}
			require.NoError(t, err)
			require.NoError(t, m.Close(t.Context()))
		})
	}
}
