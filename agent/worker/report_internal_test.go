package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestPausesHaveALimit: what chance adds to a pause is part of its limit.
func TestPausesHaveALimit(t *testing.T) {
	t.Parallel()
	var longest time.Duration
	pauses := newPauses()
	for range 10_000 {
		longest = max(longest, pauses.NextBackOff())
	}
	assert.LessOrEqual(t, longest, longestPause)
	assert.Greater(t, longest, longestPause*9/10, "it grows up to the limit")
	assert.Less(t, lastReceiveWait+callTimeout+longestPause, 10*time.Second, "the end of an outage is noticed within 10 s")
}
