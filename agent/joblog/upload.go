package joblog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// upload is one log: what the store has of it, and what is still to be uploaded.
type upload struct {
	archive  *Archive
	location Location
	// writers is the number of entries that may still write. written is closed when
	// it is 0. The archive's lock guards both.
	writers int
	written chan struct{}
	closed  chan struct{}
	// wake has an element when there is something to upload.
	wake   chan struct{}
	warned sync.Once

	mu        sync.Mutex
	records   []byte // a buffer for write
	current   *spool // lines since the last upload started
	discarded bool   // further lines are dropped
	progress  progress

	// sending has an entry during an upload and guards its state.
	sending chan struct{}
	stored  Version
	copied  *spool // what the store has, while each upload must send it again
	waiting *spool // what the upload appends
}

// progress is the state of the uploads. Sizes are in bytes.
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

func (u *upload) write(at time.Time, lines []byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.discarded || len(lines) == 0 {
		return
	}
	u.records = appendRecords(u.records[:0], at, lines)
	before := u.current.size
	_, err := u.current.Write(u.records)
	u.progress.unsent += u.current.size - before
	if err == nil && u.current.size > unsentLimit {
		err = fmt.Errorf("%d bytes could not be uploaded", u.current.size)
	}
	if cap(u.records) > 4*emitSize {
		u.records = nil
	}
	if err != nil {
		u.discarded = true
		u.warnOnce("the rest of a job's log will be missing in the artifact store", err)
	}
	u.signal()
}

func (u *upload) signal() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

func (u *upload) warnIncomplete(err error) {
	if err != nil {
		u.warnOnce("a job's log is not complete in the artifact store yet; trying again", err)
	}
}

func (u *upload) warnOnce(what string, err error) {
	u.warned.Do(func() { u.archive.logger.Warn(what, "key", u.location.Key, "error", err) })
}

func (u *upload) state() progress {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.progress
}

// run uploads new lines at intervals until the log is closed.
func (u *upload) run() {
	defer u.discard()
	for {
		select {
		case <-u.closed:
			return
		case <-u.wake:
		}
		if !u.pause() {
			return
		}
		ctx, cancel := context.WithTimeout(u.archive.ctx, uploadTimeout)
		err := u.send(ctx)
		cancel()
		if err != nil {
			u.warnIncomplete(err)
			u.signal()
		}
		u.archive.removeIfDone(u)
	}
}

// pause waits until an upload is due. It returns false when the log is closed.
func (u *upload) pause() bool {
	for {
		timer := time.NewTimer(max(uploadEvery, 2*u.state().took))
		select {
		case <-u.closed:
			timer.Stop()
			return false
		case <-timer.C:
		}
		if u.state().isDue(time.Now()) {
			return true
		}
	}
}

// isDue is false while an upload would send the whole log for few new lines.
func (p progress) isDue(now time.Time) bool {
	const small = 64 << 10
	return p.stored < small || p.stored >= MinimumBase || 4*p.unsent >= p.stored || now.Sub(p.last) >= uploadAnyway
}

// send uploads everything that was written before.
func (u *upload) send(ctx context.Context) error {
	select {
	case u.sending <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-u.sending }()
	if err := u.sendWaiting(ctx); err != nil { // the rest of the last upload
		return err
	}
	u.mu.Lock()
	u.waiting, u.current = u.current, u.waiting
	u.mu.Unlock()
	return u.sendWaiting(ctx)
}

// attempts is how often an upload is tried when other agents write to the same log.
const attempts = 8

func (u *upload) sendWaiting(ctx context.Context) error {
	if u.waiting.size == 0 {
		return nil
	}
	began := time.Now()
	for range attempts {
		version, err := u.put(ctx)
		if errors.Is(err, ErrChanged) {
			var ours bool
			if version, ours, err = u.findVersion(ctx); err == nil && !ours {
				u.stored = version
				u.copied.reset()
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", u.location.Key, err)
		}
		u.recordSent(version, began)
		return nil
	}
	return fmt.Errorf("write %s: %w %d times", u.location.Key, ErrChanged, attempts)
}

// put writes what the store has and what is waiting. Most logs are new, so it does
// not ask the store first.
func (u *upload) put(ctx context.Context) (Version, error) {
	if u.stored.Size >= MinimumBase {
		return u.archive.objects.Append(ctx, u.location, u.stored, Content{u.waiting})
	}
	if u.copied.size != u.stored.Size {
		if err := u.fetch(ctx); err != nil {
			return Version{}, err
		}
	}
	return u.archive.objects.Put(ctx, u.location, u.stored, Content{u.copied, u.waiting})
}

// fetch reads what other agents have written.
func (u *upload) fetch(ctx context.Context) error {
	content := make([]byte, u.stored.Size)
	if err := u.archive.objects.ReadAt(ctx, u.location, u.stored, content, 0); err != nil {
		return err
	}
	u.copied.reset()
	_, err := u.copied.Write(content)
	return err
}

// findVersion returns the present version. ours means that an upload whose answer
// was lost wrote it.
func (u *upload) findVersion(ctx context.Context) (version Version, ours bool, err error) {
	version, err = u.archive.objects.Version(ctx, u.location)
	if err != nil || version.Size != u.stored.Size+u.waiting.size {
		return version, false, err
	}
	const compared = 4 << 10
	n := min(compared, u.waiting.size)
	there, here := make([]byte, n), make([]byte, n)
	if err := u.archive.objects.ReadAt(ctx, u.location, version, there, version.Size-n); err != nil {
		return version, false, err
	}
	if _, err := u.waiting.text().ReadAt(here, u.waiting.size-n); err != nil {
		return version, false, err
	}
	return version, bytes.Equal(there, here), nil
}

// recordSent records that the store has what was waiting.
func (u *upload) recordSent(version Version, began time.Time) {
	u.stored = version
	size := u.waiting.size
	copied := version.Size < MinimumBase
	if copied {
		// A LimitedReader makes io.Copy take a buffer of that size.
		_, err := io.Copy(u.copied, io.LimitReader(u.waiting.text(), size))
		copied = err == nil
	}
	if !copied {
		u.copied.reset() // it is not needed, or fetch reads it again
	}
	u.waiting.reset()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.progress.unsent -= size
	u.progress.stored = version.Size
	u.progress.last, u.progress.took = time.Now(), time.Since(began)
}

// discard removes the log's files.
func (u *upload) discard() {
	u.sending <- struct{}{}
	defer func() { <-u.sending }()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.discarded = true
	for _, s := range []*spool{u.current, u.waiting, u.copied} {
		s.reset()
	}
}
