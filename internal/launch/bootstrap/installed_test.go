package bootstrap_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/bootstrap"
)

// agentScript plays an agent of a version: it prints how it was called.
func agentScript(version string) string {
	return "#!/bin/sh\n" +
		"[ \"$1\" != dry-run ] || exit 0\n" +
		"[ \"$*\" != 'command-mode version' ] || { echo '" + version + "'; exit 0; }\n" +
		"printf '%s|' '" + version + "' \"$ATTINI_RUNNER_EXEC\" \"$#\" \"$@\"\n"
}

// nowhere are downloads that cannot be had.
func nowhere() []bootstrap.Download {
	var downloads []bootstrap.Download
	for _, machine := range []string{"x86_64", "aarch64"} {
		downloads = append(downloads, bootstrap.Download{Machine: machine, URL: "http://127.0.0.1:1/agent", SHA256: strings.Repeat("0", 64)})
	}
	return downloads
}

// TestBootstrapInstalled: an installed agent is used, in an image with nothing
// else, and its arguments arrive unchanged, whatever characters they contain.
func TestBootstrapInstalled(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		for name, agent := range map[string]bootstrap.Agent{
			"nothing to download": {Token: odd, Version: "2.1.0"},
			"new enough":          {Token: odd, Version: "2.1.0", Downloads: nowhere()},
			"any version":         {Downloads: nowhere()},
		} {
			t.Run(name, func(t *testing.T) {
				got := i.run(t, container{agent: agent, programs: map[string]string{"attini-runner": agentScript("2.1.0")}})
				assert.Equal(t, 0, got.code, got.stderr)
				assert.Equal(t, "2.1.0|attini-runner|2|"+agent.Token+"|"+agent.Version+"|", got.stdout)
				assert.Empty(t, got.stderr)
				assert.Empty(t, got.left)
			})
		}
	})
}

// TestBootstrapVersions: versions are compared as the agent compares them.
func TestBootstrapVersions(t *testing.T) {
	t.Parallel()
	versions := []struct {
		own, least string
		enough     bool
	}{
		{"2.1.0", "2.1.0", true},
		{"2.1.1", "2.1.0", true},
		{"2.10.0", "2.9.9", true},
		{"10.0.0", "9.9.9", true},
		{"3.0.0", "2.9.9", true},
		{"2.1.0-SNAPSHOT", "2.1.0", true},
		{"2.1.0", "2.1.0-rc.1", true},
		{"2.1.0.4", "2.1.0", true},
		{"2.08.0", "2.7.0", true},
		{"2.0.9", "2.1.0", false},
		{"1.9.9", "2.0.0", false},
		{"2.1.0", "2.1.1", false},
		{"2.9.0", "2.10.0", false},
		{"2.1", "2.1.0", false},
		{"2.1.x", "2.1.0", false},
		{"", "2.1.0", false},
		{"* 1 0", "2.1.0", false},
		{"99999999999999999999.0.0", "2.1.0", false},
	}
	eachShell(t, func(t *testing.T, i image) {
		for _, test := range versions {
			t.Run(test.own+" for "+test.least, func(t *testing.T) {
				got := i.run(t, container{
					agent:    bootstrap.Agent{Version: test.least, Downloads: nowhere()},
					shell:    bootstrap.Shell{Tries: 1},
					programs: map[string]string{"attini-runner": agentScript(test.own)},
				})
				if test.enough {
					assert.Equal(t, 0, got.code, got.stderr)
					assert.Contains(t, got.stdout, "|attini-runner|2||"+test.least+"|")
					return
				}
				assert.NotEqual(t, 0, got.code)
				assert.Empty(t, got.stdout, "it has not run")
				assert.Contains(t, got.stderr, "the attini-runner in the image has the version '"+test.own+"', and "+test.least+" is required")
			})
		}
	})
}

// TestBootstrapReal does so with the agent itself, of this version and of an
// older one, which both say what is missing when they run.
func TestBootstrapReal(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	current, old := filepath.Join(folder, "current"), filepath.Join(folder, "old")
	for binary, version := range map[string]string{current: "2.1.0", old: "2.0.2"} {
		build := exec.CommandContext(t.Context(), "go", "build", "-C", "../../../agent", "-trimpath", "-ldflags", "-s -w -X main.version="+version, "-o", binary, "./cmd/attini-runner")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		output, err := build.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
	const unset = "the environment variable ATTINI_QUEUE_URL is missing"
	eachShell(t, func(t *testing.T, i image) {
		t.Run("new enough", func(t *testing.T) {
			got := i.run(t, container{agent: bootstrap.Agent{Version: "2.1.0", Downloads: nowhere()}, binary: current})
			assert.Equal(t, 1, got.code)
			assert.Contains(t, got.stdout, unset)
			assert.NotContains(t, got.stdout, "requires")
			assert.Empty(t, got.stderr)
		})
		t.Run("too old, nothing to download", func(t *testing.T) {
			got := i.run(t, container{agent: bootstrap.Agent{Version: "2.1.0"}, binary: old})
			assert.Equal(t, 1, got.code)
			assert.Contains(t, got.stdout, "the agent's version is 2.0.2, but the launcher requires 2.1.0")
		})
		t.Run("too old, downloaded", func(t *testing.T) {
			content, err := os.ReadFile(current)
			require.NoError(t, err)
			got := i.run(t, container{agent: published(t, string(content)), binary: old, tools: append([]string{"curl"}, downloading...)})
			assert.Equal(t, 1, got.code, got.stderr)
			assert.Contains(t, got.stdout, unset)
			assert.NotContains(t, got.stdout, "requires")
		})
	})
}

// TestBootstrapBroken: an agent that does not work in the image is none.
func TestBootstrapBroken(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		for name, test := range map[string]struct{ program, says string }{
			"crashes": {"#!/bin/sh\nkill -SEGV $$\n", "does not work: its dry run ended with 139"},
			"refuses": {"#!/bin/sh\nexit 3\n", "does not work: its dry run ended with 3"},
			"loader":  {"#!/no/such/loader\n", "is no attini-runner on PATH"},
			// Some shells take it for a script, whose first command is not there.
			"no program": {"\x7fELF\x02\x01\x01\x00\x00", "attini-runner "},
			"reads":      {"#!/bin/sh\nread -r line || exit 4\n", "does not work: its dry run ended with 4"},
		} {
			t.Run(name, func(t *testing.T) {
				programs := map[string]string{"attini-runner": test.program}
				tools := append([]string{"curl"}, downloading...)
				got := i.run(t, container{agent: published(t, agentScript("2.1.7")), programs: programs, tools: tools})
				assert.Equal(t, 0, got.code, got.stderr)
				assert.Regexp(t, `^2\.1\.7\|/.*/attini-runner\|2\|\|2\.1\.0\|$`, got.stdout)
				got = i.run(t, container{agent: bootstrap.Agent{Version: "2.1.0"}, programs: programs, tools: tools})
				got.refused(t, 71, test.says, "install attini-runner 2.1.0 in the image")
			})
		}
	})
}
