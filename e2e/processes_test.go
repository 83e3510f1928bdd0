package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// processes are those that have a variable, as NAME=value, in their
// environment, the ended ones apart.
func processes(t testing.TB, variable string) (pids []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(t, err)
	for _, file := range files {
		environment, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		for _, found := range bytes.Split(environment, []byte{0}) {
			if string(found) == variable {
				pids = append(pids, filepath.Base(filepath.Dir(file)))
			}
		}
	}
	return pids
}

// leavesNothing waits until all is gone that an agent, which has ended somehow,
// had started or had on disk.
func (a *agent) leavesNothing(t testing.TB) {
	t.Helper()
	var left []string
	require.Eventually(t, func() bool {
		left = processes(t, a.mark)
		files, err := filepath.Glob(filepath.Join(a.directory, "*"))
		require.NoError(t, err)
		left = append(left, files...)
		return len(left) == 0
	}, soon, tick, "the agent leaves %v", &left)
}
