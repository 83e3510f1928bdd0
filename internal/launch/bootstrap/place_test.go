package bootstrap_test

import (
	"io"
	"net/http"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/bootstrap"
)

// TestBootstrapMachines: the names of a kind of machine, and those that no agent
// is for.
func TestBootstrapMachines(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		if i.applets {
			t.Skip("this shell asks no uname")
		}
		agent := published(t, agentScript("2.1.7"))
		run := func(t *testing.T, agent bootstrap.Agent, system, machine string) ended {
			uname := "#!/bin/sh\ncase $1 in -s) echo '" + system + "' ;; -m) echo '" + machine + "' ;; *) exit 1 ;; esac\n"
			return i.run(t, container{
				agent: agent, programs: map[string]string{"uname": uname},
				tools: []string{"curl", "mktemp", "chmod", "sleep", "rm", "sha256sum"},
			})
		}
		for machine, k := range map[string]int{"x86_64": 0, "amd64": 0, "aarch64": 1, "arm64": 1} {
			t.Run(machine, func(t *testing.T) {
				got := run(t, agent, "Linux", machine) // whose SHA-256 is right only for its own
				assert.Equal(t, 0, got.code, got.stderr)
				assert.Regexp(t, `^2\.1\.7\|`, got.stdout)
				other := agent
				other.Downloads = []bootstrap.Download{agent.Downloads[1-k]}
				run(t, other, "Linux", machine).refused(t, 71, "the launcher has none to download for "+agent.Downloads[k].Machine)
			})
		}
		for _, machine := range []string{"riscv64", "armv7l", "i686", "x86_64 ", "", "*"} {
			t.Run("no "+machine, func(t *testing.T) {
				run(t, agent, "Linux", machine).refused(t, 71, "the agent is for Linux on x86_64 or aarch64, and this is Linux on "+machine)
			})
		}
		for _, system := range []string{"Darwin", "FreeBSD", "linux2", ""} {
			t.Run("no "+system, func(t *testing.T) {
				run(t, agent, system, "x86_64").refused(t, 71, "and this is "+system+" on x86_64")
			})
		}
	})
}

// TestBootstrapMissing: what is missing in the image is named. Nothing is run
// that could not be verified.
func TestBootstrapMissing(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		if i.applets {
			t.Skip("this shell misses nothing")
		}
		agent := published(t, agentScript("2.1.7"))
		without := func(missing string) []string {
			var tools []string
			for _, tool := range append([]string{"curl"}, downloading...) {
				if tool != missing {
					tools = append(tools, tool)
				}
			}
			return tools
		}
		for missing, says := range map[string]string{
			"curl":      "neither curl nor wget is there to download one; install attini-runner 2.1.0 in the image, or one of them",
			"sha256sum": "sha256sum, shasum, openssl and busybox are all missing in the image",
			"uname":     "uname is missing in the image", "mktemp": "mktemp is missing in the image", "chmod": "chmod is missing in the image",
			"sleep": "sleep is missing in the image", "rm": "rm is missing in the image",
		} {
			t.Run(missing, func(t *testing.T) {
				i.run(t, container{agent: agent, tools: without(missing)}).refused(t, 72, "there is no attini-runner on PATH, and", says)
			})
		}
		t.Run("everything", func(t *testing.T) {
			i.run(t, container{agent: agent}).refused(t, 72, "uname is missing in the image")
		})
		for _, verifier := range []string{"openssl", "busybox"} {
			t.Run("verified by "+verifier, func(t *testing.T) {
				if _, err := os.Stat(i.path("tools/" + verifier)); err != nil {
					t.Skipf("%s is not installed here", verifier)
				}
				tools := append(without("sha256sum"), verifier)
				got := i.run(t, container{agent: agent, tools: tools})
				assert.Equal(t, 0, got.code, got.stderr)
				assert.Regexp(t, `^2\.1\.7\|`, got.stdout)
				wrong := served(t, "other", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "content") })
				i.run(t, container{agent: wrong, tools: tools}).refused(t, 65, "has the SHA-256 "+sumOf("content")+", not "+sumOf("other"))
			})
		}
		t.Run("a verifier that says nothing", func(t *testing.T) {
			unverified := served(t, "content", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "content") })
			for k := range unverified.Downloads {
				unverified.Downloads[k].SHA256 = ""
			}
			programs := map[string]string{"sha256sum": "#!/bin/sh\n"}
			i.run(t, container{agent: unverified, tools: without("sha256sum"), programs: programs}).refused(t, 65)
		})
		t.Run("curl that does not work", func(t *testing.T) {
			got := i.run(t, container{agent: agent, tools: append([]string{"wget"}, downloading...), programs: map[string]string{"curl": "#!/bin/sh\nexit 77\n"}})
			assert.Equal(t, 0, got.code, got.stderr)
			assert.Regexp(t, `^2\.1\.7\|`, got.stdout)
		})
	})
}

// TestBootstrapDirectories: the agent is downloaded to where it may be written
// and run.
func TestBootstrapDirectories(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		if !i.isolated {
			t.Skip("user namespaces are not allowed here, and so the machine's directories are there too")
		}
		agent := published(t, agentScript("2.1.7"))
		tools := append([]string{"curl"}, downloading...)
		for _, folder := range []string{"readonly", "home", "home with space"} {
			require.NoError(t, os.Mkdir(i.path(folder), 0o700))
		}
		require.NoError(t, os.Chmod(i.path("readonly"), 0o500))
		require.NoError(t, os.Chmod(i.root, 0o500)) // the working directory
		t.Cleanup(func() { assert.NoError(t, os.Chmod(i.root, 0o700)) })
		for _, home := range []string{"/home", "/home with space"} {
			t.Run(home, func(t *testing.T) {
				got := i.run(t, container{agent: agent, tools: tools, environment: []string{"TMPDIR=/readonly", "HOME=" + home}})
				assert.Equal(t, 0, got.code, got.stderr)
				assert.Contains(t, got.stdout, "2.1.7|"+home+"/attini-runner.")
				assert.Empty(t, got.stderr)
			})
		}
		for name, environment := range map[string][]string{
			"read-only":      {"TMPDIR=/readonly", "HOME=/"},
			"none":           {"TMPDIR="},
			"missing":        {"TMPDIR=/missing", "HOME=/missing"},
			"no directories": {"TMPDIR=/bin/sh", "HOME=/bin/sh"},
		} {
			t.Run(name, func(t *testing.T) {
				i.run(t, container{agent: agent, tools: tools, environment: environment}).refused(t, 73, "make TMPDIR, /tmp or HOME writable")
			})
		}
		t.Run("not to be run from", func(t *testing.T) {
			require.NoError(t, os.Chmod(i.root, 0o700))
			require.NoError(t, os.Mkdir(i.path("tmp"), 0o700))
			require.NoError(t, os.Chmod(i.root, 0o500))
			if err := syscall.Mount("tmpfs", i.path("tmp"), "tmpfs", syscall.MS_NOEXEC, "mode=0777"); err != nil {
				t.Skipf("file systems may not be mounted here: %s", err)
			}
			defer func() { assert.NoError(t, syscall.Unmount(i.path("tmp"), 0)) }()
			got := i.run(t, container{agent: agent, tools: tools, environment: []string{"TMPDIR=", "HOME=/home"}})
			assert.Equal(t, 0, got.code, got.stderr)
			assert.Contains(t, got.stdout, "2.1.7|/home/attini-runner.")
			i.run(t, container{agent: agent, tools: tools, environment: []string{"TMPDIR="}}).refused(t, 73)
			files, err := os.ReadDir(i.path("tmp"))
			require.NoError(t, err)
			assert.Empty(t, files)
		})
	})
}
