package bootstrap_test

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
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/releaseapi"
)

func sumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// published is an agent of which the information API has version 2.1.7 with the
// content, on x86_64, and on aarch64 with a line more. Its addresses are those
// that redirect.
func published(t *testing.T, content string) bootstrap.Agent {
	t.Helper()
	directory := t.TempDir()
	agent := bootstrap.Agent{Version: "2.1.0"}
	for _, kind := range []struct{ machine, architecture, content string }{{"x86_64", "amd64", content}, {"aarch64", "arm64", content + "\n"}} {
		platform := releaseapi.Platform{OS: "linux", Architecture: kind.architecture}
		for file, content := range map[string]string{releaseapi.Binary: kind.content, releaseapi.Checksum: sumOf(kind.content) + "  attini-runner\n"} {
			at := filepath.Join(directory, releaseapi.Path("2.1.7", platform, file))
			require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o700))
			require.NoError(t, os.WriteFile(at, []byte(content), 0o600))
		}
		agent.Downloads = append(agent.Downloads, bootstrap.Download{
			Machine: kind.machine, URL: releaseapi.Root + "/get-runner/" + kind.machine + "/Linux/2.1.7", SHA256: sumOf(kind.content),
		})
	}
	store, err := releaseapi.NewDirectory(directory)
	require.NoError(t, err)
	server := httptest.NewServer(releaseapi.NewServer(store, releaseapi.Options{Logger: slog.New(slog.DiscardHandler)}))
	t.Cleanup(server.Close)
	for i := range agent.Downloads {
		agent.Downloads[i].URL = server.URL + agent.Downloads[i].URL
	}
	return agent
}

// served is an agent with the content, for which a handler is asked.
func served(t *testing.T, content string, handler http.HandlerFunc) bootstrap.Agent {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections() // of who has been killed
		server.Close()
	})
	agent := bootstrap.Agent{Version: "2.1.0", Downloads: nowhere()}
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

// TestBootstrapDownloads: a downloaded agent runs only with the right SHA-256.
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
			i.run(t, container{agent: agent, tools: tools, shell: bootstrap.Shell{Tries: 1}}).refused(t, 69,
				"there is no attini-runner on PATH, and "+agent.Downloads[0].URL[:20], "cannot be downloaded within 1 tries and 120 s")
		})
		t.Run("no network", func(t *testing.T) {
			agent := bootstrap.Agent{Version: "2.1.0", Downloads: nowhere()}
			i.run(t, container{agent: agent, tools: tools, shell: bootstrap.Shell{Tries: 2}}).refused(t, 69, "http://127.0.0.1:1/agent cannot be downloaded within 2 tries")
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
				shell := bootstrap.Shell{Tries: 2}
				stalls := name == "stalled" || name == "silent"
				if stalls {
					shell.Stall = 5 * time.Second // the second try is served within that on a busy machine too
				}
				if stalls && !i.limits(t, tools) {
					shell.Timeout = time.Second
				} else {
					got := i.run(t, container{agent: agent, tools: tools, shell: shell})
					assert.Equal(t, 0, got.code, got.stderr)
					assert.Regexp(t, `^2\.1\.7\|`, got.stdout)
					assert.Equal(t, int64(2), asked.Load())
				}
				if name == "stalled" && tools[0] == "curl" {
					return // curl takes its time to call that a stall: "silent" has to do
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
		got := i.run(t, container{agent: agent, tools: tools, shell: bootstrap.Shell{Tries: 1, Timeout: time.Second}})
		got.refused(t, 69, "cannot be downloaded within 1 tries and 1 s")
		assert.Less(t, got.took, time.Minute)
		<-gone // nobody goes on with the download
	})
}
