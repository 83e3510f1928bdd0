package launch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/launch"
)

// agentScript plays the agent: it prints how it was called.
const agentScript = "#!/bin/sh\n[ \"$1\" = dry-run ] && exit 0\nprintf '%s|' \"$ATTINI_RUNNER_EXEC\" \"$#\" \"$@\"\n"

// odd are arguments that a shell would take for something else, were they part
// of its text.
const odd = `$(touch /tmp/never) "; exit 9 #'`

func runBootstrap(t *testing.T, agent launch.Agent, path string) (output string, err error) {
	t.Helper()
	argv := launch.Shell{}.Command(agent)
	command := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	command.Env = []string{"PATH=" + path + ":/usr/bin:/bin", "TMPDIR=" + t.TempDir()}
	text, err := command.CombinedOutput()
	return string(text), err
}

// TestBootstrapFindsTheAgent: one in the image is used, and what it gets is
// exactly its arguments (D-H15).
func TestBootstrapFindsTheAgent(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(directory, "attini-runner"), []byte(agentScript), 0o700))
	output, err := runBootstrap(t, launch.Agent{Token: odd, Version: "2.1.0"}, directory)
	require.NoError(t, err, output)
	assert.Equal(t, "attini-runner|2|"+odd+"|2.1.0|", output)
	output, err = runBootstrap(t, launch.Agent{Version: "2.1.0"}, directory)
	require.NoError(t, err, output)
	assert.Equal(t, "attini-runner|2||2.1.0|", output)
}

// TestBootstrapDownloads is D-H14: what is downloaded is verified.
func TestBootstrapDownloads(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/agent" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(agentScript))
	}))
	t.Cleanup(server.Close)
	sum := sha256.Sum256([]byte(agentScript))
	right := hex.EncodeToString(sum[:])
	agent := func(url, sum string) launch.Agent {
		return launch.Agent{Version: "2.1.0", Downloads: []launch.Download{
			{Machine: "x86_64", URL: url, SHA256: sum}, {Machine: "aarch64", URL: url, SHA256: sum},
		}}
	}
	output, err := runBootstrap(t, agent(server.URL+"/agent", right), "")
	require.NoError(t, err, output)
	assert.Regexp(t, `^/.*/attini-runner\|2\|\|2\.1\.0\|$`, output)

	output, err = runBootstrap(t, agent(server.URL+"/agent", strings.Repeat("0", 64)), "")
	require.Error(t, err)
	assert.Contains(t, output, "attini-bootstrap: the agent from "+server.URL+"/agent has the SHA-256 "+right+", not 000")

	output, err = runBootstrap(t, agent(server.URL+"/missing", right), "")
	require.Error(t, err)
	assert.Contains(t, output, "attini-bootstrap: cannot download "+server.URL+"/missing")

	output, err = runBootstrap(t, launch.Agent{Version: "2.1.0"}, "")
	require.Error(t, err)
	assert.Contains(t, output, "attini-runner is not on PATH, and there is none to download for")
}
