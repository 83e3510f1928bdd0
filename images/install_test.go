// Package images holds the Dockerfiles of runners, and the script that installs
// a verified agent in them, to what their README says.
package images_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi"
)

// agents are the releases that the server has; each says what it is.
func agents() map[string]string {
	script := func(version, dryRun string) string {
		return "#!/bin/sh\n# " + version + strings.Repeat("\n# long enough to be cut", 4000) + "\n[ \"$1\" = dry-run ] && exit " + dryRun + "\necho " + version + "\n"
	}
	return map[string]string{"1.0.0": script("1.0.0", "0"), "1.2.0": script("1.2.0", "0"), "2.0.0-rc.1": script("2.0.0-rc.1", "1")}
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

// serve serves the agents as `runnerctl serve` does. Requests go through the
// middleware.
func serve(t *testing.T, middleware func(http.Handler) http.Handler) string {
	t.Helper()
	directory := t.TempDir()
	for version, text := range agents() {
		for _, architecture := range []string{"amd64", "arm64"} {
			file := filepath.Join(directory, filepath.FromSlash(releaseapi.Path(version, releaseapi.Platform{OS: "linux", Architecture: architecture}, releaseapi.Binary)))
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			require.NoError(t, os.WriteFile(file+".sha256", []byte(sum(text)+"  attini-runner\n"), 0o600))
		}
	}
	store, err := releaseapi.NewDirectory(directory)
	require.NoError(t, err)
	var handler http.Handler = releaseapi.NewServer(store, releaseapi.Options{Logger: slog.New(slog.DiscardHandler)})
	if middleware != nil {
		handler = middleware(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL + releaseapi.Root
}

// container is a place with few programs.
type container struct {
	shell, bin, target string
}

// basics are what install.sh needs besides downloaders and summers.
func basics() []string { return []string{"uname", "mktemp", "chmod", "mv", "rm"} }

// newContainer makes a place that has the programs.
func newContainer(t *testing.T, shell string, programs ...string) container {
	t.Helper()
	c := container{bin: t.TempDir(), target: filepath.Join(t.TempDir(), "attini-runner")}
	var err error
	c.shell, err = exec.LookPath(shell)
	require.NoError(t, err)
	for _, program := range programs {
		path, err := exec.LookPath(program)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(c.bin, program)))
	}
	return c
}

type execResult struct {
	code   int
	output string
}

// install runs the script there.
func (c container) install(t *testing.T, variables ...string) execResult {
	t.Helper()
	var output bytes.Buffer
	command := exec.CommandContext(t.Context(), c.shell, "install.sh", c.target)
	command.Stdout, command.Stderr = &output, &output
	command.Env = append([]string{"PATH=" + c.bin, "HOME=" + t.TempDir()}, variables...)
	if err := command.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return execResult{command.ProcessState.ExitCode(), output.String()}
}

// assertInstalled checks the file and that it is the only one.
func (c container) assertInstalled(t *testing.T, version string) {
	t.Helper()
	text, err := os.ReadFile(c.target)
	require.NoError(t, err)
	assert.Equal(t, agents()[version], string(text))
	info, err := os.Stat(c.target)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o755), info.Mode())
	c.assertFiles(t, "attini-runner")
}

// assertFiles checks what is where the agent goes.
func (c container) assertFiles(t *testing.T, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(c.target))
	require.NoError(t, err)
	found := []string{}
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	assert.Equal(t, append([]string{}, names...), found)
}

// everywhere runs a test under each shell.
func everywhere(t *testing.T, test func(t *testing.T, shell string)) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the agent is for Linux")
	}
	t.Parallel()
	for _, shell := range []string{"dash", "bash"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			test(t, shell)
		})
	}
}

func TestInstall(t *testing.T) {
	everywhere(t, func(t *testing.T, shell string) {
		t.Helper()
		for name, test := range map[string]struct {
			programs, variables []string
			version             string
		}{
			"latest":                         {[]string{"curl", "sha256sum"}, nil, "1.2.0"},
			"a version":                      {[]string{"curl", "sha256sum"}, []string{"ATTINI_RUNNER_VERSION=1.0.0"}, "1.0.0"},
			"a range":                        {[]string{"curl", "sha256sum"}, []string{"ATTINI_RUNNER_VERSION=1.x"}, "1.2.0"},
			"its SHA-256":                    {[]string{"curl", "sha256sum"}, []string{"ATTINI_RUNNER_VERSION=1.0.0", "ATTINI_RUNNER_SHA256=" + sum(agents()["1.0.0"])}, "1.0.0"},
			"its SHA-256 for two processors": {[]string{"curl", "sha256sum"}, []string{"ATTINI_RUNNER_VERSION=1.0.0", "ATTINI_RUNNER_SHA256=" + strings.Repeat("0", 64) + " " + sum(agents()["1.0.0"])}, "1.0.0"},
			"wget":                           {[]string{"wget", "sha256sum"}, nil, "1.2.0"},
			"curl and wget":                  {[]string{"curl", "wget", "sha256sum"}, nil, "1.2.0"},
			"openssl":                        {[]string{"curl", "openssl"}, nil, "1.2.0"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := newContainer(t, shell, append(basics(), test.programs...)...)
				require.NoError(t, os.WriteFile(c.target, []byte("an older one"), 0o600))
				got := c.install(t, append(test.variables, "ATTINI_RELEASES="+serve(t, nil))...)
				require.Equal(t, 0, got.code, got.output)
				assert.Contains(t, got.output, "SHA-256 "+sum(agents()[test.version]))
				c.assertInstalled(t, test.version)
			})
		}
	})
}
