package images_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cut ends the connection in the middle of a binary, without an end that a
// client could take for one.
func cut(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)
		if recorder.Body.Len() > 5000 { // neither a redirect nor a checksum
			_, _ = io.CopyN(w, recorder.Body, 1000)
			panic(http.ErrAbortHandler)
		}
		_, _ = io.Copy(w, recorder.Body)
	})
}

// damage flips a bit of each binary.
func damage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		body := recorder.Body.Bytes()
		if len(body) > 5000 { // neither a redirect nor a checksum
			body[5000] ^= 1
		}
		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body)
	})
}

// empty has no checksums.
func empty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".sha256") {
			next.ServeHTTP(w, r)
		}
	})
}

// endless has binaries without an end.
func endless(http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for block := make([]byte, 1<<20); r.Context().Err() == nil; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
}

// TestInstallRefuses: whatever goes wrong, what was there stays, and nothing
// that is not verified is left.
func TestInstallRefuses(t *testing.T) {
	everywhere(t, func(t *testing.T, shell string) {
		t.Helper()
		for name, test := range map[string]struct {
			without    string
			variables  []string
			middleware func(http.Handler) http.Handler
			code       int
			want       string
		}{
			"wrong SHA-256":        {"", []string{"ATTINI_RUNNER_SHA256=" + strings.Repeat("0", 64)}, nil, 65, "has the SHA-256 " + sum(agents()["1.2.0"]) + ", not 0000"},
			"SHA-256 of words":     {"", []string{"ATTINI_RUNNER_SHA256=* ?"}, nil, 65, "has the SHA-256 "},
			"damaged":              {"", nil, damage, 65, ", not " + sum(agents()["1.2.0"]) + "; it is not installed"},
			"damaged, wget":        {"curl", nil, damage, 65, ", not " + sum(agents()["1.2.0"]) + "; it is not installed"},
			"no checksum":          {"", nil, empty, 65, ".sha256 has no checksum"},
			"no such version":      {"", []string{"ATTINI_RUNNER_VERSION=3.0.0"}, nil, 69, "/Linux/3.0.0.sha256 cannot be downloaded; is there such a version for Linux on "},
			"404, SHA-256 given":   {"", []string{"ATTINI_RUNNER_VERSION=3.0.0", "ATTINI_RUNNER_SHA256=" + sum("")}, nil, 69, "/Linux/3.0.0 cannot be downloaded; is there such a version for Linux on "},
			"404, wget":            {"curl", []string{"ATTINI_RUNNER_VERSION=3.0.0", "ATTINI_RUNNER_SHA256=" + sum("")}, nil, 69, "/Linux/3.0.0 cannot be downloaded; is there such a version for Linux on "},
			"cut":                  {"", nil, cut, 69, "/Linux/latest cannot be downloaded; "},
			"cut, wget":            {"curl", nil, cut, 69, "/Linux/latest cannot be downloaded; "},
			"does not run here":    {"", []string{"ATTINI_RUNNER_VERSION=2.0.0-rc.1"}, nil, 70, "/Linux/2.0.0-rc.1 does not run here"},
			"neither":              {"curl wget", nil, nil, 72, "neither curl nor wget is there; install one of them"},
			"no sum":               {"sha256sum openssl", nil, nil, 72, "none of sha256sum, shasum and openssl is there; install one of them"},
			"no mktemp":            {"mktemp", nil, nil, 72, "mktemp is missing; install it"},
			"no address":           {"", []string{"ATTINI_RELEASES="}, nil, 64, "set ATTINI_RELEASES to the runner information API's address: https://HOST/api/v1/runner"},
			"plain http":           {"", []string{"ATTINI_RELEASES=http://releases.example/api/v1/runner"}, nil, 64, "http://releases.example/api/v1/runner is not https"},
			"this machine's name":  {"", []string{"ATTINI_RELEASES=http://127.0.0.1.evil.example/api"}, nil, 64, "is not https"},
			"a user before it":     {"", []string{"ATTINI_RELEASES=http://127.0.0.1@evil.example/api"}, nil, 64, "has a user in it"},
			"a password before it": {"", []string{"ATTINI_RELEASES=http://127.0.0.1:x@evil.example/api"}, nil, 64, "has a user in it"},
			"file":                 {"", []string{"ATTINI_RELEASES=file:///tmp"}, nil, 64, "is not https"},
			"file, SHA-256 given":  {"wget", []string{"ATTINI_RELEASES=file:///tmp", "ATTINI_RUNNER_SHA256=" + sum("")}, nil, 69, "cannot be downloaded"},
			"endless":              {"", []string{"ATTINI_RUNNER_SHA256=" + sum("")}, endless, 69, "/Linux/latest cannot be downloaded; "},
			"no server":            {"", []string{"ATTINI_RELEASES=http://127.0.0.1:1/"}, nil, 69, "http://127.0.0.1:1/get-runner/"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var programs []string
				for _, program := range append(basics(), "curl", "wget", "sha256sum", "openssl") {
					if !strings.Contains(" "+test.without+" ", " "+program+" ") {
						programs = append(programs, program)
					}
				}
				c := newContainer(t, shell, programs...)
				require.NoError(t, os.WriteFile(c.target, []byte("an older one"), 0o600))
				got := c.install(t, append([]string{"ATTINI_RELEASES=" + serve(t, test.middleware)}, test.variables...)...)
				assert.Equal(t, test.code, got.code, got.output)
				assert.Contains(t, got.output, "install attini-runner: ")
				assert.Contains(t, got.output, test.want)
				c.assertFiles(t, "attini-runner")
				text, err := os.ReadFile(c.target)
				require.NoError(t, err)
				assert.Equal(t, "an older one", string(text))
			})
		}
	})
}

// TestInstallEnded: who ends it while it downloads finds what was there before.
func TestInstallEnded(t *testing.T) {
	everywhere(t, func(t *testing.T, shell string) {
		t.Helper()
		for _, downloader := range []string{"curl", "wget"} {
			t.Run(downloader, func(t *testing.T) {
				t.Parallel()
				asked := make(chan struct{}, 1)
				address := serve(t, func(http.Handler) http.Handler {
					return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
						asked <- struct{}{}
						<-r.Context().Done()
					})
				})
				c := newContainer(t, shell, append(basics(), downloader, "sha256sum")...)
				command := exec.CommandContext(t.Context(), c.shell, "install.sh", c.target)
				command.Env = []string{"PATH=" + c.bin, "ATTINI_RELEASES=" + address}
				command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
				require.NoError(t, command.Start())
				<-asked
				// As a terminal and an ended build do, it tells all at once.
				require.NoError(t, syscall.Kill(-command.Process.Pid, syscall.SIGTERM))
				require.Error(t, command.Wait())
				assert.Equal(t, 143, command.ProcessState.ExitCode())
				c.assertFiles(t)
			})
		}
	})
}

// TestInstallNowhere: a place that is none is told, and nothing is left beside.
func TestInstallNowhere(t *testing.T) {
	everywhere(t, func(t *testing.T, shell string) {
		t.Helper()
		c := newContainer(t, shell, append(basics(), "curl", "sha256sum")...)
		address := "ATTINI_RELEASES=" + serve(t, nil)
		c.target = filepath.Join(filepath.Dir(c.target), "none", "attini-runner")
		got := c.install(t, address)
		assert.Equal(t, 73, got.code)
		assert.Contains(t, got.output, "install attini-runner: nothing can be written to "+filepath.Dir(c.target)+"/\n")

		require.NoError(t, os.MkdirAll(c.target, 0o700))
		got = c.install(t, address)
		assert.Equal(t, 73, got.code)
		assert.Contains(t, got.output, "install attini-runner: "+c.target+" is a directory; name the file in it\n")
		c.assertFiles(t, "attini-runner")
	})
}
