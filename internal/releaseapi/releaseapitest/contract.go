package releaseapitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Contract is the API's OpenAPI document. It is safe for concurrent use.
type Contract struct {
	document *openapi3.T
	// valid has the answers that were found to be so, as remembered has them.
	valid *sync.Map
}

// NewContract reads the document that the API serves.
func NewContract(t testing.TB, text []byte) Contract {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context()))
	return Contract{document: document, valid: &sync.Map{}}
}

// Paths are the documented ones, with {parameters}.
func (c Contract) Paths() []string { return slices.Sorted(maps.Keys(c.document.Paths.Map())) }

// Check checks an answer to a request for a path as it was sent. A path that is
// not documented is unknown; any method but GET and HEAD is refused.
func (c Contract) Check(t testing.TB, method, path string, response *http.Response, body []byte) {
	t.Helper()
	what := method + " " + path
	if len(what) > 300 {
		what = what[:150] + "…" + what[len(what)-150:]
	}
	operation, template := c.operation(path)
	switch {
	case operation == nil:
		operation = &openapi3.Operation{Responses: c.responses(http.StatusNotFound, "NotFound")}
	case method != http.MethodGet && method != http.MethodHead:
		operation = &openapi3.Operation{Responses: c.responses(http.StatusMethodNotAllowed, "MethodNotAllowed")}
	}
	if method == http.MethodHead || response.StatusCode == http.StatusNotModified {
		assert.Empty(t, body, what)
	}
	assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"), what)
	c.checkHeaders(t, operation, response, what)
	key := remembered(template, method, response, body)
	if _, known := c.valid.Load(key); known {
		return // it takes milliseconds, and random requests are many
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			// HEAD is documented as GET without a body.
			Request: &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Header: http.Header{}},
			Route:   &routers.Route{Spec: c.document, Path: template, Method: http.MethodGet, Operation: operation},
		},
		Status: response.StatusCode, Header: response.Header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: method == http.MethodHead},
	}
	if assert.NoError(t, openapi3filter.ValidateResponse(t.Context(), input), what) {
		c.valid.Store(key, true)
	}
}

// remembered is an answer without what may be any text: a problem's detail.
func remembered(template, method string, response *http.Response, body []byte) string {
	var problem map[string]any
	if json.Unmarshal(body, &problem) == nil {
		if _, text := problem["detail"].(string); text {
			problem["detail"] = ""
			body, _ = json.Marshal(problem) // it was read from JSON
		}
	}
	header := response.Header.Clone()
	header.Del("Content-Length")
	return fmt.Sprintf("%s %t %d %v %s", template, method == http.MethodHead, response.StatusCode, header, body)
}

// checkHeaders has all required headers be there, for the validator passes over
// some statuses.
func (c Contract) checkHeaders(t testing.TB, operation *openapi3.Operation, response *http.Response, what string) {
	t.Helper()
	documented := operation.Responses.Status(response.StatusCode)
	if !assert.NotNil(t, documented, "%s: status %d is not documented", what, response.StatusCode) {
		return
	}
	for name, header := range documented.Value.Headers {
		if header.Value.Required {
			assert.NotEmpty(t, response.Header.Get(name), "%s: %d has no %s", what, response.StatusCode, name)
		}
	}
}

func (c Contract) responses(status int, name string) *openapi3.Responses {
	return openapi3.NewResponses(openapi3.WithStatus(status, c.document.Components.Responses[name]))
}

// operation finds what is documented of a path: a parameter is a part of it
// between slashes that is not empty nor a slash, whatever is encoded there.
func (c Contract) operation(path string) (*openapi3.Operation, string) {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for _, template := range c.Paths() {
		if matches(strings.Split(template, "/"), parts) {
			return c.document.Paths.Find(template).Get, template
		}
	}
	return nil, ""
}

func matches(template, parts []string) bool {
	return slices.EqualFunc(template, parts, func(want, part string) bool {
		plain, err := url.PathUnescape(part)
		if strings.HasPrefix(want, "{") {
			return part != "" && part != "." && part != ".." && plain != "/"
		}
		return err == nil && plain == want
	})
}
