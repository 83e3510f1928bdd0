package joblog_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/joblog"
)

// pipe is a writer that blocks while it is closed, and takes so long for each
// call.
type pipe struct {
	opened chan struct{} // has an element while the pipe is open
	delay  time.Duration

	mu      sync.Mutex
	text    bytes.Buffer
	largest int
}

func newPipe(open bool) *pipe {
	p := &pipe{opened: make(chan struct{}, 1)}
	if open {
		p.open()
	}
	return p
}

func (p *pipe) open()  { p.opened <- struct{}{} }
func (p *pipe) block() { <-p.opened }

func (p *pipe) Write(text []byte) (int, error) {
	p.block()
	defer p.open()
	time.Sleep(p.delay)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.largest = max(p.largest, len(text))
	return p.text.Write(text)
}

func (p *pipe) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func notice(d joblog.Dropped) []byte { return fmt.Appendf(nil, "! %d %d\n", d.Lines, d.Bytes) }

// numbers are the lines from a number on, each of 100 bytes with its step.
func numbers(from, count int) []byte {
	const blank = "                                                                                               \n"
	lines := bytes.Repeat([]byte(blank), count)
	for i := range count {
		line := lines[i*len(blank):]
		copy(line, strconv.Itoa(from+i))
	}
	return lines
}

// check reads what was written: each step's numbers in their order, and where
// some are missing a notice that says how many.
func check(t *testing.T, text string) (written, dropped int) {
	t.Helper()
	next := map[string]int{}
	skipped := 0
	for line := range strings.Lines(text) {
		if told, found := strings.CutPrefix(line, "! "); found {
			var n, size int
			_, err := fmt.Sscan(told, &n, &size)
			require.NoError(t, err)
			assert.Equal(t, 100*n, size)
			dropped += n
			continue
		}
		step, number, found := strings.Cut(line, " | ")
		if !found {
			continue // the agent's own
		}
		n, err := strconv.Atoi(strings.TrimSpace(number))
		skipped += n - next[step]
		if err != nil || len(line) != 100 || n < next[step] || skipped > dropped {
			require.Failf(t, "a line is not whole, not in order, or behind lines that are missing without a notice", "%q", line)
		}
		next[step] = n + 1
		written++
	}
	return written, dropped
}

// bounded runs call and requires that it takes no longer.
func bounded(t *testing.T, bound time.Duration, call func()) {
	t.Helper()
	began := time.Now()
	call()
	assert.LessOrEqual(t, time.Since(began), bound)
}

// TestBlockedWriter: it costs a job a moment once, the agent's own lines nothing,
// and no more memory than the buffer; what is lost is told where it is missing.
func TestBlockedWriter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPipe(false)
		a := joblog.NewAsyncWriter(p, notice)
		step := a.Console().Step("A", nil)
		const count = 30_000 // 3 MB
		bounded(t, 3*time.Second, func() {
			for i := 0; i < count; i += 100 {
				require.NoError(t, step.WriteLines(numbers(i, 100)))
			}
		})
		bounded(t, 0, func() { _, _ = a.Write([]byte("the agent is to stop\n")) })
		p.open()
		synctest.Wait()
		require.NoError(t, step.WriteLines(numbers(count, 3)))
		synctest.Wait()
		written, dropped := check(t, p.String())
		assert.Equal(t, count+3, written+dropped)
		assert.Positive(t, dropped)
		assert.Contains(t, p.String(), "the agent is to stop\n")
		assert.LessOrEqual(t, p.largest, 1<<20)
		assert.LessOrEqual(t, written, 2<<20/100)
		assert.True(t, strings.HasSuffix(p.String(), "A | "+string(numbers(count+2, 1))), "and flows again")

		p.block() // once more
		bounded(t, 3*time.Second, func() {
			for i := count + 3; i < 2*count; i++ {
				require.NoError(t, step.WriteLines(numbers(i, 1)))
			}
		})
		p.open()
		synctest.Wait()
		written, dropped = check(t, p.String())
		assert.Equal(t, 2*count, written+dropped)
		require.NoError(t, a.Close(t.Context()))
	})
}

// TestBlockedWriterOfManyJobs: their waits do not add up.
func TestBlockedWriterOfManyJobs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const jobs, count = 20, 8_000
		p := newPipe(false)
		a := joblog.NewAsyncWriter(p, notice)
		var all sync.WaitGroup
		for job := range jobs {
			step := a.Console().Step(string(rune('A'+job)), nil)
			all.Go(func() {
				bounded(t, 6*time.Second, func() {
					for i := 0; i < count; i += 1000 {
						assert.NoError(t, step.WriteLines(numbers(i, 1000)))
					}
				})
			})
		}
		all.Wait()
		p.open()
		require.NoError(t, a.Close(t.Context()))
		written, dropped := check(t, p.String())
		assert.Equal(t, jobs*count, written+dropped)
	})
}

// TestSlowWriter: as long as it goes on, jobs wait for it and nothing is lost.
func TestSlowWriter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const jobs, count = 20, 8_000
		p := newPipe(true)
		p.delay = 100 * time.Millisecond // 5 MB/s
		a := joblog.NewAsyncWriter(p, notice)
		began := time.Now()
		var all sync.WaitGroup
		for job := range jobs {
			step := a.Console().Step(string(rune('A'+job)), nil)
			all.Go(func() {
				for i := 0; i < count; i += 1000 {
					assert.NoError(t, step.WriteLines(numbers(i, 1000)))
				}
			})
		}
		all.Wait()
		assert.Greater(t, time.Since(began), 2*time.Second, "jobs are as slow as their log")
		require.NoError(t, a.Close(t.Context()))
		written, dropped := check(t, p.String())
		assert.Equal(t, jobs*count, written)
		assert.Zero(t, dropped)
	})
}

// TestCloseOfABlockedWriter is bounded by its context. The goroutine ends when the
// writer lets it go.
func TestCloseOfABlockedWriter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPipe(false)
		a := joblog.NewAsyncWriter(p, notice)
		_, _ = a.Write([]byte("the last\n"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		bounded(t, time.Second, func() { require.ErrorIs(t, a.Close(ctx), context.DeadlineExceeded) })
		bounded(t, 0, func() { require.NoError(t, a.Console().Step("A", nil).WriteLines([]byte("after it\n"))) })
		p.open()
		require.NoError(t, a.Close(t.Context()))
		assert.True(t, strings.HasPrefix(p.String(), "the last\n"))
		assert.NotContains(t, p.String(), "after it")
	})
}

// TestLinesLargerThanTheBuffer are written, and each whole.
func TestLinesLargerThanTheBuffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPipe(true)
		a := joblog.NewAsyncWriter(p, notice)
		large := strings.Repeat("x", 3<<20) + "\n"
		require.NoError(t, a.Console().Step("A", nil).WriteLines([]byte("small\n"+large+"small\n")))
		synctest.Wait()
		_, _ = a.Write([]byte(large))
		require.NoError(t, a.Close(t.Context()))
		assert.Equal(t, "A | small\nA | "+large+"A | small\n"+large, p.String())
	})
}

// BenchmarkConsole is what a job's lines cost on their way to the container's
// log, with the goroutine that writes and without.
func BenchmarkConsole(b *testing.B) {
	lines := numbers(0, 640) // about what one read of a pipe brings
	discard := func() *joblog.AsyncWriter { return joblog.NewAsyncWriter(devNull{}, notice) }
	b.Run("direct", func(b *testing.B) { benchmarkConsole(b, joblog.NewConsole(devNull{}), lines) })
	b.Run("async", func(b *testing.B) {
		a := discard()
		benchmarkConsole(b, a.Console(), lines)
		if err := a.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	})
}

type devNull struct{}

func (devNull) Write(text []byte) (int, error) { return len(text), nil }

func benchmarkConsole(b *testing.B, console *joblog.Console, lines []byte) {
	step := console.Step("Build", nil)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		if err := step.WriteLines(lines); err != nil {
			b.Fatal(err)
		}
	}
}
