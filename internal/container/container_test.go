package container

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
)

// otherUser stands in for an engine whose image has the user 1000, in a directory of
// the user 0. It notes its arguments, and the modes of the files that a script finds.
const otherUser = `#!/bin/sh
echo "$*" | tr '\n' ' ' >>"$0.log"
case "$1 $2" in
run*) echo "/bin/sh 1000 0:0"; cat >/dev/null ;;
"exec --workdir") shift 4; exec "$@" ;;
esac
`

// start starts a container of an engine that is the script.
func start(t *testing.T, engine string) (*Container, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "engine")
	require.NoError(t, os.WriteFile(path, []byte(engine), 0o700))
	c, err := Start(t.Context(), Settings{Engine: path, Name: "c", Image: "i", Directory: t.TempDir(), Log: func([]byte) {}})
	require.NoError(t, err)
	t.Cleanup(c.Remove)
	return c, path + ".log"
}

// TestAnotherUserUsesTheFiles: the files of a job are opened to the container's user,
// those of another job are not, and all are given back.
func TestAnotherUserUsesTheFiles(t *testing.T) {
	t.Parallel()
	c, log := start(t, otherUser)
	at := func(name string) string { return filepath.Join(c.settings.Directory, name) }
	for _, name := range []string{"mine/source", "others"} {
		require.NoError(t, os.MkdirAll(at(name), 0o700))
	}
	require.NoError(t, os.WriteFile(at("mine/output"), nil, 0o600))
	require.NoError(t, os.WriteFile(at("others/output"), nil, 0o600))
	tree, err := c.Start(process.Command{Path: "/bin/sh", Args: []string{"-c", `[ "$A" = "it's
two" ]`}, Dir: at("mine/source"), Env: []string{"A=it's\ntwo", "PATH=" + os.Getenv("PATH")}, Drain: time.Second}, false)
	require.NoError(t, err)
	exit, err := tree.Wait(t.Context())
	require.NoError(t, err)
	assert.Zero(t, exit.Code)
	tree.End()
	for name, want := range map[string]os.FileMode{"mine": 0o777, "mine/source": 0o777, "mine/output": 0o666, "others": 0o700, "others/output": 0o600} {
		info, err := os.Stat(at(name))
		require.NoError(t, err)
		assert.Equal(t, want, info.Mode().Perm(), name)
	}
	said, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Contains(t, string(said), "exec --user 0 c chown -R 0:0 "+at("mine"))
	left, err := filepath.Glob(at("environment-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestAPathThatNoEngineMounts is refused, since the option is a list with commas.
func TestAPathThatNoEngineMounts(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Settings{Engine: "/nowhere", Directory: "/tmp/a,b"})
	assert.ErrorContains(t, err, "set TMPDIR")
}

// TestLimitsAndSocket are options only where there are any.
func TestLimitsAndSocket(t *testing.T) {
	t.Parallel()
	none := strings.Join(Settings{Name: "c", Image: "i", Directory: "/d"}.arguments(), " ")
	assert.NotContains(t, none, "--cpus")
	assert.NotContains(t, none, "--memory")
	all := strings.Join(Settings{Name: "c", Image: "i", Directory: "/d", CPUs: 0.5, MemoryMiB: 3072, DockerSocket: "/s"}.arguments(), " ")
	assert.Contains(t, all, "--mount type=bind,source=/s,target=/s --cpus 0.5 --memory 3072m --memory-swap 3072m i sh -c")
}
