package joblog

import (
	"context"
	"sync"
	"time"
)

// Entry is one job's part of a log. It is for one goroutine at a time, and must
// be closed.
type Entry struct {
	book *book
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

// ahead is how many batches a job can be ahead of its scribe.
const ahead = 3

func newEntry(b *book) *Entry {
	e := &Entry{book: b, written: make(chan batch, ahead), empty: make(chan batch, ahead), done: make(chan struct{})}
	for range ahead {
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

// scribe writes what the job prints into the book, until Close.
func (e *Entry) scribe() {
	for next := range e.written {
		e.book.write(next.at, next.lines)
		if cap(next.lines) > emitSize {
			next.lines = nil
		}
		e.empty <- next
	}
	e.book.archive.leave(e.book)
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
			err = e.book.send(ctx)
			e.book.archive.tidy(e.book)
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		if err != nil {
			e.book.tell("a job's log is not in the artifact store yet; it is tried again", err)
		}
	})
}
