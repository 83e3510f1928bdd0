package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestKillAfter: a job that ignores SIGTERM is killed soon enough to be reported.
func TestKillAfter(t *testing.T) {
	t.Parallel()
	for stop, want := range map[time.Duration]time.Duration{
		30 * time.Second: 24 * time.Second, 120 * time.Second: 114 * time.Second, 16 * time.Second: 10 * time.Second,
		5 * time.Second: 1250 * time.Millisecond, 2 * time.Second: 500 * time.Millisecond,
	} {
		assert.Equal(t, want, killAfter(stop), stop)
	}
}
