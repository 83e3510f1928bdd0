package joblog

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// noticeRoom is the space for a notice, in bytes.
	noticeRoom = 1 << 10
	// asyncLimit bounds the bytes of jobs' lines that wait for the writer. asyncReserve
	// is additional space for the agent's own lines.
	asyncLimit   = 512 << 10
	asyncReserve = 64 << 10
	// stallTime is how long the writer may accept nothing before it counts as stalled.
	// No call waits for a stalled writer.
	stallTime = 2 * time.Second
	// longestWait bounds one call, also if the writer is only slow.
	longestWait = 5 * time.Second
)

// AsyncWriter writes whole lines to a writer that may block, such as a container's
// standard output whose log driver is in blocking mode. One goroutine writes, from a
// bounded buffer, so a blocked writer costs lines and not time. Lines that do not fit
// are dropped. A notice says how many, as soon as the writer accepts lines again.
//
// All methods may be called concurrently, each with one or more whole lines.
type AsyncWriter struct {
	w      io.Writer
	notice func(Dropped) []byte
	// wake has an element when there may be something to write.
	wake chan struct{}
	// turn has an entry while a call waits for room, so that calls get room in order.
	turn chan struct{}
	// ended is closed when the goroutine has ended.
	ended chan struct{}

	mu sync.Mutex
	// pending is the next write; spare is the other buffer, unless it is being
	// written.
	pending, spare []byte
	// room is closed when the goroutine takes pending; nil if no call waits.
	room    chan struct{}
	waiting int
	stalled bool
	closed  bool
	dropped Dropped
}

// Dropped counts lines that the writer did not accept in time.
type Dropped struct{ Lines, Bytes int64 }

var _ io.Writer = (*AsyncWriter)(nil)

// NewAsyncWriter returns a writer to w, which must have no other users. notice returns
// one line and must not write to the AsyncWriter. The caller must call Close.
func NewAsyncWriter(w io.Writer, notice func(Dropped) []byte) *AsyncWriter {
	a := &AsyncWriter{w: w, notice: notice, wake: make(chan struct{}, 1), turn: make(chan struct{}, 1), ended: make(chan struct{})}
	go a.run()
	return a
}

// Write never waits and never fails. It has space of its own beside the jobs' lines.
func (a *AsyncWriter) Write(lines []byte) (int, error) {
	a.mu.Lock()
	a.drop(a.add(lines, asyncLimit+asyncReserve))
	a.mu.Unlock()
	a.signal()
	return len(lines), nil
}

// Console returns a console for jobs. Their lines wait up to 5 s for room, so that a job
// does not outpace its log, but not for a stalled writer.
func (a *AsyncWriter) Console() *Console { return &Console{w: patient{a}} }

// Close writes the rest while ctx lasts. If w.Write blocks, the goroutine stays until it
// returns. Later lines are dropped.
func (a *AsyncWriter) Close(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.signal()
	select {
	case <-a.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("write the last lines: %w", context.Cause(ctx))
	}
}

// patient writes to an AsyncWriter and waits for room.
type patient struct{ *AsyncWriter }

// Write waits for room for a bounded time.
func (p patient) Write(lines []byte) (int, error) {
	p.mu.Lock()
	rest := lines
	if p.waiting == 0 {
		rest = p.addJobs(lines)
	}
	if len(rest) == 0 {
		p.mu.Unlock()
		p.signal()
		return len(lines), nil
	}
	p.waiting++
	p.mu.Unlock()
	p.signal()
	rest = p.await(rest)
	p.mu.Lock()
	p.waiting--
	p.drop(rest)
	p.mu.Unlock()
	return len(lines), nil
}

// await returns the lines that got no room in time.
func (a *AsyncWriter) await(lines []byte) (rest []byte) {
	longest := time.NewTimer(longestWait)
	defer longest.Stop()
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-longest.C:
		return lines
	}
	for {
		a.mu.Lock()
		lines = a.addJobs(lines)
		if len(lines) == 0 || a.stalled || a.closed {
			a.mu.Unlock()
			a.signal()
			return lines
		}
		room := make(chan struct{})
		a.room = room
		a.mu.Unlock()
		a.signal()
		stall := time.NewTimer(stallTime)
		select {
		case <-room:
		case <-stall.C:
			a.mu.Lock()
			a.stalled = a.room == room // the goroutine has taken nothing since
			a.mu.Unlock()
		case <-longest.C:
			return lines
		}
		stall.Stop()
	}
}

// addJobs adds a job's lines, after the notice about earlier lines that were dropped.
func (a *AsyncWriter) addJobs(lines []byte) (rest []byte) {
	if a.dropped != (Dropped{}) && asyncLimit-len(a.pending) >= noticeRoom {
		a.addNotice()
	}
	return a.add(lines, asyncLimit)
}

// add adds as many whole lines as fit below the limit, and returns the rest. A line
// above the limit gets the whole buffer.
func (a *AsyncWriter) add(lines []byte, limit int) (rest []byte) {
	if a.closed {
		return lines
	}
	n := len(lines)
	if room := max(limit-len(a.pending), 0); n > room {
		n = bytes.LastIndexByte(lines[:room], '\n') + 1
		if n == 0 && len(a.pending) == 0 {
			if n = bytes.IndexByte(lines, '\n') + 1; n == 0 {
				n = len(lines)
			}
		}
	}
	a.pending = append(a.pending, lines[:n]...)
	return lines[n:]
}

func (a *AsyncWriter) drop(lines []byte) {
	if len(lines) == 0 {
		return
	}
	a.dropped.Lines += int64(bytes.Count(lines, []byte{'\n'}))
	a.dropped.Bytes += int64(len(lines))
}

func (a *AsyncWriter) signal() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *AsyncWriter) run() {
	defer close(a.ended)
	for {
		lines, more := a.take()
		if !more {
			return
		}
		_, _ = a.w.Write(lines) // a broken log must not fail a job
		a.mu.Lock()
		if cap(lines) <= 2*asyncLimit {
			a.spare = lines[:0]
		}
		a.mu.Unlock()
	}
}

// take waits for lines and makes room. It returns false when none are left after Close.
func (a *AsyncWriter) take() (lines []byte, more bool) {
	for {
		a.mu.Lock()
		if len(a.pending) == 0 {
			a.addNotice()
		}
		if len(a.pending) > 0 {
			lines, a.pending, a.spare = a.pending, a.spare, nil
			a.stalled = false
			if a.room != nil {
				close(a.room)
				a.room = nil
			}
			a.mu.Unlock()
			return lines, true
		}
		closed := a.closed
		a.mu.Unlock()
		if closed {
			return nil, false
		}
		<-a.wake
	}
}

// addNotice adds the notice about dropped lines, if there are any.
func (a *AsyncWriter) addNotice() {
	if a.dropped != (Dropped{}) {
		a.pending = append(a.pending, a.notice(a.dropped)...)
		a.dropped = Dropped{}
	}
}
