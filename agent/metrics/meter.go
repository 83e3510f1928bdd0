package metrics

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// Meter counts jobs and writes a line for each minute at its end. Counting
// never waits for the writer. It has a goroutine until Close.
type Meter struct {
	w      io.Writer
	config Config

	mu       sync.Mutex
	inFlight int
	// pending are the minutes that are not written yet, in order. There is
	// more than one only while the writer is slow.
	pending []*minute

	close          sync.Once
	closing, ended chan struct{}
	// failed is the first error of the writer, for Close; the goroutine's
	// until it has ended.
	failed error
}

var _ worker.Meter = (*Meter)(nil)

// New counts for w, which gets each line with one call of Write; if others
// write to it at the same time, it must allow that. The error names everything
// of the configuration that CloudWatch would not take.
func New(w io.Writer, config Config) (*Meter, error) {
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("configure metrics: %w", err)
	}
	config.Dimensions = slices.Clone(config.Dimensions)
	m := &Meter{w: w, config: config, closing: make(chan struct{}), ended: make(chan struct{})}
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

// milliseconds is never negative: clocks differ.
func milliseconds(d time.Duration) int64 { return max(d, 0).Milliseconds() }

// Close writes what is left, and returns the first error that the writer had.
// When ctx ends before, the goroutine goes on until its call of Write returns.
// What is counted after Close is not written.
func (m *Meter) Close(ctx context.Context) error {
	m.close.Do(func() { close(m.closing) })
	select {
	case <-m.ended:
		return m.failed
	case <-ctx.Done():
		return fmt.Errorf("write the last metrics: %w", context.Cause(ctx))
	}
}

// current is the minute that it is now.
func (m *Meter) current() *minute {
	begin := time.Now().UTC().Truncate(time.Minute)
	if n := len(m.pending); n > 0 && !m.pending[n-1].begin.Before(begin) {
		return m.pending[n-1] // also where the clock was put back
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

// take returns the minutes to write. While jobs run, another minute begins at
// once, so that each has its line, however quiet it is.
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

// write goes on after an error: the next line may get through.
func (m *Meter) write(minutes []*minute) {
	for _, one := range minutes {
		lines, err := one.lines(m.config)
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
