package joblog

import (
	"context"
	"sync"
	"time"
)

// Entry is one job's part of a log. It is for one goroutine at a time, and must be
// closed.
type Entry struct {
	upload *upload
	// written passes lines to writeLoop, so that a job does not wait for a disk;
	// empty returns the buffers.
	written, empty chan batch
	done           chan struct{}
	close          sync.Once
}

// batch is a number of lines that were printed at the same time.
type batch struct {
	at    time.Time
	lines []byte
}

// maxPending is how many batches a job can be ahead of its writeLoop.
const maxPending = 3

func newEntry(u *upload) *Entry {
	e := &Entry{upload: u, written: make(chan batch, maxPending), empty: make(chan batch, maxPending), done: make(chan struct{})}
	for range maxPending {
		e.empty <- batch{}
	}
	return e
}

// WriteLines adds lines, each with its LF, that were printed at that time. It does
// not keep the slice.
func (e *Entry) WriteLines(at time.Time, lines []byte) {
	next := <-e.empty
	e.written <- batch{at, append(next.lines[:0], lines...)}
}

// writeLoop adds the job's lines to the log until Close.
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

// Close uploads the rest of the lines. What it cannot upload before ctx ends, the
// archive uploads later, at the latest when it is closed.
func (e *Entry) Close(ctx context.Context) {
	e.close.Do(func() {
		close(e.written)
		var err error
		select {
		case <-e.done:
			err = e.upload.send(ctx)
			e.upload.archive.removeIfDone(e.upload)
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		e.upload.warnIncomplete(err)
	})
}
