package releaseapitest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// documented is the host of the documentation's examples.
const documented = "https://docs.attini.io"

// Examples runs the documentation's curl commands against an endpoint that has
// the Sample, as they are written there but for the host ("Attini Runner
// information API", "Install the Attini Runner").
func Examples(t *testing.T, endpoint string) {
	t.Helper()
	s := newShell(t, endpoint)
	host := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	t.Run("supported platforms", func(t *testing.T) {
		_, body := s.curl(t, `curl https://docs.attini.io/api/v1/runner/get-supported-platforms`)
		assert.JSONEq(t, `{"platforms": [
			{"operatingSystem": "Linux", "cpuArchitecture": "x86_64"}, {"operatingSystem": "Linux", "cpuArchitecture": "aarch64"}
		]}`, body)
	})
	for command, architecture := range map[string]string{
		`curl https://docs.attini.io/api/v1/runner/get-runner-versions/$(uname -m)/Linux`: host,
		`curl https://docs.attini.io/api/v1/runner/get-runner-versions/x86_64/Linux`:      "x86_64",
		`curl https://docs.attini.io/api/v1/runner/get-runner-versions/aarch64/Linux`:     "aarch64",
	} {
		t.Run(name(command), func(t *testing.T) {
			answer, body := s.curl(t, command)
			assert.Equal(t, http.StatusOK, answer.StatusCode)
			checkVersions(t, body, architecture)
		})
	}
	for command, want := range map[string]struct{ version, architecture string }{
		`curl https://docs.attini.io/api/v1/runner/get-runner/$(uname -m)/Linux/latest`: {"2.1.7", host},
		`curl https://docs.attini.io/api/v1/runner/get-runner/x86_64/Linux/1.0.0`:       {"1.0.0", "x86_64"},
		`curl https://docs.attini.io/api/v1/runner/get-runner/aarch64/Linux/1.0.0`:      {"1.0.0", "aarch64"},
	} {
		t.Run(name(command), func(t *testing.T) {
			answer, body := s.curl(t, command)
			assert.Equal(t, http.StatusFound, answer.StatusCode)
			var said struct{ Version, Location string }
			require.NoError(t, json.Unmarshal([]byte(body), &said))
			assert.Equal(t, want.version, said.Version)
			assert.Equal(t, answer.Header.Get("Location"), said.Location)
			// "Get re-routed": who follows gets the binary.
			answer, body = s.curl(t, strings.Replace(command, "curl ", "curl -L ", 1))
			assert.Equal(t, Binary(want.version, goArch(want.architecture)), body)
			assert.Contains(t, answer.Header.Get("Cache-Control"), "immutable")
			assert.NotEmpty(t, answer.Header.Get("ETag"))
		})
	}
	t.Run("install", func(t *testing.T) { testInstall(t, s) })
	t.Run("beside the binary", func(t *testing.T) { testBeside(t, s) })
	t.Run("head", func(t *testing.T) { testHead(t, s) })
	t.Run("fails", func(t *testing.T) { testFails(t, s) })
}

// checkVersions checks the answer for the sample's versions.
func checkVersions(t *testing.T, body, architecture string) {
	t.Helper()
	var said struct {
		OperatingSystem, CPUArchitecture, Latest string
		Versions                                 []struct{ Version string }
	}
	require.NoError(t, json.Unmarshal([]byte(body), &said))
	assert.Equal(t, "Linux", said.OperatingSystem)
	assert.Equal(t, architecture, said.CPUArchitecture)
	assert.Equal(t, "2.1.7", said.Latest)
	want := []string{"2.1.7", "2.1.0", "2.0.0", "1.10.0", "1.4.2", "1.0.0"}
	if architecture == "x86_64" {
		want = append([]string{"2.2.0-rc.1"}, want...)
	}
	var got []string
	for _, v := range said.Versions {
		got = append(got, v.Version)
	}
	assert.Equal(t, want, got)
}

// testInstall runs the Dockerfile's line, and then what it installed.
func testInstall(t *testing.T, s shell) {
	program := filepath.Join(t.TempDir(), "attini-runner")
	command := `curl -sfL#o /usr/local/bin/attini-runner https://docs.attini.io/api/v1/runner/get-runner/$(uname -m)/$(uname -s)/latest; chmod +x /usr/local/bin/attini-runner`
	command = strings.ReplaceAll(command, "/usr/local/bin/attini-runner", program)
	_, _, err := s.run(t, filepath.Dir(program), command+" && "+program)
	require.NoError(t, err)
	content, err := os.ReadFile(program)
	require.NoError(t, err)
	assert.Equal(t, Binary("2.1.7", runtime.GOARCH), string(content))
}

// testBeside verifies a binary by the checksum that lies beside it.
func testBeside(t *testing.T, s shell) {
	for _, version := range []string{"2.1.7", "latest", "1.x", "1.0.0"} {
		at := documented + "/api/v1/runner/get-runner/$(uname -m)/$(uname -s)/" + version
		folder := t.TempDir()
		_, said, err := s.run(t, folder, "curl -sfLo attini-runner "+at+" && curl -sfL "+at+".sha256 | sha256sum -c")
		require.NoError(t, err, version)
		assert.Equal(t, "attini-runner: OK\n", said)
		_, said, err = s.run(t, folder, "curl -sfL "+at+".minisig")
		if version == "1.0.0" {
			require.Error(t, err, "it has none")
			continue
		}
		require.NoError(t, err, version)
		assert.Contains(t, said, "untrusted comment: ")
		// The name under which minisign looks for it.
		_, _, err = s.run(t, folder, "curl -sfLOJ "+at+".minisig && test -s attini-runner.minisig")
		require.NoError(t, err)
	}
}

// testHead asks for headers only, on to where the binary is.
func testHead(t *testing.T, s shell) {
	answers, _, err := s.run(t, t.TempDir(), "curl -fIL "+documented+"/api/v1/runner/get-runner/arm64/linux/2.1.7")
	require.NoError(t, err)
	require.Len(t, answers, 2)
	assert.Equal(t, http.StatusOK, answers[1].StatusCode)
	assert.Equal(t, int64(len(Binary("2.1.7", "arm64"))), answers[1].ContentLength)
	assert.NotEmpty(t, answers[1].Header.Get("ETag"))
}

// testFails: curl -f fails, and leaves nothing behind that could be run.
func testFails(t *testing.T, s shell) {
	for _, path := range []string{"riscv64/Linux/latest", "x86_64/Windows_NT/latest", "x86_64/Linux/9.9.9", "x86_64/Linux/", "x86_64/Linux/..%2f..%2fetc%2fpasswd"} {
		folder := t.TempDir()
		answers, _, err := s.run(t, folder, "curl -sfL#o attini-runner "+documented+"/api/v1/runner/get-runner/"+path)
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, path)
		assert.Equal(t, 22, exit.ExitCode(), "curl's for an HTTP error")
		assert.Equal(t, http.StatusNotFound, answers[0].StatusCode)
		assert.NoFileExists(t, filepath.Join(folder, "attini-runner"))
	}
}

// shell runs commands of the documentation.
type shell struct {
	endpoint string
	contract Contract
}

func newShell(t *testing.T, endpoint string) shell {
	t.Helper()
	s := shell{endpoint: endpoint}
	_, document, err := s.run(t, t.TempDir(), "curl -sSf "+documented+"/api/v1/openapi.json")
	require.NoError(t, err)
	s.contract = NewContract(t, []byte(document))
	return s
}

// curl runs one curl command and returns the last answer that it got, which is
// checked, with the content.
func (s shell) curl(t *testing.T, command string) (*http.Response, string) {
	t.Helper()
	answers, body, err := s.run(t, t.TempDir(), command)
	require.NoError(t, err)
	require.NotEmpty(t, answers)
	last := answers[len(answers)-1]
	if len(answers) == 1 { // else another server's
		_, path, _ := strings.Cut(command, documented)
		s.contract.Check(t, http.MethodGet, strings.ReplaceAll(path, "$(uname -m)", "x86_64"), last, []byte(body))
	}
	return last, body
}

// run runs a command in a folder, with the endpoint for the documentation's
// host. It returns the headers of all answers that curl got, and what the
// command printed.
func (s shell) run(t *testing.T, folder, command string) ([]*http.Response, string, error) {
	t.Helper()
	home := t.TempDir()
	dump := filepath.Join(home, "headers")
	// So that the command itself stays as it is documented.
	configuration := fmt.Sprintf("dump-header = %q\nmax-time = 60\nnoproxy = \"*\"\n", dump)
	require.NoError(t, os.WriteFile(filepath.Join(home, ".curlrc"), []byte(configuration), 0o600))
	process := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(command, documented, s.endpoint))
	process.Dir = folder
	process.Env = append(os.Environ(), "CURL_HOME="+home)
	var printed, said bytes.Buffer
	process.Stdout, process.Stderr = &printed, &said
	err := process.Run()
	if err != nil {
		t.Logf("%s: %s: %s", command, err, &said)
	}
	headers, readErr := os.ReadFile(dump)
	require.NoError(t, readErr)
	return parseHeaders(t, headers), printed.String(), err
}

// parseHeaders reads what curl dumps.
func parseHeaders(t *testing.T, dump []byte) []*http.Response {
	t.Helper()
	var answers []*http.Response
	reader := bufio.NewReader(bytes.NewReader(dump))
	for {
		answer, err := http.ReadResponse(reader, &http.Request{Method: http.MethodHead})
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return answers
		}
		require.NoError(t, err, "%s", dump)
		require.NoError(t, answer.Body.Close())
		answers = append(answers, answer)
	}
}

// name is a subtest's: the path that a command asks for.
func name(command string) string {
	_, path, _ := strings.Cut(command, "/api/v1/runner/")
	return strings.ReplaceAll(path, "/", " ")
}

func goArch(uname string) string {
	return map[string]string{"x86_64": "amd64", "aarch64": "arm64"}[uname]
}
