package launchtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
)

// TestQueue holds an implementation of launch.Queue to what package launch
// expects; the queue named is empty, and closed takes no message.
func TestQueue(t *testing.T, queue launch.Queue, url, none string) {
	t.Helper()
	ctx := t.Context()
	receive := func(hide time.Duration) []launch.Delivery {
		t.Helper()
		found, err := queue.Receive(ctx, url, time.Second, hide)
		require.NoError(t, err)
		return found
	}
	assert.Empty(t, receive(time.Minute))

	body := `{"odd":"é \u0000 <>&"}`
	require.NoError(t, queue.Send(ctx, url, "a", []byte(body)))
	require.NoError(t, queue.Send(ctx, url, "a", []byte(body)), "again")
	found := receive(time.Minute)
	require.Len(t, found, 1, "once for each id")
	assert.Equal(t, body, string(found[0].Body))
	assert.Empty(t, receive(time.Minute), "it is hidden")
	hidden, err := queue.Hidden(ctx, url)
	require.NoError(t, err)
	assert.Equal(t, 1, hidden)

	require.NoError(t, queue.Hide(ctx, url, found[0].Receipt, 0))
	again := receive(time.Minute)
	require.Len(t, again, 1, "it was given back")
	require.NoError(t, queue.Hide(ctx, url, found[0].Receipt, 0), "an old receipt is no error")
	require.NoError(t, queue.Delete(ctx, url, again[0].Receipt))
	require.NoError(t, queue.Delete(ctx, url, again[0].Receipt), "again")
	require.NoError(t, queue.Hide(ctx, url, again[0].Receipt, 0), "it is gone")
	assert.Empty(t, receive(time.Minute))

	for i := range 12 {
		require.NoError(t, queue.Send(ctx, url, fmt.Sprint("many ", i), []byte(body)))
	}
	seen := 0
	for {
		some := receive(time.Minute)
		if len(some) == 0 {
			break
		}
		assert.LessOrEqual(t, len(some), 10)
		seen += len(some)
		for _, delivery := range some {
			require.NoError(t, queue.Delete(ctx, url, delivery.Receipt))
		}
	}
	assert.Equal(t, 12, seen)

	require.ErrorIs(t, queue.Send(ctx, url, "large", []byte(strings.Repeat("x", 2<<20))), launch.ErrTooLarge)
	require.ErrorIs(t, queue.Send(ctx, none, "a", []byte(body)), launch.ErrNoQueue)
	_, err = queue.Hidden(ctx, none)
	require.ErrorIs(t, err, launch.ErrNoQueue)
	_, err = queue.Receive(ctx, none, time.Second, time.Minute)
	require.ErrorIs(t, err, launch.ErrNoQueue)
	require.ErrorIs(t, queue.Hide(ctx, none, "x", 0), launch.ErrNoQueue)
	require.ErrorIs(t, queue.Delete(ctx, none, "x"), launch.ErrNoQueue)
}
