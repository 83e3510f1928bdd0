package worker

import (
	"math"
	"sync"
	"time"
)

// registry knows what a worker holds, and since when it holds nothing.
type registry struct {
	mu      sync.Mutex
	byToken map[string]*heldJob // by task token
	// deliveries counts what is held, jobs or not; taken those among them that
	// are this worker's to run or to fail.
	deliveries, accepted int
	// bytes are those of all messages that are held.
	bytes int
	// started counts the jobs that ever began or were answered here.
	started int
	// lastEnd is when the last of them ended; the worker's start before that.
	lastEnd time.Time
	// busyUntil is before when the worker does not count as idle.
	busyUntil time.Time
	// outdated says that jobs come for a runner that is configured otherwise.
	outdated bool
}

func newRegistry() *registry {
	return &registry{byToken: map[string]*heldJob{}}
}

// deliveryReceived counts a delivery in, leave counts it out.
func (r *registry) deliveryReceived(delivery Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deliveries++
	r.bytes += len(delivery.Body)
}

func (r *registry) deliveryDone(delivery Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deliveries--
	r.bytes -= len(delivery.Body)
}

// totalBytes is how many bytes the messages have that are held.
func (r *registry) totalBytes() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes
}

// add makes the hold its token's, or returns the one that is.
func (r *registry) add(h *heldJob) (first *heldJob, added bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.byToken[h.token()]; first != nil {
		return first, false
	}
	r.byToken[h.token()] = h
	return h, true
}

func (r *registry) remove(h *heldJob) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byToken, h.token())
}

// jobAccepted counts a job in, give counts it out.
func (r *registry) jobAccepted() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accepted++
}

func (r *registry) jobReleased() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accepted--
}

// hasJobs reports whether a job is held.
func (r *registry) hasJobs() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accepted > 0
}

// hasUndecided reports whether something is held that may be a job.
func (r *registry) hasUndecided() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deliveries > r.accepted
}

// jobStarted counts a job that is this worker's to answer; end is its end.
func (r *registry) jobStarted() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started++
}

func (r *registry) jobEnded() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastEnd = time.Now()
}

func (r *registry) startedJobs() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.started
}

// postponeIdle has the worker not count as idle for so long, at least.
func (r *registry) postponeIdle(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until := time.Now().Add(d); until.After(r.busyUntil) {
		r.busyUntil = until
	}
}

// markOutdated has the worker count as idle as soon as it holds nothing.
func (r *registry) markOutdated() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outdated = true
}

// untilIdle is how long the worker will not be idle yet if nothing comes. It
// is never more than the time to live, so that one who waits so long and looks
// again is not late.
func (r *registry) untilIdle(timeToLive time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lastEnd.IsZero() {
		r.lastEnd = time.Now()
	}
	most := time.Duration(math.MaxInt64)
	if timeToLive > 0 {
		most = timeToLive
	}
	remaining := most
	switch {
	case r.accepted > 0:
		return most
	case r.outdated:
		remaining = 0
	case timeToLive > 0:
		remaining = timeToLive - time.Since(r.lastEnd)
	}
	return min(max(remaining, time.Until(r.busyUntil)), most)
}
