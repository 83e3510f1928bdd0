package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
)

// server is a `runnerctl serve` in a process of its own.
type server struct {
	*exec.Cmd
	// endpoint is the URL of its host, address that without the scheme.
	endpoint, address string
	// said is what it wrote to standard error after its first line, and ended
	// how it ended; each is there once.
	said  chan string
	ended chan error
}

var addressLine = regexp.MustCompile(`^serving the releases in (\S+) at (http://(127\.0\.0\.1:[0-9]+))/api/v1/runner; stop with \^C\n$`)

// serve starts one on a free port. It is killed with the test if it still runs.
func serve(t *testing.T, directory string) *server {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "runnerctl") // by which TestMain knows what it is
	require.NoError(t, os.Symlink(program, name))
	s := &server{
		Cmd:  exec.CommandContext(t.Context(), name, "serve", "--releases", directory, "--address", "127.0.0.1:0"),
		said: make(chan string, 1), ended: make(chan error, 1),
	}
	stderr, err := s.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, s.Start())
	lines := bufio.NewReader(stderr)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	match := addressLine.FindStringSubmatch(first)
	require.NotNil(t, match, first)
	assert.Equal(t, directory, match[1])
	s.endpoint, s.address = match[2], match[3]
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		rest, _ := io.ReadAll(lines) // ends with the process
		s.said <- string(rest)
		s.ended <- s.Wait()
	}()
	t.Cleanup(func() {
		_ = s.Process.Kill() // or it has ended
		<-finished
	})
	return s
}

// TestServeExamples runs the documentation's commands.
func TestServeExamples(t *testing.T) {
	t.Parallel()
	s := serve(t, releaseapitest.Directory(t))
	releaseapitest.Examples(t, s.endpoint)
	require.NoError(t, s.Process.Signal(os.Interrupt))
	assert.Empty(t, <-s.said)
	assert.NoError(t, <-s.ended, "exit code 0")
}

// TestServeBuild: what is published meanwhile is there at once.
func TestServeBuild(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	s := serve(t, directory)
	latest := func() string {
		_, body := ask(t, s.address, "GET /api/v1/runner/get-runner/x86_64/Linux/latest HTTP/1.1")
		return body
	}
	assert.Contains(t, latest(), "nothing is published")
	require.NoError(t, os.Rename(releaseapitest.Directory(t), filepath.Join(directory, "new")))
	require.NoError(t, os.Rename(filepath.Join(directory, "new", "1.0.0"), filepath.Join(directory, "1.0.0")))
	require.Eventually(t, func() bool { return strings.Contains(latest(), `"version": "1.0.0"`) }, time.Minute, 50*time.Millisecond)
	require.NoError(t, os.RemoveAll(directory))
	require.Eventually(t, func() bool { return strings.Contains(latest(), "releases-unavailable") }, time.Minute, 50*time.Millisecond)
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	assert.Contains(t, <-s.said, `msg="releases are unavailable"`)
	assert.NoError(t, <-s.ended)
}

// TestServeRaw sends requests as no client would write them.
func TestServeRaw(t *testing.T) {
	t.Parallel()
	s := serve(t, releaseapitest.Directory(t))
	for line, status := range map[string]int{
		"GET /../../../../etc/passwd HTTP/1.1":                                             404,
		"GET /api/v1/runner/releases/../../../../README.md HTTP/1.1":                       404,
		"GET /api/v1/runner/releases/%2e%2e/%2e%2e/%2e%2e/README.md HTTP/1.1":              404,
		"GET /api/v1/runner/releases/..%2f..%2f/x/x/README.md HTTP/1.1":                    404,
		"GET /api/v1/runner/releases/2.1.7/linux/amd64/notes.txt HTTP/1.1":                 404,
		"GET /api/v1/runner/get-runner/x86_64/Linux/latest%00 HTTP/1.1":                    404,
		"GET //api/v1/openapi.json HTTP/1.1":                                               404,
		"GET http://other.example/api/v1/openapi.json HTTP/1.1":                            200,
		"GET /api/v1/%zz HTTP/1.1":                                                         400,
		"GET /api/v1/\x00 HTTP/1.1":                                                        400,
		"GET /" + strings.Repeat("a", 1<<20+8<<10) + " HTTP/1.1":                           431,
		"GET /" + strings.Repeat("../", 200_000) + "etc/passwd HTTP/1.1":                   404,
		"CONNECT other.example:443 HTTP/1.1":                                               404,
		"CONNECT /api/v1/openapi.json HTTP/1.1":                                            405,
		"OPTIONS * HTTP/1.1":                                                               404,
		"DELETE /api/v1/runner/releases/1.0.0/linux/amd64/attini-runner HTTP/1.1":          405,
		"GET /api/v1/runner/releases/1.0.0/linux/amd64/attini-runner HTTP/1.1\r\nRange: x": 416,
	} {
		got, body := ask(t, s.address, line)
		assert.Equal(t, status, got, line[:min(len(line), 100)])
		assert.NotContains(t, body, releaseapitest.Secret)
		assert.NotContains(t, body, "root:")
	}
}

// TestServeStops lets a download end, and takes no new one.
func TestServeStops(t *testing.T) {
	t.Parallel()
	const size = 32 << 20 // more than a connection holds by itself, and soon read
	directory := releaseapitest.Directory(t)
	require.NoError(t, os.Truncate(filepath.Join(directory, "1.0.0/linux/amd64/attini-runner"), size))
	s := serve(t, directory)
	transport := &http.Transport{DisableKeepAlives: true}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.endpoint+"/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner", nil)
	require.NoError(t, err)
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", s.address)
		if err == nil {
			_ = connection.Close()
		}
		return err != nil
	}, 20*time.Second, 10*time.Millisecond, "it takes nothing new")
	got, err := io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	assert.Equal(t, int64(size), got)
	assert.Empty(t, <-s.said)
	assert.NoError(t, <-s.ended)
}

// TestServeCutsOff: who neither reads nor leaves does not keep it, nor does a
// second signal wait.
func TestServeCutsOff(t *testing.T) {
	t.Parallel()
	directory := releaseapitest.Directory(t)
	require.NoError(t, os.Truncate(filepath.Join(directory, "1.0.0/linux/amd64/attini-runner"), 256<<20))
	for name, test := range map[string]struct {
		signals int
		want    string
	}{
		"after a while":      {1, "runnerctl: cut off downloads that went on for 10s"},
		"by a second signal": {2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, directory)
			connection := send(t, s.address, "GET /api/v1/runner/releases/1.0.0/linux/amd64/attini-runner HTTP/1.1")
			_, err := connection.Read(make([]byte, 1))
			require.NoError(t, err)
			for range test.signals {
				require.NoError(t, s.Process.Signal(syscall.SIGTERM))
				require.Eventually(t, func() bool {
					other, err := net.Dial("tcp", s.address)
					if err == nil {
						_ = other.Close()
					}
					return err != nil
				}, 20*time.Second, 10*time.Millisecond)
			}
			assert.Contains(t, <-s.said, test.want)
			assert.Error(t, <-s.ended)
		})
	}
}

// TestServeTaken: a port that another program has.
func TestServeTaken(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	var said strings.Builder
	code := execute(t.Context(), []string{"serve", "--releases", t.TempDir(), "--address", listener.Addr().String()}, streams{stdout: io.Discard, stderr: &said}, nil)
	assert.Equal(t, exitMisused, code)
	assert.Contains(t, said.String(), fmt.Sprintf("listen at %s: ", listener.Addr()))
	assert.Contains(t, said.String(), "address already in use")
}

// send sends the lines of a request.
func send(t *testing.T, address, lines string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	require.NoError(t, connection.SetDeadline(time.Now().Add(time.Minute)))
	_, err = io.WriteString(connection, lines+"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	if err != nil { // refused before it was read whole
		t.Log(err)
	}
	return connection
}

// ask sends the lines of a request and returns status and content of the answer.
func ask(t *testing.T, address, lines string) (int, string) {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(send(t, address, lines)), nil)
	require.NoError(t, err, lines[:min(len(lines), 100)])
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}
