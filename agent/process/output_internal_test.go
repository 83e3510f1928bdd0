package process

import (
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stuck is an output whose calls return when they are let.
type stuck struct {
	let   chan struct{}
	calls atomic.Int32
}

func (s *stuck) Write(p []byte) (int, error) {
	s.calls.Add(1)
	<-s.let
	return len(p), nil
}

// TestABlockedOutputIsGivenUp: the end of a tree does not wait for it for ever.
func TestABlockedOutputIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, held := range map[string]bool{"the pipe is closed": false, "another process holds the pipe": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reader, writer, err := os.Pipe()
				require.NoError(t, err)
				output := &stuck{let: make(chan struct{})}
				p := newPump(reader, output)
				_, err = writer.Write(make([]byte, 3*firstBuffer))
				require.NoError(t, err)
				if held {
					defer writer.Close()
				} else {
					require.NoError(t, writer.Close())
				}
				go p.run()
				synctest.Wait()
				began := time.Now()
				p.finish(time.Second)
				assert.Equal(t, time.Second+stallTimeout, time.Since(began))
				require.ErrorIs(t, p.failure(), errOutputBlocked)
				assert.False(t, isClosed(p.done), "its call has not returned")
				close(output.let)
				<-p.done
				assert.EqualValues(t, 1, output.calls.Load(), "the rest is dropped")
			})
		})
	}
}

// TestASlowOutputIsWaitedFor as long as it takes something now and then.
func TestASlowOutputIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reader, writer, err := os.Pipe()
		require.NoError(t, err)
		output := &stuck{let: make(chan struct{})}
		p := newPump(reader, output)
		_, err = writer.Write(make([]byte, 5*firstBuffer))
		require.NoError(t, err)
		require.NoError(t, writer.Close())
		go func() {
			for range 3 { // the reads grow
				time.Sleep(stallTimeout - time.Second)
				output.let <- struct{}{}
			}
		}()
		go p.run()
		p.finish(time.Second)
		assert.True(t, isClosed(p.done))
		require.NoError(t, p.failure())
	})
}
