package releaseapi

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestProblems: what is not there is told with what is.
func TestProblems(t *testing.T) {
	t.Parallel()
	c := serving(t)
	for path, want := range map[string]problemAnswer{
		"/": {
			Type: pathUnknown, Title: "Unknown path", Status: 404,
			Detail: `there is nothing at "/"; /api/v1/openapi.json describes what there is`,
			Paths: []string{
				"/api/v1/openapi.json",
				"/api/v1/runner/get-supported-platforms",
				"/api/v1/runner/get-runner-versions/{cpu_architecture}/{operating_system}",
				"/api/v1/runner/get-runner/{cpu_architecture}/{operating_system}/{version}",
				"/api/v1/runner/get-runner/{cpu_architecture}/{operating_system}/{version}.sha256",
				"/api/v1/runner/get-runner/{cpu_architecture}/{operating_system}/{version}.minisig",
			},
		},
		"/api/v1/runner/get-runner/riscv64/Linux/latest": {
			Type: platformUnknown, Title: "Unknown platform", Status: 404,
			Detail:    `there is no runner for "Linux" on "riscv64"; its platforms: Linux on x86_64, Linux on aarch64`,
			Platforms: []platformAnswer{{"Linux", "x86_64"}, {"Linux", "aarch64"}},
		},
		"/api/v1/runner/get-runner/arm64/Linux/9.9.9.sha256": {
			Type: versionUnknown, Title: "Unknown version", Status: 404,
			Detail:   `there is no version "9.9.9" of the runner for Linux on aarch64; its versions: 2.1.7, 2.1.0, 2.0.0, 1.10.0, 1.4.2, 1.0.0; ask for one of them, for latest, or for a range such as 1.x; pre-releases are in a range only if it names one`,
			Versions: []string{"2.1.7", "2.1.0", "2.0.0", "1.10.0", "1.4.2", "1.0.0"},
		},
		"/api/v1/runner/get-runner/arm64/Linux/1.0.0.minisig": {
			Type: unsigned, Title: "Unsigned release", Status: 404,
			Detail: "version 1.0.0 of the runner for Linux on aarch64 has no signature; check its .sha256 against what you know of it, or ask for a signed version",
		},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			response, body := c.ask(t, method, path)
			assert.Equal(t, want.Status, response.StatusCode, path)
			assert.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
			assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
			if method == "GET" {
				var said problemAnswer
				require.NoError(t, json.Unmarshal([]byte(body), &said))
				assert.Equal(t, want, said)
			}
		}
	}
}

// TestChoice: a long list is told in part, what a client wrote in a bounded and
// printable way.
func TestChoice(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "its versions: v, v, v, v, v, v, v, v, v, v and 2 more", choice("its versions", 12, func(int) string { return "v" }))
	assert.Equal(t, `"a\x00\xff\u202e\""`, quote("a\x00\xff\u202e\""))
	assert.Equal(t, `"`+strings.Repeat("é", 80)+`…"`, quote(strings.Repeat("é", 10000)))
}

// TestPathsUnknown: no path but the documented ones is anything, however it is
// written, and nobody is sent elsewhere.
func TestPathsUnknown(t *testing.T) {
	t.Parallel()
	for _, c := range []client{serving(t), redirecting(t)} {
		for _, path := range []string{
			"/", "/api", "/api/v1", "/api/v1/", "/api/v1/runner", "/api/v1/runner/", "/api/v2/openapi.json", "/favicon.ico",
			"//api/v1/openapi.json", "/api//v1/openapi.json", "/api/v1/openapi.json/", "/api/v1/./openapi.json", "/api/v1/x/../openapi.json",
			"/API/v1/openapi.json", "/api/v1/openapi.json%00", "/api/v1%2fopenapi.json",
			"/api/v1/runner/get-runner/x86_64/Linux", "/api/v1/runner/get-runner/x86_64/Linux/", "/api/v1/runner/get-runner//Linux/latest",
			"/api/v1/runner/get-runner/x86_64/Linux/latest/", "/api/v1/runner/get-runner/x86_64/Linux/latest/x",
			"/api/v1/runner/get-runner/x86_64/Linux/../../../../../etc/passwd", "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
			"/api/v1/runner/get-runner/x86_64/Linux/..%2f..%2f..%2fetc%2fpasswd", "/api/v1/runner/get-runner/x86_64/Linux/%2e%2e",
			"/api/v1/runner/get-runner/x86_64/Linux/latest%00", "/api/v1/runner/get-runner/x86_64/Linux/latest%2f..",
			"/api/v1/runner/get-runner/x86_64%2fLinux/latest", "/api/v1/runner/get-runner/%2e%2e/%2e%2e/%2e%2e",
			"/api/v1/runner/releases", "/api/v1/runner/releases/", "/api/v1/runner/releases/1.0.0", "/api/v1/runner/releases/1.0.0/linux/amd64/",
			"/api/v1/runner/releases/1.0.0/linux/amd64/.attini-runner", "/api/v1/runner/releases/2.1.7/linux/amd64/notes.txt",
			"/api/v1/runner/releases/v1.0.0/linux/amd64/attini-runner", "/api/v1/runner/releases/1.0.0/Linux/x86_64/attini-runner",
			"/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner.minisig",
			"/api/v1/runner/releases/3.0.0/linux/amd64/attini-runner", "/api/v1/runner/releases/3.1.0/linux/amd64/attini-runner.sha256",
			"/api/v1/runner/releases/1.0.0/linux/amd64/..%2famd64%2fattini-runner", "/api/v1/runner/releases/1.0.0/linux/amd64%2fattini-runner",
			"/api/v1/runner/releases/x/..%2f1.0.0/linux%2famd64/attini-runner", "/api/v1/runner/releases/.%2f1.0.0/linux/amd64/attini-runner",
			"/api/v1/runner/releases/%2e%2e/%2e%2e/etc/passwd", "/api/v1/runner/releases/../README.md/x/y", "/api/v1/runner/releases/4.0.0/linux/386/attini-runner",
			"/api/v1/runner/get-runner/x86_64/Linux/" + strings.Repeat("1", 100_000), "/" + strings.Repeat("../", 10_000) + "etc/passwd", "/" + strings.Repeat("a/", 100_000),
		} {
			for _, method := range []string{"GET", "HEAD"} {
				response, body := c.ask(t, method, path)
				assert.Equal(t, 404, response.StatusCode, path[:min(len(path), 100)])
				assert.Less(t, len(body), 2000)
			}
		}
	}
}

// TestMethods: nothing can be changed, and what is not there is not there for
// any method.
func TestMethods(t *testing.T) {
	t.Parallel()
	c := serving(t)
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"} {
		for _, path := range []string{
			documentPath, "/api/v1/runner/get-supported-platforms", "/api/v1/runner/get-runner-versions/x86_64/Linux",
			"/api/v1/runner/get-runner/x86_64/Linux/latest", "/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner",
		} {
			response, body := c.ask(t, method, path)
			assert.Equal(t, 405, response.StatusCode)
			assert.Equal(t, "GET, HEAD", response.Header.Get("Allow"))
			assert.Contains(t, body, methodUnknown)
		}
		response, _ := c.ask(t, method, "/api/v1/runner/nothing")
		assert.Equal(t, 404, response.StatusCode)
	}
}

// TestUnavailable: a store that cannot be asked is told as that, without its
// words, which are in the log.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	broken := errors.New("AccessDenied: arn:aws:iam::111122223333:role/secret")
	list := newClient(t, func(o Options) *Handler {
		return NewServer(storeFunc(func(context.Context) ([]File, error) { return nil, broken }), o)
	})
	link := newClient(t, func(o Options) *Handler { return NewRedirector(links{broken}, o) })
	read := newClient(t, func(o Options) *Handler { return NewServer(unreadable{broken: broken}, o) })
	stat := newClient(t, func(o Options) *Handler { return NewServer(unreadable{content: unreadableContent{broken}}, o) })
	const runner, file = "/api/v1/runner/get-runner/x86_64/Linux/latest", "/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner"
	for _, test := range []struct {
		client
		path, log string
	}{
		{list, "/api/v1/runner/get-supported-platforms", "list the releases"},
		{list, "/api/v1/runner/get-runner-versions/x86_64/Linux", "list the releases"},
		{list, runner, "list the releases"},
		{list, file, "list the releases"},
		{link, runner, "link to 2.1.7/linux/amd64/attini-runner"},
		{link, file, "link to 1.0.0/linux/amd64/attini-runner"},
		{read, file, "open 1.0.0/linux/amd64/attini-runner"},
		{stat, file, "look at 1.0.0/linux/amd64/attini-runner"},
	} {
		test.client.log.Reset()
		response, body := test.ask(t, "GET", test.path)
		assert.Equal(t, 503, response.StatusCode)
		assert.Equal(t, "5", response.Header.Get("Retry-After"))
		assert.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
		assert.NotContains(t, body, "111122223333")
		assert.Contains(t, body, unavailable)
		assert.Contains(t, test.client.log.String(), test.log+": "+broken.Error())
	}
	response, _ := list.ask(t, "GET", documentPath)
	assert.Equal(t, 200, response.StatusCode)
	response, _ = list.ask(t, "GET", "/nothing")
	assert.Equal(t, 404, response.StatusCode)
	response, _ = list.ask(t, "POST", runner)
	assert.Equal(t, 405, response.StatusCode)
}

// unreadable is the sample in a store that fails later.
type unreadable struct {
	broken  error
	content Content
}

func (u unreadable) Open(string) (Content, error) { return u.content, u.broken }

type unreadableContent struct{ broken error }
