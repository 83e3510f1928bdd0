package simulation_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// Schedules leave much behind and keep little: collecting rarely saves a sixth of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}
