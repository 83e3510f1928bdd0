package releaseapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
)

// client asks a handler, and has every answer be as documented.
type client struct {
	handler  http.Handler
	contract releaseapitest.Contract
	log      *bytes.Buffer
}

// links is a store with the sample elsewhere.
type links struct{ broken error }

func (l links) List(context.Context) ([]File, error) { return sample(), nil }

func (l links) Link(_ context.Context, method, path string) (string, error) {
	return "https://store.example/" + path + "?method=" + method + "&signature=<>", l.broken
}

func newClient(t testing.TB, make func(Options) *Handler) client {
	t.Helper()
	log := &bytes.Buffer{}
	c := client{log: log, handler: make(Options{Freshness: time.Minute, Logger: slog.New(slog.NewTextHandler(log, nil))})}
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, documentPath, nil))
	c.contract = releaseapitest.NewContract(t, recorder.Body.Bytes())
	return c
}

// serving is the client of a handler that serves the sample's files.
func serving(t testing.TB) client {
	t.Helper()
	d := open(t, releaseapitest.Directory(t))
	return newClient(t, func(o Options) *Handler { return NewServer(d, o) })
}

func redirecting(t testing.TB) client {
	t.Helper()
	return newClient(t, func(o Options) *Handler { return NewRedirector(links{}, o) })
}

// ask sends a request as it comes over the wire: the target as it is written,
// and headers, one a line.
func (c client) ask(t testing.TB, method, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	response, body, err := c.send(t, method, target, headers...)
	require.NoError(t, err)
	return response, body
}

// send is ask, where the target may be none for Go's server, which then answers
// with 400 in place of the handler.
func (c client) send(t testing.TB, method, target string, headers ...string) (*http.Response, string, error) {
	t.Helper()
	text := method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n"
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return nil, "", err
	}
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, request.WithContext(t.Context()))
	response := recorder.Result()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	c.contract.Check(t, method, request.URL.EscapedPath(), response, body)
	return response, string(body), nil
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	response, body := serving(t).ask(t, "GET", "/api/v1/runner/get-supported-platforms")
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
	assert.Equal(t, "public, max-age=60", response.Header.Get("Cache-Control"))
	assert.Equal(t, `{
  "platforms": [
    {
      "operatingSystem": "Linux",
      "cpuArchitecture": "x86_64"
    },
    {
      "operatingSystem": "Linux",
      "cpuArchitecture": "aarch64"
    }
  ]
}
`, body)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	c := serving(t)
	_, want := c.ask(t, "GET", "/api/v1/runner/get-runner-versions/aarch64/Linux")
	for _, names := range []string{"arm64/linux", "ARM64/LINUX", "aarch64/%4cinux"} {
		_, body := c.ask(t, "GET", "/api/v1/runner/get-runner-versions/"+names)
		assert.Equal(t, want, body)
	}
	var said versionsAnswer
	require.NoError(t, json.Unmarshal([]byte(want), &said))
	assert.Equal(t, "2.1.7", *said.Latest)
	assert.Len(t, said.Versions, 6)
	assert.Equal(t, versionAnswer{Version: "2.1.7", SizeInBytes: int64(len(releaseapitest.Binary("2.1.7", "arm64"))), Signed: true}, said.Versions[0])
	assert.Equal(t, versionAnswer{Version: "1.0.0", SizeInBytes: said.Versions[0].SizeInBytes}, said.Versions[5])
	_, body := c.ask(t, "GET", "/api/v1/runner/get-runner-versions/x86_64/Linux")
	require.NoError(t, json.Unmarshal([]byte(body), &said))
	assert.Equal(t, "2.1.7", *said.Latest)
	assert.Equal(t, "2.2.0-rc.1", said.Versions[0].Version)
	assert.True(t, said.Versions[0].PreRelease)
}

// TestNoLatest: null, where there are pre-releases only.
func TestNoLatest(t *testing.T) {
	t.Parallel()
	pre := storeFunc(func(context.Context) ([]File, error) {
		return []File{{Path("1.0.0-a", platforms()[0], Binary), 7}, {Path("1.0.0-a", platforms()[0], Checksum), 7}}, nil
	})
	c := newClient(t, func(o Options) *Handler { return NewServer(pre, o) })
	_, body := c.ask(t, "GET", "/api/v1/runner/get-runner-versions/x86_64/Linux")
	assert.JSONEq(t, `{"operatingSystem": "Linux", "cpuArchitecture": "x86_64", "latest": null,
		"versions": [{"version": "1.0.0-a", "preRelease": true, "sizeInBytes": 7, "signed": false}]}`, body)
	response, _ := c.ask(t, "GET", "/api/v1/runner/get-runner/x86_64/Linux/latest")
	assert.Equal(t, 404, response.StatusCode)
	response, _ = c.ask(t, "GET", "/api/v1/runner/get-runner-versions/aarch64/Linux")
	assert.Equal(t, 404, response.StatusCode)
}

// TestEmpty: no releases are an answer.
func TestEmpty(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir())
	c := newClient(t, func(o Options) *Handler { return NewServer(d, o) })
	response, body := c.ask(t, "GET", "/api/v1/runner/get-supported-platforms")
	assert.Equal(t, 200, response.StatusCode)
	assert.JSONEq(t, `{"platforms": []}`, body)
	response, body = c.ask(t, "GET", "/api/v1/runner/get-runner/x86_64/Linux/latest")
	assert.Equal(t, 404, response.StatusCode)
	assert.Contains(t, body, `"platforms": []`)
	assert.Contains(t, body, "nothing is published")
}

// TestServing follows what the handler that has the files redirects to.
func TestServing(t *testing.T) {
	t.Parallel()
	c := serving(t)
	short := "public, max-age=60"
	for asked, want := range map[string]struct{ path, caching string }{
		"x86_64/Linux/latest":          {"2.1.7/linux/amd64/attini-runner", short},
		"x86_64/Linux/1.x":             {"1.10.0/linux/amd64/attini-runner", short},
		"x86_64/Linux/%7e2.1":          {"2.1.7/linux/amd64/attini-runner", short},
		"arm64/linux/2":                {"2.1.7/linux/arm64/attini-runner", short},
		"arm64/linux/latest.sha256":    {"2.1.7/linux/arm64/attini-runner.sha256", short},
		"arm64/linux/latest.minisig":   {"2.1.7/linux/arm64/attini-runner.minisig", short},
		"x64/LINUX/1.0.0":              {"1.0.0/linux/amd64/attini-runner", CacheControl},
		"x64/LINUX/v1.0.0":             {"1.0.0/linux/amd64/attini-runner", CacheControl},
		"x64/LINUX/1.0.0.sha256":       {"1.0.0/linux/amd64/attini-runner.sha256", CacheControl},
		"amd64/linux/2.2.0-rc.1":       {"2.2.0-rc.1/linux/amd64/attini-runner", CacheControl},
		"amd64/linux/%3e=2.2.0-0":      {"2.2.0-rc.1/linux/amd64/attini-runner", short},
		"amd64/linux/latest?version=1": {"2.1.7/linux/amd64/attini-runner", short},
	} {
		response, body := c.ask(t, "GET", "/api/v1/runner/get-runner/"+asked)
		require.Equal(t, 302, response.StatusCode, asked)
		location := "/api/v1/runner/releases/" + want.path
		assert.Equal(t, location, response.Header.Get("Location"))
		assert.Equal(t, want.caching, response.Header.Get("Cache-Control"), asked)
		assert.Empty(t, response.Header.Get("ETag"))
		var said redirectAnswer
		require.NoError(t, json.Unmarshal([]byte(body), &said))
		version, _, _ := strings.Cut(want.path, "/")
		assert.Equal(t, redirectAnswer{Version: version, Location: location}, said)

		response, body = c.ask(t, "GET", location)
		assert.Equal(t, 200, response.StatusCode)
		assert.Equal(t, releaseapitest.Sample()[want.path], body)
		assert.Equal(t, CacheControl, response.Header.Get("Cache-Control"))
		name := want.path[strings.LastIndex(want.path, "/")+1:]
		assert.Equal(t, `attachment; filename="`+name+`"`, response.Header.Get("Content-Disposition"))
		media := "text/plain; charset=utf-8"
		if name == Binary {
			media = "application/octet-stream"
		}
		assert.Equal(t, media, response.Header.Get("Content-Type"))
	}
}

// TestRedirecting: the handler that has no files sends clients away, for as long
// as the link may be kept.
func TestRedirecting(t *testing.T) {
	t.Parallel()
	c := redirecting(t)
	for asked, path := range map[string]string{
		"get-runner/x86_64/Linux/latest":               "2.1.7/linux/amd64/attini-runner",
		"get-runner/x86_64/Linux/1.0.0":                "1.0.0/linux/amd64/attini-runner",
		"get-runner/aarch64/Linux/1.x.sha256":          "1.10.0/linux/arm64/attini-runner.sha256",
		"releases/1.4.2/linux/arm64/attini-runner":     "1.4.2/linux/arm64/attini-runner",
		"releases/1.4.2/linux/%61rm64/attini%2Drunner": "1.4.2/linux/arm64/attini-runner",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			response, body := c.ask(t, method, "/api/v1/runner/"+asked)
			assert.Equal(t, 302, response.StatusCode)
			location := "https://store.example/" + path + "?method=" + method + "&signature=<>"
			assert.Equal(t, location, response.Header.Get("Location"))
			assert.Equal(t, "public, max-age=60", response.Header.Get("Cache-Control"))
			if method == "GET" {
				assert.Contains(t, body, location, "as it is, for people to copy")
			}
		}
	}
	long := newClient(t, func(o Options) *Handler { o.Freshness = time.Hour; return NewRedirector(links{}, o) })
	response, _ := long.ask(t, "GET", "/api/v1/runner/get-runner/x86_64/Linux/latest")
	assert.Equal(t, "public, max-age=60", response.Header.Get("Cache-Control"))
	none := newClient(t, func(o Options) *Handler { o.Freshness = 0; return NewRedirector(links{}, o) })
	response, _ = none.ask(t, "GET", "/api/v1/runner/get-runner/x86_64/Linux/latest")
	assert.Equal(t, "no-cache", response.Header.Get("Cache-Control"))
}

func (unreadable) List(context.Context) ([]File, error) { return sample(), nil }

func (unreadableContent) Read([]byte) (int, error)       { return 0, io.EOF }
func (unreadableContent) Seek(int64, int) (int64, error) { return 0, nil }
func (unreadableContent) Close() error                   { return nil }
func (c unreadableContent) Stat() (fs.FileInfo, error)   { return nil, c.broken }
