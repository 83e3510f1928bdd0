package releaseapi

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// loadTime is how long a store may take to be listed.
	loadTime = 10 * time.Second
	// pause is how long a store is left alone after it failed: who asks in that
	// time is told what the last one was told.
	pause = time.Second
)

// catalogueCache keeps the catalogue for a while. When it is too old, one of those who
// ask loads it anew and the others wait for that; should it fail, they are told
// so, and never what was right a while ago.
//
// golang.org/x/sync/singleflight would do the same in a goroutine that nobody
// waits for, or with the context of a client that may leave.
type catalogueCache struct {
	store Store
	// freshness is how long a catalogue is good.
	freshness time.Duration

	// loading has room for the one who loads.
	loading chan struct{}

	mutex sync.Mutex
	last  load
}

// load is what became of an attempt to load the catalogue.
type load struct {
	catalogue *catalogue
	err       error
	// began is when its life did, which is how long it holds.
	began    time.Time
	lifetime time.Duration
}

func newCatalogueCache(store Store, freshness time.Duration) *catalogueCache {
	return &catalogueCache{store: store, freshness: freshness, loading: make(chan struct{}, 1)}
}

// get returns a catalogue that was right a moment ago.
func (s *catalogueCache) get(ctx context.Context) (*catalogue, error) {
	if last := s.lastLoad(); last.isFresh() {
		return last.catalogue, last.err
	}
	select {
	case s.loading <- struct{}{}:
		defer func() { <-s.loading }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if last := s.lastLoad(); last.isFresh() { // loaded while we waited
		return last.catalogue, last.err
	}
	result := s.load(ctx)
	if result.err == nil || ctx.Err() == nil { // a client that left says nothing of the store
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.last = result
	}
	return result.catalogue, result.err
}

func (s *catalogueCache) lastLoad() load {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.last
}

// load lists the store. What it finds is as old as the question.
func (s *catalogueCache) load(ctx context.Context) load {
	ctx, cancel := context.WithTimeoutCause(ctx, loadTime, fmt.Errorf("no answer within %s", loadTime))
	defer cancel()
	asked := now()
	files, err := s.store.List(ctx)
	if err != nil {
		return load{err: fmt.Errorf("list the releases: %w", err), began: now(), lifetime: pause}
	}
	return load{catalogue: newCatalogue(files), began: asked, lifetime: s.freshness}
}

// isFresh reports whether the result still holds. A clock that was set back may
// make any result seem young, so none from the future does.
func (l load) isFresh() bool {
	age := now().Sub(l.began)
	return age >= 0 && age < l.lifetime
}

// now is the wall clock's time: the monotonic clock stands still while Lambda
// has a function frozen.
func now() time.Time { return time.Now().Round(0) }
