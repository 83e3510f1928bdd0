package system_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// gate is a place where jobs note that they have begun, and may wait until they
// are let go.
type gate struct{ notes, open string }

func newGate(t testing.TB) gate {
	t.Helper()
	folder := t.TempDir()
	return gate{notes: filepath.Join(folder, "notes"), open: filepath.Join(folder, "open")}
}

// note is a command that notes who has begun.
func (g gate) note(who string) string { return `echo "` + who + `" >> ` + g.notes }

// wait is a command that waits until the gate is open.
func (g gate) wait() string { return "until [ -e " + g.open + " ]; do sleep 0.05; done" }

// letGo opens the gate.
func (g gate) letGo(t testing.TB) {
	t.Helper()
	require.NoError(t, os.WriteFile(g.open, nil, 0o600))
}

// begun are the notes of those who have begun.
func (g gate) begun(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(g.notes)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	return strings.Fields(string(text))
}

// waitFor waits until so many have begun.
func (g gate) waitFor(t testing.TB, count int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(g.begun(t)) >= count }, soon, tick, "%d jobs do not begin", count)
}
