package releaseapi

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
)

// TestRandomRequests makes requests of the documented paths, of what people and
// attackers put into them, and of noise. The seed is fixed: a failure comes
// again.
func TestRandomRequests(t *testing.T) {
	t.Parallel()
	const requests = 10_000
	for name, c := range map[string]client{"serving": serving(t), "redirecting": redirecting(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := generator{rand.New(rand.NewPCG(6, 1)), c.contract.Paths()}
			statuses := map[int]int{}
			for range requests {
				statuses[c.try(t, g.method(), g.target(), g.headers()...)]++
				if t.Failed() {
					return
				}
			}
			t.Log(statuses)
			for _, status := range []int{302, 304, 404, 405, 200} {
				assert.Greater(t, statuses[status], 50, "the requests reach all that there is")
			}
			assert.Less(t, statuses[http.StatusBadRequest], requests/4)
		})
	}
}

// FuzzRequest tries what the fuzzer makes of such requests.
func FuzzRequest(f *testing.F) {
	c, elsewhere := serving(f), redirecting(f)
	g := generator{rand.New(rand.NewPCG(6, 2)), c.contract.Paths()}
	for range 100 {
		f.Add(g.method(), g.target(), strings.Join(g.headers(), "\n"))
	}
	f.Fuzz(func(t *testing.T, method, target, headers string) {
		if strings.ContainsAny(method+target, " \r\n") || strings.Contains(headers, "\r") || strings.Contains(headers, "\n\n") {
			return // another request would begin there
		}
		lines := strings.FieldsFunc(headers, func(r rune) bool { return r == '\n' })
		c.try(t, method, target, lines...)
		elsewhere.try(t, method, target, lines...)
	})
}

// try sends a request and returns the status of its answer, which is documented,
// no server's error, and nothing from outside the catalogue. It is 400 of what
// Go's server refuses by itself.
func (c client) try(t testing.TB, method, target string, headers ...string) int {
	t.Helper()
	response, body, err := c.send(t, method, target, headers...)
	if err != nil {
		return http.StatusBadRequest
	}
	assert.Less(t, response.StatusCode, 500, target)
	assert.NotContains(t, body, releaseapitest.Secret, target)
	if location := response.Header.Get("Location"); location != "" {
		place, err := url.Parse(location)
		require.NoError(t, err)
		path := strings.TrimPrefix(strings.TrimPrefix(place.Path, filesPath), "/")
		assert.NotContains(t, []string{"", releaseapitest.Secret}, releaseapitest.Sample()[path], target)
	}
	return response.StatusCode
}

// generator makes requests.
type generator struct {
	*rand.Rand
	paths []string
}

func pick[T any](g generator, all ...T) T { return all[g.IntN(len(all))] }

func (g generator) method() string {
	if g.IntN(4) > 0 {
		return "GET"
	}
	return pick(g, "HEAD", "HEAD", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "CONNECT", "get", "X", "M-SEARCH")
}

// target is a documented path with its parameters filled in, now and then with
// something done to it.
func (g generator) target() string {
	parts := strings.Split(strings.TrimPrefix(pick(g, g.paths...), "/"), "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = g.parameter(part)
		}
		if g.IntN(40) == 0 {
			parts[i] = g.noise()
		}
	}
	target := "/" + strings.Join(parts, "/")
	switch g.IntN(30) {
	case 0:
		at := g.IntN(len(target))
		target = target[:at] + g.noise() + target[at:]
	case 1:
		target = target[:g.IntN(len(target))]
	case 2:
		target += "?" + g.noise()
	case 3:
		target = "http://" + g.noise() + target
	case 4:
		target += "/" + g.noise()
	case 5:
		target = strings.Replace(target, "/", "%2f", g.IntN(3))
	}
	return target
}

func (g generator) parameter(name string) string {
	if g.IntN(8) == 0 {
		return g.noise()
	}
	switch name {
	case "{cpu_architecture}":
		return pick(g, "x86_64", "aarch64", "amd64", "arm64", "X64", "Arm64", "x86-64", "%61md64", "i686")
	case "{operating_system}":
		return pick(g, "Linux", "linux", "LINUX", "lin%75x", "Darwin")
	case "{version}":
		version := pick(g, "latest", "1.x", "~2.1", "2", "1.0.0", "2.1.7", "v1.4.2", "2.2.0-rc.1", "%3E=2.2.0-0", "^1", "9.9.9", "3.0.0", "*", "1.0%20-%202", "%3c1||%3e2")
		return version + pick(g, "", "", "", ".sha256", ".minisig", ".sig", "%2esha256")
	case "{os}":
		return pick(g, "linux", "linux", "linux", "Linux", "..")
	case "{arch}":
		return pick(g, "amd64", "arm64", "amd64", "x86_64", "386")
	}
	return pick(g, "attini-runner", "attini-runner", "attini-runner.sha256", "attini-runner.minisig", "notes.txt", ".attini-runner")
}

// noise is some of what should do no harm.
func (g generator) noise() string {
	switch g.IntN(4) {
	case 0:
		return pick(
			g, "", ".", "..", "...", "%2e%2e", "..%2f..%2f", "%2f", "%5c..%5c", "..;", "%00", "a%00b", "%0d%0aX:1", "%ff%fe", "%c0%ae%c0%ae", "%252e%252e%252f",
			"/", "//", "\\", "~", "*", "{version}", "$(id)", "`id`", "'", "\"", "<script>", "%", "%zz", "#", "?", "README.md", ".minisign", "..%2fREADME.md",
			"1.0.0%2flinux%2famd64%2fattini-runner", "\u202e", "é", "%F0%9F%92%A9",
		)
	case 1:
		return strings.Repeat(pick(g, "../", "%2e%2e%2f", "1.", "9", "a", "%00", ">=1,", "||"), g.IntN(2000))
	case 2:
		text := make([]byte, g.IntN(30))
		for i := range text {
			text[i] = byte(g.IntN(256))
		}
		return url.PathEscape(string(text))
	}
	text := make([]byte, g.IntN(30))
	for i := range text {
		text[i] = byte('!' + g.IntN('~'-'!'+1))
	}
	return string(text)
}

func (g generator) headers() []string {
	if g.IntN(3) > 0 {
		return nil
	}
	return []string{
		pick(g, "If-None-Match", "If-None-Match", "If-None-Match", "If-Match", "If-Range", "If-Modified-Since", "If-Unmodified-Since", "X-Forwarded-Host", "Accept") + ": " +
			pick(g, "*", `"a"`, `W/"a"`, ",", `"`, "Mon, 23 Nov 2026 18:00:00 GMT", "%00", g.tag()),
		"Range: " + pick(g, "bytes=0-", "bytes=5-1", "bytes=-1", "bytes=1000000-", "bytes=0-0,2-2", "bytes=", "lines=1-2", "bytes=a-b", "bytes=99999999999999999999-"),
	}
}

func (generator) tag() string { return tag(document) }
