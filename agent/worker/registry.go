package worker

import (
	"context"
	"math"
	"sync"
	"time"
)

const (
	// maxWaiting is how many jobs are held beyond the running ones. A step whose
	// job waits in the queue gets no heartbeats and fails after some minutes, so
	// there is room for all jobs that may wait at a time.
	maxWaiting = 1000
	// maxHeldBytes bounds the size of all held messages: above it the worker
	// receives no more.
	maxHeldBytes = 64 << 20
	// memoryPause is the time between two checks of maxHeldBytes.
	memoryPause = time.Second
	// maxBatch is how many messages one receive asks for, the most that SQS allows.
	maxBatch = 10
)

// registry counts what a worker holds, since when it has been idle, and gives
// out the slots in which messages are held and jobs run.
type registry struct {
	// heldSlots has an entry for each held or requested message, runSlots for
	// each running job.
	heldSlots, runSlots chan struct{}

	mu      sync.Mutex
	byToken map[string]*heldJob // by task token
	counts  counts
	// lastEnd is when the last job ended; the worker's start before that.
	lastEnd time.Time
	// busyUntil is the time before which the worker does not count as idle.
	busyUntil time.Time
	// outdated means that jobs arrive for another configuration of the runner.
	outdated bool
}

// counts are what a worker holds.
type counts struct {
	// messages and bytes are of all held messages, jobs or not.
	messages, bytes int
	// accepted counts those that this worker must run or fail.
	accepted int
	// started counts the jobs that ever started or failed here.
	started int
}

func newRegistry(maxConcurrentJobs int) *registry {
	return &registry{
		byToken:   map[string]*heldJob{},
		heldSlots: make(chan struct{}, maxConcurrentJobs+maxWaiting),
		runSlots:  make(chan struct{}, maxConcurrentJobs),
	}
}

func (r *registry) locked(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
}

func (r *registry) current() (c counts) {
	r.locked(func() { c = r.counts })
	return c
}

// reserve waits for a free slot and takes up to maxBatch. It returns 0 when ctx
// ends first.
func (r *registry) reserve(ctx context.Context) (slots int) {
	for ctx.Err() == nil && r.current().bytes > maxHeldBytes {
		pause(ctx, memoryPause)
	}
	if !acquire(ctx, r.heldSlots) {
		return 0
	}
	for slots = 1; slots < maxBatch; slots++ {
		select {
		case r.heldSlots <- struct{}{}:
		default:
			return slots
		}
	}
	return slots
}

func (r *registry) unreserve(slots int) {
	for range slots {
		<-r.heldSlots
	}
}

// acquire takes a slot. It returns false when ctx ends first.
func acquire(ctx context.Context, slots chan struct{}) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil {
		<-slots
		return false
	}
	return true
}

// hold counts a message, which has a slot, until release is called.
func (r *registry) hold(delivery Delivery) (release func()) {
	size := len(delivery.Body)
	r.locked(func() { r.counts.messages, r.counts.bytes = r.counts.messages+1, r.counts.bytes+size })
	return func() {
		r.locked(func() { r.counts.messages, r.counts.bytes = r.counts.messages-1, r.counts.bytes-size })
		r.unreserve(1)
	}
}

// accept counts a job that this worker must run or fail, until release is called.
func (r *registry) accept() (release func()) {
	r.locked(func() { r.counts.accepted++ })
	return func() { r.locked(func() { r.counts.accepted-- }) }
}

// begin counts a job that starts or fails here; end notes the time of its end.
func (r *registry) begin() (end func()) {
	r.locked(func() { r.counts.started++ })
	return func() { r.locked(func() { r.lastEnd = time.Now() }) }
}

// add registers a job under its token, or returns the one that is registered.
func (r *registry) add(h *heldJob) (registered *heldJob, added bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.byToken[h.token()]; first != nil {
		return first, false
	}
	r.byToken[h.token()] = h
	return h, true
}

func (r *registry) remove(h *heldJob) { r.locked(func() { delete(r.byToken, h.token()) }) }

// postponeIdle keeps the worker from counting as idle for a duration from now.
func (r *registry) postponeIdle(d time.Duration) {
	r.locked(func() {
		if until := time.Now().Add(d); until.After(r.busyUntil) {
			r.busyUntil = until
		}
	})
}

// markOutdated lets the worker count as idle as soon as it holds no job.
func (r *registry) markOutdated() { r.locked(func() { r.outdated = true }) }

// untilIdle returns how long the worker will not be idle if no job arrives. It is
// at most the time to live, so a caller that waits that long and asks again is
// not late.
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
	case r.counts.accepted > 0:
		return most
	case r.outdated:
		remaining = 0
	case timeToLive > 0:
		remaining = timeToLive - time.Since(r.lastEnd)
	}
	return min(max(remaining, time.Until(r.busyUntil)), most)
}
