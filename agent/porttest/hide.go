package porttest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func waitRunsOut(t *testing.T, f QueueFixture) {
	deliveries, err := f.Queue.Receive(impatient(t), 1, time.Second)
	require.NoError(t, err)
	assert.Empty(t, deliveries)
}

func requeuedIsRedelivered(t *testing.T, f QueueFixture) {
	ctx := impatient(t)
	before := time.Now()
	f.Send(t, []byte(`{}`))
	first := receive(ctx, t, f.Queue, 1)[0]
	require.NoError(t, f.Queue.Hide(ctx, first, 0))
	again := receive(ctx, t, f.Queue, 1)[0]
	assert.Equal(t, first.Body, again.Body)
	if first.Receives > 0 {
		assert.Equal(t, []int{1, 2}, []int{first.Receives, again.Receives})
	}
	if !first.Sent.IsZero() {
		assert.Equal(t, first.Sent, again.Sent)
		assert.WithinRange(t, first.Sent, before.Add(-time.Minute), time.Now().Add(time.Minute), "clocks differ, but not by much")
	}
	require.NoError(t, f.Queue.Delete(ctx, again))
	none, err := f.Queue.Receive(ctx, 1, time.Second)
	require.NoError(t, err)
	assert.Empty(t, none)
}

func hiddenStaysAway(t *testing.T, f QueueFixture) {
	ctx := impatient(t)
	f.Send(t, []byte(`{}`))
	delivery := receive(ctx, t, f.Queue, 1)[0]
	require.NoError(t, f.Queue.Hide(ctx, delivery, testTimeout))
	none, err := f.Queue.Receive(ctx, 1, time.Second)
	require.NoError(t, err)
	assert.Empty(t, none)
	assert.NoError(t, f.Queue.Delete(ctx, delivery), "the receipt is as good as before")
}

func hiddenIsRedelivered(t *testing.T, f QueueFixture) {
	if !f.Lapses {
		t.Skip("what is received from this queue comes again only when it is given back")
	}
	ctx := impatient(t)
	f.Send(t, []byte(`{}`))
	first := receive(ctx, t, f.Queue, 1)[0]
	require.NoError(t, f.Queue.Hide(ctx, first, time.Second))
	again := receive(ctx, t, f.Queue, 1)[0]
	assert.Equal(t, first.Body, again.Body)
	assert.NoError(t, f.Queue.Delete(ctx, again))
}
