package joblog

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Location is where a job's log is in the object store. Iterations of a Map and
// attempts of a step have the same location and share one log.
type Location struct{ Bucket, Key string }

// Version identifies one content of an object. The zero Version is an object that
// does not exist.
type Version struct {
	ETag string
	Size int64
}

// ErrChanged means that an object has another version by now.
var ErrChanged = errors.New("the object has changed")

// Objects is the object store. All methods may be called concurrently.
type Objects interface {
	// Version returns the present version.
	Version(ctx context.Context, place Location) (Version, error)
	// ReadAt reads bytes of a version, or returns ErrChanged.
	ReadAt(ctx context.Context, place Location, version Version, bytes []byte, offset int64) error
	// Put replaces the object if it still has the base version, and returns
	// ErrChanged if not.
	Put(ctx context.Context, place Location, base Version, content Content) (Version, error)
	// Append is a Put of the base version's content, which the store copies, and
	// more. The base has at least MinimumBase bytes.
	Append(ctx context.Context, place Location, base Version, more Content) (Version, error)
}

// MinimumBase is the least size in bytes that an object store can copy instead of
// receiving it again: S3 copies parts of at least 5 MiB.
const MinimumBase = 5 << 20

const (
	// uploadEvery is the time between two uploads of a log that grows.
	uploadEvery = 10 * time.Second
	// uploadAnyway is after how long even a small growth of a log is uploaded.
	uploadAnyway = time.Minute
	// uploadTimeout bounds one upload.
	uploadTimeout = 10 * time.Minute
	// unsentLimit is how many bytes of a log are kept on disk while uploads fail.
	unsentLimit = 1 << 30
)

// Archive keeps the jobs' logs in an object store. Each log is an object that is
// complete at any time and only grows. Problems are logged once for each log and
// never fail a job.
type Archive struct {
	objects   Objects
	directory string
	logger    *slog.Logger
	// ctx ends the uploads in the background.
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	uploads map[Location]*upload
	workers sync.WaitGroup
}

// NewArchive returns an archive that keeps lines that are not uploaded yet in files
// in directory. Close must be called.
func NewArchive(objects Objects, directory string, logger *slog.Logger) *Archive {
	ctx, cancel := context.WithCancel(context.Background())
	return &Archive{
		objects: objects, directory: directory, logger: logger, ctx: ctx, cancel: cancel,
		uploads: map[Location]*upload{},
	}
}

// Open starts one job's part of the log at a location.
func (a *Archive) Open(place Location) *Entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	u := a.uploads[place]
	if u == nil {
		u = newUpload(a, place)
		a.uploads[place] = u
		a.workers.Go(u.run)
	}
	if u.writers == 0 {
		u.written = make(chan struct{})
	}
	u.writers++
	e := newEntry(u)
	a.workers.Go(e.writeLoop)
	return e
}

// release counts out an entry that writes no more.
func (a *Archive) release(u *upload) {
	a.mu.Lock()
	if u.writers--; u.writers == 0 {
		close(u.written)
	}
	a.mu.Unlock()
	a.removeIfDone(u)
}

// removeIfDone forgets a log that has no writers and is uploaded completely.
func (a *Archive) removeIfDone(u *upload) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if u.writers == 0 && a.uploads[u.location] == u && u.state().unsent == 0 {
		delete(a.uploads, u.location)
		close(u.closed)
	}
}

// Close uploads the rest of all logs while ctx lasts, and removes all files. No
// entry may be written to during or after it.
func (a *Archive) Close(ctx context.Context) {
	a.mu.Lock()
	var left []*upload
	for place, u := range a.uploads {
		left = append(left, u)
		delete(a.uploads, place) // so that removeIfDone does not close it
	}
	a.mu.Unlock()
	var senders sync.WaitGroup
	for _, u := range left {
		senders.Go(func() {
			select {
			case <-u.written:
			case <-ctx.Done(): // a disk hangs
			}
			if err := u.send(ctx); err != nil {
				a.logger.Warn("the end of a job's log is missing in the artifact store", "key", u.location.Key, "error", err)
			}
		})
	}
	senders.Wait()
	for _, u := range left {
		close(u.closed)
	}
	a.cancel()
	a.workers.Wait()
}
