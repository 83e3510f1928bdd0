package releaseapi

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// storeFunc is a store by its List.
type storeFunc func(ctx context.Context) ([]File, error)

func (f storeFunc) List(ctx context.Context) ([]File, error) { return f(ctx) }

func (storeFunc) Open(string) (Content, error) { return nil, errors.New("not asked") }

// TestCacheFreshness: a catalogue is as old as its question, and no older than
// it may be.
func TestCacheFreshness(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		s := newCatalogueCache(storeFunc(func(context.Context) ([]File, error) {
			asked++
			time.Sleep(time.Second)
			return sample()[:asked], nil
		}), time.Minute)
		first, err := s.get(t.Context())
		require.NoError(t, err)
		time.Sleep(58 * time.Second)
		again, err := s.get(t.Context())
		require.NoError(t, err)
		assert.Same(t, first, again)
		time.Sleep(time.Second)
		_, err = s.get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, asked)
	})
}

// TestCacheNever keeps nothing.
func TestCacheNever(t *testing.T) {
	t.Parallel()
	asked := 0
	s := newCatalogueCache(storeFunc(func(context.Context) ([]File, error) { asked++; return nil, nil }), 0)
	for range 3 {
		_, err := s.get(t.Context())
		require.NoError(t, err)
	}
	assert.Equal(t, 3, asked)
}

// TestCacheErrors: after the catalogue's time a failure is told, and not what
// was right before; and the store is left alone for a moment.
func TestCacheErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		asked, failing := 0, false
		s := newCatalogueCache(storeFunc(func(context.Context) ([]File, error) {
			asked++
			if failing {
				time.Sleep(5 * time.Second)
				return nil, broken
			}
			return nil, nil
		}), time.Minute)
		_, err := s.get(t.Context())
		require.NoError(t, err)
		failing = true
		time.Sleep(time.Minute)
		for range 3 {
			_, err = s.get(t.Context())
			require.ErrorIs(t, err, broken)
		}
		assert.Equal(t, 2, asked)
		failing = false
		time.Sleep(pause)
		_, err = s.get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 3, asked)
	})
}

// TestCacheLoadsOnce: many who ask at once make one question.
func TestCacheLoadsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		s := newCatalogueCache(storeFunc(func(context.Context) ([]File, error) {
			asked.Add(1)
			time.Sleep(time.Second)
			return nil, nil
		}), time.Minute)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				_, err := s.get(t.Context())
				assert.NoError(t, err)
			})
		}
		all.Wait()
		assert.Equal(t, int64(1), asked.Load())
	})
}

// TestCacheClientLeaves: one who leaves takes nothing from the others.
func TestCacheClientLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		left := errors.New("left")
		asked := 0
		s := newCatalogueCache(storeFunc(func(ctx context.Context) ([]File, error) {
			asked++
			select {
			case <-time.After(2 * time.Second):
				return nil, nil
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}), time.Minute)
		leaving, leave := context.WithCancelCause(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			_, err := s.get(leaving)
			assert.ErrorIs(t, err, left)
		})
		synctest.Wait()
		all.Go(func() { // waits, and leaves too
			_, err := s.get(leaving)
			assert.ErrorIs(t, err, left)
		})
		all.Go(func() {
			_, err := s.get(t.Context())
			assert.NoError(t, err)
		})
		time.Sleep(time.Second)
		leave(left)
		all.Wait()
		assert.Equal(t, 2, asked)
	})
}

// TestCacheTimeout: a store that says nothing is given up.
func TestCacheTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCatalogueCache(storeFunc(func(ctx context.Context) ([]File, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}), time.Minute)
		_, err := s.get(t.Context())
		assert.EqualError(t, err, "list the releases: no answer within 10s")
	})
}

// TestCacheClock: a result from the future does not hold.
func TestCacheClock(t *testing.T) {
	t.Parallel()
	assert.False(t, load{began: now().Add(time.Hour), lifetime: 2 * time.Hour}.isFresh())
	assert.False(t, load{}.isFresh())
}
