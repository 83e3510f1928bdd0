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
	// noticeRoom is enough for a notice.
	noticeRoom = 1 << 10
	// asyncLimit is how many bytes of jobs' lines wait for the writer;
	// asyncReserve is the room that lines have besides that do not wait.
	asyncLimit   = 512 << 10
	asyncReserve = 64 << 10
	// stallTime is how long the writer may take nothing before it counts as
	// stalled. Nobody waits for a stalled writer.
	stallTime = 2 * time.Second
	// maxWait bounds one call, also while the writer is only slow.
	maxWait = 5 * time.Second
)

// AsyncWriter writes whole lines to a writer that may block, as a container's
// standard output does when its log driver is in blocking mode. One goroutine
// writes, from a bounded buffer, so a blocked writer costs lines and not time:
// what does not fit is dropped and counted. Where lines are missing, a notice
// says how many, as soon as the writer takes lines again.
//
// All methods may be called concurrently, each with one or more whole lines.
type AsyncWriter struct {
	w      io.Writer
	notice func(Dropped) []byte
	// wake has an element when there may be something to write.
	wake chan struct{}
	// writing is held by the one call at a time that waits for room, so that calls
	// get room in their order.
	writing chan struct{}
	// ended is closed when the goroutine has ended.
	ended chan struct{}

	mu sync.Mutex
	// pending is what the writer takes next, in one piece; spare is the other
	// buffer, unless it is being written.
	pending, spare []byte
	// room is closed when the writer takes pending; nil when no call waits.
	room    chan struct{}
	waiting int
	stalled bool
	closed  bool
	dropped Dropped
}

// Dropped counts lines that a writer did not take in time.
type Dropped struct{ Lines, Bytes int64 }

var _ io.Writer = (*AsyncWriter)(nil)

// NewAsyncWriter writes to w, to which nothing else may write. notice returns one
// line, and must not write to the AsyncWriter itself. Close must be called.
func NewAsyncWriter(w io.Writer, notice func(Dropped) []byte) *AsyncWriter {
	a := &AsyncWriter{w: w, notice: notice, wake: make(chan struct{}, 1), writing: make(chan struct{}, 1), ended: make(chan struct{})}
	go a.run()
	return a
}

// Write never waits, and never fails. It has room of its own, which jobs' lines
// do not take.
func (a *AsyncWriter) Write(lines []byte) (int, error) {
	a.mu.Lock()
	a.drop(a.add(lines, asyncLimit+asyncReserve))
	a.mu.Unlock()
	a.signal()
	return len(lines), nil
}

// Console returns a console for jobs, whose lines wait up to 5 s for room, so
// that a job does not outpace its log, and not at all for a writer that has
// taken nothing for 2 s.
func (a *AsyncWriter) Console() *Console { return &Console{w: blockingWriter{a}} }

// Close writes what is left, as long as ctx lasts. A call of w.Write that blocks
// cannot be ended: then the goroutine stays until it returns. What is written
// after Close is dropped.
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

// blockingWriter writes to an AsyncWriter, and waits.
type blockingWriter struct{ *AsyncWriter }

// Write waits for room, for a bounded time.
func (p blockingWriter) Write(lines []byte) (int, error) {
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

// await returns the lines for which there was no room in time.
func (a *AsyncWriter) await(lines []byte) (rest []byte) {
	longest := time.NewTimer(maxWait)
	defer longest.Stop()
	select {
	case a.writing <- struct{}{}:
		defer func() { <-a.writing }()
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
			a.stalled = a.room == room // the writer has not taken anything since
			a.mu.Unlock()
		case <-longest.C:
			return lines
		}
		stall.Stop()
	}
}

// addJobs adds a job's lines, behind the notice of those that came before them
// and were dropped.
func (a *AsyncWriter) addJobs(lines []byte) (rest []byte) {
	if a.dropped != (Dropped{}) && asyncLimit-len(a.pending) >= noticeRoom {
		a.reportDropped()
	}
	return a.add(lines, asyncLimit)
}

// add takes as many whole lines as fit below the limit, and returns the others.
// A line that is larger than that has the buffer for itself.
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
		_, _ = a.w.Write(lines) // a log that is gone is no job's trouble
		a.mu.Lock()
		if cap(lines) <= 2*asyncLimit {
			a.spare = lines[:0]
		}
		a.mu.Unlock()
	}
}

// take waits for lines, and makes room. It returns false when nothing is left
// after Close.
func (a *AsyncWriter) take() (lines []byte, more bool) {
	for {
		a.mu.Lock()
		if len(a.pending) == 0 {
			a.reportDropped()
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

// reportDropped adds the notice of what was dropped, if anything was.
func (a *AsyncWriter) reportDropped() {
	if a.dropped != (Dropped{}) {
		a.pending = append(a.pending, a.notice(a.dropped)...)
		a.dropped = Dropped{}
	}
}
