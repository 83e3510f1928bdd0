package process_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reapedHost starts a program with a guard and says what processes its tree
// has. The directory is the guard's to remove. When the host's input ends, it
// ends by itself.
func reapedHost(t *testing.T) (host *exec.Cmd, input io.Closer, directory string, tree []int) {
	t.Helper()
	above, err := os.MkdirTemp("", "guard-") // others cannot enter a T's own
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(above)) })
	directory = filepath.Join(above, "it's left")
	below := filepath.Join(directory, "below")
	require.NoError(t, os.MkdirAll(below, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(below, "file"), nil, 0o400))
	require.NoError(t, os.Chmod(below, 0o500)) // as a job may do
	t.Cleanup(func() { _ = os.Chmod(below, 0o700) })
	if os.Getuid() == 0 { // who may remove it all the same
		for _, path := range []string{above, directory, below} {
			require.NoError(t, os.Chown(path, nobody, nobody))
		}
	}
	host = exec.Command(os.Args[0])
	host.Env = append(os.Environ(), roleVariable+"=guarded host", directoryVariable+"="+directory)
	out := newLines()
	host.Stdout, host.Stderr = out, out
	host.WaitDelay = patience // what it leaves has its output
	input, err = host.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, host.Start())
	return host, input, directory, out.pids(t, 4)
}

func TestOrphanReaperEndsProcessesOfAKilledProgram(t *testing.T) {
	t.Parallel()
	host, _, directory, tree := reapedHost(t)
	requireAlive(t, tree...)
	require.NoError(t, host.Process.Kill())
	require.Error(t, host.Wait())
	for _, pid := range tree {
		require.Eventually(t, func() bool { return !alive(pid) }, patience, time.Millisecond)
	}
	require.Eventually(t, func() bool {
		_, err := os.Stat(directory)
		return os.IsNotExist(err)
	}, patience, time.Millisecond)
}

func TestStoppedOrphanReaperEndsNothing(t *testing.T) {
	t.Parallel()
	host, input, directory, tree := reapedHost(t)
	require.NoError(t, input.Close())
	require.NoError(t, host.Wait())
	for _, pid := range tree {
		assert.False(t, alive(pid), "the program ends its tree by itself")
	}
	assert.DirExists(t, filepath.Join(directory, "below"))
}
