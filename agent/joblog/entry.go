package joblog

import (
	"context"
	"sync"
	"time"
)

// Entry is one job's part of a log. It is for one goroutine at a time, and must
// be closed.
type Entry struct {
	upload *upload
	// written goes to the scribe, so that a job does not wait for a disk; empty
	// comes back.
	written, empty chan batch
	done           chan struct{}
	once           sync.Once
}

// batch is lines that were printed at one time.
type batch struct {
	at    time.Time
	lines []byte
}

// maxPending is how many batches a job can be ahead of its scribe.
const maxPending = 3

func newEntry(b *upload) *Entry {
	e := &Entry{upload: b, written: make(chan batch, maxPending), empty: make(chan batch, maxPending), done: make(chan struct{})}
	for range maxPending {
		e.empty <- batch{}
	}
	return e
}

// WriteLines takes lines that each have their LF, and were printed at that
// time. It does not keep them.
func (e *Entry) WriteLines(at time.Time, lines []byte) {
	next := <-e.empty
	e.written <- batch{at, append(next.lines[:0], lines...)}
}

// writeLoop writes what the job prints into the book, until Close.
func (e *Entry) writeLoop() {
	for next := range e.written {
		e.upload.write(next.at, next.lines)
		if cap(next.lines) > emitSize {
			next.lines = nil
		}
		e.empty <- next
	}
	e.upload.archive.release(e.upload)
	close(e.done)
}

// Close sends what has not been sent yet. When that does not succeed until ctx
// ends, it is tried again until the archive is closed; so is what a slow disk has
// not taken by then.
func (e *Entry) Close(ctx context.Context) {
	e.once.Do(func() {
		close(e.written)
		var err error
		select {
		case <-e.done:
			err = e.upload.send(ctx)
			e.upload.archive.removeIfDone(e.upload)
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		if err != nil {
			e.upload.warnOnce("a job's log is not in the artifact store yet; it is tried again", err)
		}
	})
}
