package metrics

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// Meter counts jobs and writes a line at the end of each minute. Counting never
// waits for the writer. A goroutine runs until Close.
type Meter struct {
	w      io.Writer
	runner string

	mu       sync.Mutex
	inFlight int
	// pending are the minutes that are not written yet, in order: more than one only
	// while the writer is slow.
	pending []*minute

	close          sync.Once
	closing, ended chan struct{}
	// failed is the first error of the writer. The goroutine owns it until ended is
	// closed.
	failed error
}

var _ worker.Meter = (*Meter)(nil)

// maxRunner is the greatest length of a dimension's value in CloudWatch.
const maxRunner = 1024

// New returns a meter whose metrics have the runner's name as their dimension. Each
// line is one Write of w, which must allow concurrent calls if it has other users.
// CloudWatch drops lines whose dimension is not 1 to 1024 printable ASCII
// characters without a message, so New refuses such a name.
func New(w io.Writer, runner string) (*Meter, error) {
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	if strings.TrimSpace(runner) == "" || len(runner) > maxRunner || strings.ContainsFunc(runner, unprintable) {
		return nil, fmt.Errorf("the runner's name %q cannot be a dimension in CloudWatch: it must have 1 to %d printable ASCII characters", runner, maxRunner)
	}
	m := &Meter{w: w, runner: runner, closing: make(chan struct{}), ended: make(chan struct{})}
	go m.run()
	return m, nil
}

// JobStarted implements worker.Meter.
func (m *Meter) JobStarted(queueWait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	current := m.current()
	current.started++
	current.queueWaits = append(current.queueWaits, milliseconds(queueWait))
	m.inFlight++
	current.run(m.inFlight)
}

// JobEnded implements worker.Meter.
func (m *Meter) JobEnded(outcome worker.Outcome, runTime time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	current := m.current()
	current.ended[outcome]++
	current.runTimes = append(current.runTimes, milliseconds(runTime))
	m.inFlight--
	current.run(m.inFlight)
}

// milliseconds is never negative, although clocks differ.
func milliseconds(d time.Duration) int64 { return max(d, 0).Milliseconds() }

// Close writes the rest and returns the writer's first error. If ctx ends before,
// the goroutine continues until its Write returns. Later counts are not written.
func (m *Meter) Close(ctx context.Context) error {
	m.close.Do(func() { close(m.closing) })
	select {
	case <-m.ended:
		return m.failed
	case <-ctx.Done():
		return fmt.Errorf("write the last metrics: %w", context.Cause(ctx))
	}
}

// current returns the present minute.
func (m *Meter) current() *minute {
	begin := time.Now().UTC().Truncate(time.Minute)
	if n := len(m.pending); n > 0 && !m.pending[n-1].begin.Before(begin) {
		return m.pending[n-1] // also if the clock was put back
	}
	m.pending = append(m.pending, newMinute(begin, m.inFlight))
	return m.pending[len(m.pending)-1]
}

// run writes at the end of each minute.
func (m *Meter) run() {
	defer close(m.ended)
	for {
		now := time.Now().UTC()
		next := time.NewTimer(now.Truncate(time.Minute).Add(time.Minute).Sub(now))
		select {
		case <-next.C:
			m.write(m.take())
		case <-m.closing:
			next.Stop()
			m.write(m.take())
			return
		}
	}
}

// take returns the minutes to write. While jobs run, it starts the next minute, so
// that each minute has a line.
func (m *Meter) take() []*minute {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.pending
	m.pending = nil
	if m.inFlight > 0 {
		m.current()
	}
	return taken
}

// write continues after an error: the next Write may succeed.
func (m *Meter) write(minutes []*minute) {
	for _, one := range minutes {
		lines, err := one.lines(m.runner)
		m.recordError(err)
		for _, line := range lines {
			_, err := m.w.Write(line)
			m.recordError(err)
		}
	}
}

func (m *Meter) recordError(err error) {
	if err != nil && m.failed == nil {
		m.failed = fmt.Errorf("write metrics: %w", err)
	}
}
