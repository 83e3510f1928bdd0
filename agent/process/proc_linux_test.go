package process

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStatus(t *testing.T) {
	t.Parallel()
	one, two := " 1 2 3 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 987654 0 0\n", " 1 2 3 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 2 0 987654 0 0\n"
	want := status{identity: identity{pid: 7, start: 987654}, parent: 1, group: 2, session: 3}
	dead := want
	dead.dead = true
	for _, test := range []struct {
		name, content string
		want          status
	}{
		{"sleeping", "7 (sh) S" + one, want},
		{"a name like fields", "7 (a) Z 9 9 (b) R" + one, want},
		{"a name with line ends", "7 (a\n)\n) R" + one, want},
		{"a zombie", "7 (sh) Z" + one, dead},
		{"dead", "7 (sh) X" + one, dead},
		{"only the first thread has ended", "7 (sh) Z" + two, want},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseStatus(7, []byte(test.content))
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	for _, content := range []string{"", "7", "7 (sh", "7 (sh) S 1 2 3", "7 (sh) S x" + one} {
		_, err := parseStatus(7, []byte(content))
		assert.ErrorIs(t, err, errStat, "%q", content)
	}
}

func FuzzParseStatus(f *testing.F) {
	own, err := os.ReadFile("/proc/self/stat")
	require.NoError(f, err)
	f.Add(own)
	f.Add([]byte("7 ()) S"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if s, err := parseStatus(7, content); err == nil {
			assert.Equal(t, 7, s.pid)
		}
	})
}

// Both ways to look at the processes must tell the same of a child.
func TestChildrenAndScanAgree(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sleep", "1000")
	require.NoError(t, cmd.Start())
	defer func() {
		assert.NoError(t, cmd.Process.Kill())
		assert.Error(t, cmd.Wait())
	}()
	find := func(all []status) (found []status) {
		for _, s := range all {
			if s.pid == cmd.Process.Pid {
				found = append(found, s)
			}
		}
		return found
	}
	walked, _, err := children(os.Getpid())
	require.NoError(t, err)
	scanned, err := everyProcess()
	require.NoError(t, err)
	require.Len(t, find(walked), 1)
	child := find(walked)[0]
	child.ofFirstThread = false // a scan cannot tell
	assert.Equal(t, find(scanned), []status{child})
	assert.Equal(t, os.Getpid(), find(walked)[0].parent)
}

// A number that another process has by now is not sent signals.
func TestSendKnowsAReusedNumber(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sleep", "1000")
	require.NoError(t, cmd.Start())
	s, err := readStatus(cmd.Process.Pid)
	require.NoError(t, err)
	earlier := s.identity
	earlier.start--
	require.NoError(t, send(earlier, syscall.SIGKILL))
	require.NoError(t, send(s.identity, syscall.SIGTERM))
	require.Error(t, cmd.Wait())
	assert.Equal(t, syscall.SIGTERM, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
}
