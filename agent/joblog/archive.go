package joblog

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Location is where a job's log is in the object store. Jobs with the same place
// share one log: iterations of a Map, and the attempts of a retried step.
type Location struct{ Bucket, Key string }

// Version is one content of an object. The zero Version is that of an object
// that does not exist.
type Version struct {
	ETag string
	Size int64
}

// ErrChanged says that an object has another version by now.
var ErrChanged = errors.New("the object has changed")

// Objects is the object store. All methods may be called concurrently.
type Objects interface {
	// Version returns the present version, the zero one when there is none.
	Version(ctx context.Context, place Location) (Version, error)
	// ReadAt reads bytes of a version, or returns ErrChanged.
	ReadAt(ctx context.Context, place Location, version Version, bytes []byte, offset int64) error
	// Put writes the object anew if it has the base version still, and returns
	// ErrChanged if not.
	Put(ctx context.Context, place Location, base Version, content Content) (Version, error)
	// Append writes the object anew as Put does, from the base, which the
	// store has and which has MinimumBase bytes at least, and more.
	Append(ctx context.Context, place Location, base Version, more Content) (Version, error)
}

// MinimumBase is the size from which on what an object store has needs not be
// sent again: Amazon S3 copies parts of 5 MiB at least.
const MinimumBase = 5 << 20

const (
	// uploadEvery is the time between two uploads of a log that grows.
	uploadEvery = 10 * time.Second
	// uploadAnyway is when a small growth of a log is worth sending it whole.
	uploadAnyway = time.Minute
	// uploadTimeout bounds one upload.
	uploadTimeout = 10 * time.Minute
	// unsentLimit is how much of a log is kept on disk when uploads fail.
	unsentLimit = 1 << 30
)

// Archive keeps the jobs' logs in an object store, each a whole object at any
// time that only grows. What is in the store is not sent again. A log's trouble
// is told once, and is no job's.
type Archive struct {
	objects   Objects
	directory string
	logger    *slog.Logger
	// ctx ends uploads that nobody waits for.
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	uploads map[Location]*upload
	workers sync.WaitGroup
}

// NewArchive keeps what is not sent yet in files under directory. Close must
// be called.
func NewArchive(objects Objects, directory string, logger *slog.Logger) *Archive {
	ctx, cancel := context.WithCancel(context.Background())
	return &Archive{
		objects: objects, directory: directory, logger: logger, ctx: ctx, cancel: cancel,
		uploads: map[Location]*upload{},
	}
}

// Open begins one job's part of the log at a place.
func (a *Archive) Open(place Location) *Entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.uploads[place]
	if b == nil {
		b = newUpload(a, place)
		a.uploads[place] = b
		a.workers.Go(b.run)
	}
	if b.writers == 0 {
		b.written = make(chan struct{})
	}
	b.writers++
	e := newEntry(b)
	a.workers.Go(e.writeLoop)
	return e
}

// release ends a job's interest in a book.
func (a *Archive) release(b *upload) {
	a.mu.Lock()
	if b.writers--; b.writers == 0 {
		close(b.written)
	}
	a.mu.Unlock()
	a.removeIfDone(b)
}

// removeIfDone takes a book from the shelf that nobody writes and that is all sent.
func (a *Archive) removeIfDone(b *upload) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if b.writers == 0 && a.uploads[b.location] == b && b.isSent() {
		delete(a.uploads, b.location)
		close(b.closed)
	}
}

// Close sends what has not been sent yet, as long as ctx lasts, and removes all
// files. Nothing may be written any more.
func (a *Archive) Close(ctx context.Context) {
	a.mu.Lock()
	var left []*upload
	for place, b := range a.uploads {
		left = append(left, b)
		delete(a.uploads, place) // so that only this closes it
	}
	a.mu.Unlock()
	var senders sync.WaitGroup
	for _, b := range left {
		senders.Go(func() {
			select {
			case <-b.written:
			case <-ctx.Done(): // a disk hangs
			}
			if err := b.send(ctx); err != nil {
				a.logger.Warn("the end of a job's log is not in the artifact store", "key", b.location.Key, "error", err)
			}
		})
	}
	senders.Wait()
	for _, b := range left {
		close(b.closed)
	}
	a.cancel()
	a.workers.Wait()
}
