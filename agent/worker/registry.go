package worker

import (
	"math"
	"sync"
	"time"
)

// registry knows what a worker holds, and since when it holds nothing.
type registry struct {
	mu    sync.Mutex
	holds map[string]*hold // by task token
	// deliveries counts what is held, jobs or not; taken those among them that
	// are this worker's to run or to fail.
	deliveries, taken int
	// bytes are those of all messages that are held.
	bytes int
	// jobs counts the jobs that ever began or were answered here.
	jobs int
	// busy is when the last of them ended; the worker's start before that.
	busy time.Time
	// until is before when the worker does not count as idle.
	until time.Time
	// outdated says that jobs come for a runner that is configured otherwise.
	outdated bool
}

func newRegistry() *registry {
	return &registry{holds: map[string]*hold{}}
}

// enter counts a delivery in, leave counts it out.
func (r *registry) enter(delivery Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deliveries++
	r.bytes += len(delivery.Body)
}

func (r *registry) leave(delivery Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deliveries--
	r.bytes -= len(delivery.Body)
}

// size is how many bytes the messages have that are held.
func (r *registry) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes
}

// add makes the hold its token's, or returns the one that is.
func (r *registry) add(h *hold) (first *hold, added bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.holds[h.token()]; first != nil {
		return first, false
	}
	r.holds[h.token()] = h
	return h, true
}

func (r *registry) remove(h *hold) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.holds, h.token())
}

// take counts a job in, give counts it out.
func (r *registry) take() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken++
}

func (r *registry) give() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken--
}

// busyNow reports whether a job is held.
func (r *registry) busyNow() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken > 0
}

// undecided reports whether something is held that may be a job.
func (r *registry) undecided() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deliveries > r.taken
}

// begin counts a job that is this worker's to answer; end is its end.
func (r *registry) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs++
}

func (r *registry) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy = time.Now()
}

func (r *registry) begun() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs
}

// stay has the worker not count as idle for so long, at least.
func (r *registry) stay(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until := time.Now().Add(d); until.After(r.until) {
		r.until = until
	}
}

// outdate has the worker count as idle as soon as it holds nothing.
func (r *registry) outdate() {
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
	if r.busy.IsZero() {
		r.busy = time.Now()
	}
	most := time.Duration(math.MaxInt64)
	if timeToLive > 0 {
		most = timeToLive
	}
	remaining := most
	switch {
	case r.taken > 0:
		return most
	case r.outdated:
		remaining = 0
	case timeToLive > 0:
		remaining = timeToLive - time.Since(r.busy)
	}
	return min(max(remaining, time.Until(r.until)), most)
}
