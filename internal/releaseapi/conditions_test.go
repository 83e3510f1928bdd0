package releaseapi

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
)

// TestConditions: an ETag is there for what has content, and is honoured.
func TestConditions(t *testing.T) {
	t.Parallel()
	c := serving(t)
	tags := map[string]string{}
	for _, path := range []string{
		documentPath, "/api/v1/runner/get-supported-platforms", "/api/v1/runner/get-runner-versions/x86_64/Linux",
		"/api/v1/runner/get-runner-versions/aarch64/Linux",
		"/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner", "/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner.sha256",
	} {
		response, body := c.ask(t, "GET", path)
		tag := response.Header.Get("ETag")
		assert.Empty(t, tags[tag], "two resources have one tag")
		tags[tag] = path
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			response, _ = c.ask(t, "GET", path, "If-None-Match: "+header)
			assert.Equal(t, 304, response.StatusCode, header)
			assert.Equal(t, tag, response.Header.Get("ETag"))
			response, _ = c.ask(t, "HEAD", path, "If-None-Match: "+header)
			assert.Equal(t, 304, response.StatusCode, header)
		}
		response, again := c.ask(t, "GET", path, `If-None-Match: "other"`)
		assert.Equal(t, 200, response.StatusCode)
		assert.Equal(t, body, again)
		response, _ = c.ask(t, "GET", path, `If-Match: "other"`)
		assert.Equal(t, 412, response.StatusCode)
		head, none := c.ask(t, "HEAD", path)
		assert.Empty(t, none)
		assert.Equal(t, 200, head.StatusCode)
		response, _ = c.ask(t, "GET", path)
		assert.Equal(t, response.Header, head.Header)
		assert.Equal(t, int64(len(body)), head.ContentLength)
	}
	response, _ := c.ask(t, "GET", "/api/v1/runner/get-runner/x86_64/Linux/latest", "If-None-Match: *")
	assert.Equal(t, 302, response.StatusCode, "conditions do not apply to redirects")
}

// TestRange: who lost the connection goes on; only files have parts.
func TestRange(t *testing.T) {
	t.Parallel()
	c := serving(t)
	const path = "/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner"
	whole := releaseapitest.Binary("1.0.0", "amd64")
	response, body := c.ask(t, "GET", path, "Range: bytes=10-")
	assert.Equal(t, 206, response.StatusCode)
	assert.Equal(t, whole[10:], body)
	tag := response.Header.Get("ETag")
	response, _ = c.ask(t, "GET", path, "Range: bytes=10-", "If-Range: "+tag)
	assert.Equal(t, 206, response.StatusCode)
	response, body = c.ask(t, "GET", path, "Range: bytes=10-", `If-Range: "other"`)
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, whole, body)
	response, _ = c.ask(t, "GET", path, "Range: bytes=0-1,3-4")
	assert.Equal(t, 206, response.StatusCode)
	response, _ = c.ask(t, "GET", path, "Range: bytes=1000000-")
	assert.Equal(t, 416, response.StatusCode)
	response, _ = c.ask(t, "GET", "/api/v1/runner/get-supported-platforms", "Range: bytes=10-")
	assert.Equal(t, 200, response.StatusCode)
}

// TestReplaced: a file that was replaced against the rule has another tag.
func TestReplaced(t *testing.T) {
	t.Parallel()
	directory := releaseapitest.Directory(t)
	d := open(t, directory)
	c := newClient(t, func(o Options) *Handler { return NewServer(d, o) })
	const path = "1.0.0/linux/amd64/attini-runner"
	before, _ := c.ask(t, "GET", filesPath+"/"+path)
	file := filepath.Join(directory, path)
	require.NoError(t, os.WriteFile(file, []byte("another"), 0o600))
	after, body := c.ask(t, "GET", filesPath+"/"+path, "If-None-Match: "+before.Header.Get("ETag"))
	assert.Equal(t, 200, after.StatusCode)
	assert.Equal(t, "another", body)
	require.NoError(t, os.Remove(file))
	gone, _ := c.ask(t, "GET", filesPath+"/"+path)
	assert.Equal(t, 404, gone.StatusCode, "though the catalogue still has it")
}
