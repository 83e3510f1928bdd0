package process_test

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
)

// TestEndScript ends the processes of one cookie and no other, with grep and without.
func TestEndScript(t *testing.T) {
	t.Parallel()
	withoutGrep := t.TempDir()
	for _, name := range []string{"sleep", "cat"} {
		program, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(program, filepath.Join(withoutGrep, name)))
	}
	for name, c := range map[string]struct {
		path, signal, looks string
		want                syscall.Signal
	}{
		"asks":         {os.Getenv("PATH"), "TERM", "600", syscall.SIGTERM},
		"kills":        {os.Getenv("PATH"), "KILL", "600", syscall.SIGKILL},
		"without grep": {withoutGrep, "KILL", "1", syscall.SIGKILL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cookie := rand.Text()
			marked, other := sleeper(t, cookie), sleeper(t, rand.Text())
			script := exec.Command("sh", "-c", process.EndScript, "sh", c.signal, cookie, c.looks)
			script.Env = []string{"PATH=" + c.path}
			ended := make(chan error)
			go func() { ended <- marked.Wait() }() // or it stays listed
			err := script.Run()
			if c.looks != "1" {
				require.NoError(t, err)
			}
			<-ended
			assert.Equal(t, c.want, marked.ProcessState.Sys().(syscall.WaitStatus).Signal())
			assert.NoError(t, other.Process.Signal(syscall.Signal(0)))
			nothing := exec.Command("sh", "-c", process.EndScript, "sh", c.signal, rand.Text(), c.looks)
			if c.path != withoutGrep {
				assert.NoError(t, nothing.Run(), "where nothing has the cookie")
			}
		})
	}
}

// sleeper starts a process with a cookie, in a session of its own.
func sleeper(t *testing.T, cookie string) *exec.Cmd {
	t.Helper()
	sleep := exec.Command("sleep", "600")
	sleep.Env = append(os.Environ(), process.CookieVariable+"="+cookie)
	sleep.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	require.NoError(t, sleep.Start())
	t.Cleanup(func() {
		_ = sleep.Process.Kill() // it may have ended
		_ = sleep.Wait()
	})
	return sleep
}
