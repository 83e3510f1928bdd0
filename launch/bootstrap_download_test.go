package launch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/launch"
	"github.com/attini-go/runner/releases"
)

func sumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// published is an agent of which the information API has version 2.1.7 with the
// content, on x86_64, and on aarch64 with a line more. Its addresses are those
// that redirect.
func published(t *testing.T, content string) launch.Agent {
	t.Helper()
	directory := t.TempDir()
	agent := launch.Agent{Version: "2.1.0"}
	for _, kind := range []struct{ machine, architecture, content string }{{"x86_64", "amd64", content}, {"aarch64", "arm64", content + "\n"}} {
		platform := releases.Platform{OS: "linux", Architecture: kind.architecture}
		for file, content := range map[string]string{releases.Binary: kind.content, releases.Checksum: sumOf(kind.content) + "  attini-runner\n"} {
			at := filepath.Join(directory, releases.Path("2.1.7", platform, file))
			require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o700))
			require.NoError(t, os.WriteFile(at, []byte(content), 0o600))
		}
		agent.Downloads = append(agent.Downloads, launch.Download{
			Machine: kind.machine, URL: releases.Root + "/get-runner/" + kind.machine + "/Linux/2.1.7", SHA256: sumOf(kind.content),
		})
	}
	store, err := releases.NewDirectory(directory)
	require.NoError(t, err)
	server := httptest.NewServer(releases.NewServer(store, releases.Options{Logger: slog.New(slog.DiscardHandler)}))
	t.Cleanup(server.Close)
	for i := range agent.Downloads {
		agent.Downloads[i].URL = server.URL + agent.Downloads[i].URL
	}
	return agent
}

// served is an agent with the content, for which a handler is asked.
func served(t *testing.T, content string, handler http.HandlerFunc) launch.Agent {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections() // of who has been killed
		server.Close()
	})
	agent := launch.Agent{Version: "2.1.0", Downloads: nowhere()}
	for i := range agent.Downloads {
		agent.Downloads[i].URL, agent.Downloads[i].SHA256 = server.URL+"/agent", sumOf(content)
	}
	return agent
}

// eachTool runs a test with each program that downloads.
func eachTool(t *testing.T, test func(t *testing.T, i image, tools []string)) {
	t.Helper()
	eachShell(t, func(t *testing.T, i image) {
		for _, tool := range []string{"curl", "wget", "wget=busybox"} {
			t.Run(tool, func(t *testing.T) {
				name, program, other := strings.Cut(tool, "=")
				if !other {
					program = name
				}
				if _, err := os.Stat(i.path("tools/" + program)); err != nil {
					t.Skipf("%s is not installed here", program)
				}
				test(t, i, append([]string{tool}, downloading...))
			})
		}
	})
}

// TestBootstrapDownloads is D-H14: what is downloaded is verified.
func TestBootstrapDownloads(t *testing.T) {
	t.Parallel()
	script := agentScript("2.1.7")
	eachTool(t, func(t *testing.T, i image, tools []string) {
		t.Run("right", func(t *testing.T) {
			agent := published(t, script)
			agent.Token = odd
			got := i.run(t, container{agent: agent, tools: tools})
			assert.Equal(t, 0, got.code, got.stderr)
			assert.Regexp(t, `^2\.1\.7\|/.*/attini-runner\.[^/]+/attini-runner\|2\|`, got.stdout)
			assert.True(t, strings.HasSuffix(got.stdout, "|"+odd+"|2.1.0|"), got.stdout)
			if i.limits(t, tools) {
				assert.Empty(t, got.stderr)
			}
			assert.Len(t, got.left, 1)
		})
		t.Run("too old", func(t *testing.T) {
			got := i.run(t, container{agent: published(t, script), tools: tools, programs: map[string]string{"attini-runner": agentScript("2.0.9")}})
			assert.Equal(t, 0, got.code, got.stderr)
			assert.Regexp(t, `^2\.1\.7\|`, got.stdout)
		})
		t.Run("wrong hash", func(t *testing.T) {
			agent := published(t, script)
			for k := range agent.Downloads {
				agent.Downloads[k].SHA256 = strings.Repeat("0", 64)
			}
			i.run(t, container{agent: agent, tools: tools}).refused(t, 65, "has the SHA-256 ", ", not 0000", "is not run")
		})
		t.Run("no hash", func(t *testing.T) {
			agent := published(t, script)
			for k := range agent.Downloads {
				agent.Downloads[k].SHA256 = ""
			}
			i.run(t, container{agent: agent, tools: tools}).refused(t, 65)
		})
		t.Run("404", func(t *testing.T) {
			agent := published(t, script)
			for k := range agent.Downloads {
				agent.Downloads[k].URL += "9"
			}
			i.run(t, container{agent: agent, tools: tools, shell: launch.Shell{Tries: 1}}).refused(t, 69,
				"there is no attini-runner on PATH, and "+agent.Downloads[0].URL[:20], "cannot be downloaded within 1 tries and 120 s")
		})
		t.Run("no network", func(t *testing.T) {
			agent := launch.Agent{Version: "2.1.0", Downloads: nowhere()}
			i.run(t, container{agent: agent, tools: tools, shell: launch.Shell{Tries: 2}}).refused(t, 69, "http://127.0.0.1:1/agent cannot be downloaded within 2 tries")
		})
		t.Run("does not work", func(t *testing.T) {
			i.run(t, container{agent: published(t, "#!/bin/sh\nexit 5\n"), tools: tools}).refused(t, 70, "does not work here: its dry run ended with 5")
		})
	})
}

// limits reports whether the first of the tools knows time limits, which a
// BusyBox may not; it is limited by the time for all tries alone.
func (i image) limits(t *testing.T, tools []string) bool {
	t.Helper()
	if tools[0] != "wget=busybox" && !i.applets {
		return true
	}
	return i.run(t, container{tools: tools, probe: "wget -q -T 1 -O /dev/null http://127.0.0.1:1/; exit $?"}).code < 128
}

// half sends the first half of a text, and then nothing.
func half(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = io.WriteString(w, text[:len(text)/2])
	_ = http.NewResponseController(w).Flush() // to a client that may have gone
}

// TestBootstrapCut: half an agent is not run, and asked for again.
func TestBootstrapCut(t *testing.T) {
	t.Parallel()
	script := agentScript("2.1.7")
	eachTool(t, func(t *testing.T, i image, tools []string) {
		for name, cut := range map[string]func(w http.ResponseWriter, r *http.Request){
			"cut":     func(w http.ResponseWriter, _ *http.Request) { half(w, script); panic(http.ErrAbortHandler) },
			"stalled": func(w http.ResponseWriter, r *http.Request) { half(w, script); <-r.Context().Done() },
			"silent":  func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			"503":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int64
				agent := served(t, script, func(w http.ResponseWriter, r *http.Request) {
					if asked.Add(1) == 1 {
						cut(w, r)
						return
					}
					_, _ = io.WriteString(w, script)
				})
				shell := launch.Shell{Tries: 2, Stall: time.Second}
				if (name == "stalled" || name == "silent") && !i.limits(t, tools) {
					shell.Timeout = time.Second
				} else {
					got := i.run(t, container{agent: agent, tools: tools, shell: shell})
					assert.Equal(t, 0, got.code, got.stderr)
					assert.Regexp(t, `^2\.1\.7\|`, got.stdout)
					assert.Equal(t, int64(2), asked.Load())
				}
				always := served(t, script, cut)
				shell.Tries = 1
				i.run(t, container{agent: always, tools: tools, shell: shell}).refused(t, 69, "cannot be downloaded within 1 tries")
			})
		}
	})
}

// TestBootstrapSlow: the time for all tries together is limited, however the
// server keeps a client waiting.
func TestBootstrapSlow(t *testing.T) {
	t.Parallel()
	script := agentScript("2.1.7")
	eachTool(t, func(t *testing.T, i image, tools []string) {
		t.Parallel()
		gone := make(chan struct{}, 9)
		agent := served(t, script, func(w http.ResponseWriter, r *http.Request) {
			defer func() { gone <- struct{}{} }()
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			half(w, script)
			for {
				select {
				case <-r.Context().Done():
					return
				case <-tick.C:
					_, _ = io.WriteString(w, "#")
					_ = http.NewResponseController(w).Flush() // to a client that may have gone
				}
			}
		})
		got := i.run(t, container{agent: agent, tools: tools, shell: launch.Shell{Tries: 1, Timeout: time.Second}})
		got.refused(t, 69, "cannot be downloaded within 1 tries and 1 s")
		assert.Less(t, got.took, 20*time.Second)
		<-gone // nobody goes on with the download
	})
}

// TestBootstrapMachines: the names of a kind of machine, and those that no agent
// is for.
func TestBootstrapMachines(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		if i.applets {
			t.Skip("this shell asks no uname")
		}
		agent := published(t, agentScript("2.1.7"))
		run := func(t *testing.T, agent launch.Agent, system, machine string) ended {
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
				other.Downloads = []launch.Download{agent.Downloads[1-k]}
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

// TestBootstrapTells: where the image has the AWS CLI, the step of a token gets
// to know the reason; the token gets into no log.
func TestBootstrapTells(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		aws := "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$TMPDIR/aws\"\necho \"$@\"\nexit ${AWS_FAILS-0}\n"
		tell := func(t *testing.T, token string, environment ...string) (ended, []string) {
			agent := launch.Agent{Token: token, Version: "2.1.0"}
			r := i.start(t, container{agent: agent, tools: downloading, programs: map[string]string{"aws": aws}, environment: append(environment, "ATTINI_AWS_REGION=eu-west-1")})
			got := r.wait(t)
			said, err := os.ReadFile(filepath.Join(r.temporary, "aws"))
			if err != nil {
				return got, nil
			}
			return got, strings.Split(strings.TrimSuffix(string(said), "\n"), "\n")
		}
		for name, environment := range map[string][]string{"told": nil, "not told": {"AWS_FAILS=255"}} {
			t.Run(name, func(t *testing.T) {
				got, said := tell(t, odd, environment...)
				assert.Equal(t, 71, got.code)
				reason, _, _ := strings.Cut(strings.TrimPrefix(got.stderr, "attini-bootstrap: "), "\n")
				assert.Contains(t, reason, "the launcher has none to download for")
				assert.Equal(t, []string{
					"stepfunctions", "send-task-failure", "--region", "eu-west-1", "--cli-connect-timeout", "9", "--cli-read-timeout", "9",
					"--task-token", odd, "--error", "Startup tasks failed", "--cause", reason,
				}, said)
				assert.Equal(t, environment != nil, strings.Contains(got.stderr, "the waiting step cannot be told"))
				assert.NotContains(t, got.stderr+got.stdout, odd)
			})
		}
		t.Run("no token", func(t *testing.T) {
			got, said := tell(t, "")
			assert.Equal(t, 71, got.code)
			assert.Nil(t, said)
		})
	})
}

// TestBootstrapStops: a signal to stop gets to whoever is process 1 then, the
// shell that waits for a download or the agent.
func TestBootstrapStops(t *testing.T) {
	t.Parallel()
	waiting := "#!/bin/sh\n[ \"$1\" != dry-run ] || exit 0\ntrap 'echo stopped; exit 7' TERM\necho ready\nwhile :; do sleep 0.05; done\n"
	eachTool(t, func(t *testing.T, i image, tools []string) {
		t.Run("agent", func(t *testing.T) {
			read, write, err := os.Pipe()
			require.NoError(t, err)
			defer read.Close()
			r := i.start(t, container{agent: published(t, waiting), tools: tools, stdout: write})
			require.NoError(t, write.Close())
			first := make([]byte, len("ready\n"))
			_, err = io.ReadFull(read, first)
			require.NoError(t, err)
			require.NoError(t, r.Process.Signal(syscall.SIGTERM))
			got := r.wait(t)
			assert.Equal(t, 7, got.code, got.stderr)
			rest, err := io.ReadAll(read)
			require.NoError(t, err)
			assert.Equal(t, "ready\nstopped\n", string(first)+string(rest))
		})
		t.Run("download", func(t *testing.T) {
			asked, gone := make(chan struct{}), make(chan struct{})
			agent := served(t, "", func(_ http.ResponseWriter, r *http.Request) {
				close(asked)
				<-r.Context().Done()
				close(gone)
			})
			r := i.start(t, container{agent: agent, tools: tools, shell: launch.Shell{Tries: 1, Stall: 40 * time.Second}})
			<-asked
			require.NoError(t, r.Process.Signal(syscall.SIGTERM))
			got := r.wait(t)
			<-gone
			assert.Equal(t, 143, got.code, got.stderr)
			assert.Less(t, got.took, 20*time.Second)
			assert.Empty(t, got.stdout)
			assert.Empty(t, got.left)
		})
	})
}
