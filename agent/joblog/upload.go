package joblog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// upload is one log: what the store has of it, and what is still to be sent.
type upload struct {
	archive  *Archive
	location Location
	// writers is the number of entries that may still write, and written is
	// closed when it is zero; the archive's lock guards both.
	writers int
	written chan struct{}
	closed  chan struct{}
	// wake has an element when something is to be sent.
	wake   chan struct{}
	warned sync.Once

	mu        sync.Mutex
	records   []byte // a buffer for write
	current   *spool // what came since the last upload began
	discarded bool   // nothing is kept any more
	progress  progress

	// sending is held by the one upload at a time, and guards its state.
	sending chan struct{}
	stored  Version
	copied  *spool // what the store has, as long as that must be sent again
	waiting *spool // what is to be appended
}

// progress is how far the uploads are.
type progress struct {
	unsent, stored int64
	last           time.Time
	took           time.Duration
}

func newUpload(a *Archive, place Location) *upload {
	return &upload{
		archive: a, location: place, closed: make(chan struct{}), wake: make(chan struct{}, 1), sending: make(chan struct{}, 1),
		current: &spool{directory: a.directory}, waiting: &spool{directory: a.directory}, copied: &spool{directory: a.directory},
		progress: progress{last: time.Now()},
	}
}

func (b *upload) write(at time.Time, lines []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.discarded || len(lines) == 0 {
		return
	}
	b.records = appendRecords(b.records[:0], at, lines)
	before := b.current.size
	err := b.current.append(b.records)
	b.progress.unsent += b.current.size - before
	if err == nil && b.current.size > unsentLimit {
		err = fmt.Errorf("%d bytes could not be sent", b.current.size)
	}
	if cap(b.records) > 4*emitSize {
		b.records = nil
	}
	if err != nil {
		b.discarded = true
		b.warnOnce("the rest of a job's log will not be in the artifact store", err)
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *upload) warnOnce(what string, err error) {
	b.warned.Do(func() { b.archive.logger.Warn(what, "key", b.location.Key, "error", err) })
}

// isSent is true when nothing is to be sent.
func (b *upload) isSent() bool { return b.state().unsent == 0 }

func (b *upload) state() progress {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.progress
}

// run sends what comes, now and then, until the book is closed.
func (b *upload) run() {
	defer b.discard()
	for {
		select {
		case <-b.closed:
			return
		case <-b.wake:
		}
		if !b.pause() {
			return
		}
		ctx, cancel := context.WithTimeout(b.archive.ctx, uploadTimeout)
		err := b.send(ctx)
		cancel()
		if err != nil {
			b.warnOnce("a job's log is not in the artifact store yet; it is tried again", err)
			select {
			case b.wake <- struct{}{}:
			default:
			}
		}
		b.archive.removeIfDone(b)
	}
}

// pause waits until an upload is due; false when the book is closed.
func (b *upload) pause() bool {
	for {
		timer := time.NewTimer(max(uploadEvery, 2*b.state().took))
		select {
		case <-b.closed:
			timer.Stop()
			return false
		case <-timer.C:
		}
		if b.state().isDue(time.Now()) {
			return true
		}
	}
}

// isDue is false as long as the log would be sent whole for little that is new.
func (p progress) isDue(now time.Time) bool {
	const small = 64 << 10
	return p.stored < small || p.stored >= MinimumBase || 4*p.unsent >= p.stored || now.Sub(p.last) >= uploadAnyway
}

// send sends all that was written before.
func (b *upload) send(ctx context.Context) error {
	select {
	case b.sending <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-b.sending }()
	if err := b.sendWaiting(ctx); err != nil { // what the last upload left
		return err
	}
	b.mu.Lock()
	b.waiting, b.current = b.current, b.waiting
	b.mu.Unlock()
	return b.sendWaiting(ctx)
}

// attempts is how often an upload is tried when others write to the same log.
const attempts = 8

func (b *upload) sendWaiting(ctx context.Context) error {
	if b.waiting.size == 0 {
		return nil
	}
	began := time.Now()
	for range attempts {
		version, err := b.put(ctx)
		if errors.Is(err, ErrChanged) {
			var ours bool
			if version, ours, err = b.findVersion(ctx); err == nil && !ours {
				b.stored = version
				b.copied.reset()
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", b.location.Key, err)
		}
		b.recordSent(version, began)
		return nil
	}
	return fmt.Errorf("write %s: %w again and again", b.location.Key, ErrChanged)
}

// put writes what the store has, and what is waiting. Most logs are new, so
// that is tried before the store is asked.
func (b *upload) put(ctx context.Context) (Version, error) {
	if b.stored.Size >= MinimumBase {
		return b.archive.objects.Append(ctx, b.location, b.stored, Content{b.waiting})
	}
	if b.copied.size != b.stored.Size {
		if err := b.fetch(ctx); err != nil {
			return Version{}, err
		}
	}
	return b.archive.objects.Put(ctx, b.location, b.stored, Content{b.copied, b.waiting})
}

// fetch gets what others have written.
func (b *upload) fetch(ctx context.Context) error {
	content := make([]byte, b.stored.Size)
	if err := b.archive.objects.ReadAt(ctx, b.location, b.stored, content, 0); err != nil {
		return err
	}
	b.copied.reset()
	return b.copied.append(content)
}

// findVersion finds the present version, and whether it is what an upload has made
// whose answer was lost.
func (b *upload) findVersion(ctx context.Context) (version Version, ours bool, err error) {
	version, err = b.archive.objects.Version(ctx, b.location)
	if err != nil || version.Size != b.stored.Size+b.waiting.size {
		return version, false, err
	}
	const compared = 4 << 10
	n := min(compared, b.waiting.size)
	there, here := make([]byte, n), make([]byte, n)
	if err := b.archive.objects.ReadAt(ctx, b.location, version, there, version.Size-n); err != nil {
		return version, false, err
	}
	if _, err := b.waiting.ReadAt(here, b.waiting.size-n); err != nil {
		return version, false, err
	}
	return version, bytes.Equal(there, here), nil
}

// recordSent says that the store has what was waiting.
func (b *upload) recordSent(version Version, began time.Time) {
	b.stored = version
	if version.Size >= MinimumBase || b.copied.appendFrom(b.waiting) != nil {
		b.copied.reset() // it is not needed, or can be fetched
	}
	size := b.waiting.size
	b.waiting.reset()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.unsent -= size
	b.progress.stored = version.Size
	b.progress.last, b.progress.took = time.Now(), time.Since(began)
}

// discard removes the book's files.
func (b *upload) discard() {
	b.sending <- struct{}{}
	defer func() { <-b.sending }()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.discarded = true
	for _, s := range []*spool{b.current, b.waiting, b.copied} {
		s.reset()
	}
}
