package system_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// jobBarrier is a place where jobs note that they have begun, and may wait until they
// are let go.
type jobBarrier struct{ startedFile, releaseFile string }

func newJobBarrier(t testing.TB) jobBarrier {
	t.Helper()
	folder := t.TempDir()
	return jobBarrier{startedFile: filepath.Join(folder, "notes"), releaseFile: filepath.Join(folder, "open")}
}

// recordCommand is a command that notes who has begun.
func (g jobBarrier) recordCommand(who string) string { return `echo "` + who + `" >> ` + g.startedFile }

// waitCommand is a command that waits until the barrier is open.
func (g jobBarrier) waitCommand() string {
	return "until [ -e " + g.releaseFile + " ]; do sleep 0.05; done"
}

// release opens the barrier.
func (g jobBarrier) release(t testing.TB) {
	t.Helper()
	require.NoError(t, os.WriteFile(g.releaseFile, nil, 0o600))
}

// started are the notes of those who have begun.
func (g jobBarrier) started(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(g.startedFile)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	return strings.Fields(string(text))
}

// waitFor waits until so many have begun.
func (g jobBarrier) waitFor(t testing.TB, count int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(g.started(t)) >= count }, soon, tick, "%d jobs do not begin", count)
}
