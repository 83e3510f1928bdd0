package main

import (
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func eventFor(method, path string) events.APIGatewayV2HTTPRequest {
	return events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawPath: path, RawQueryString: "a=b&c=%2f",
		Headers: map[string]string{"if-none-match": `"a", "b"`, "host": "other.example"},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			DomainName: "abc.lambda-url.eu-west-1.on.aws", Stage: "$default", RequestID: "id",
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method, SourceIP: "192.0.2.1"},
		},
		Body: "ignored",
	}
}

func TestNewRequest(t *testing.T) {
	t.Parallel()
	request, err := newRequest(t.Context(), eventFor(http.MethodHead, "/api/v1/a%2fb"))
	require.NoError(t, err)
	assert.Equal(t, http.MethodHead, request.Method)
	assert.Equal(t, "https://abc.lambda-url.eu-west-1.on.aws/api/v1/a%2fb?a=b&c=%2f", request.URL.String())
	assert.Equal(t, "abc.lambda-url.eu-west-1.on.aws", request.Host)
	assert.Equal(t, `"a", "b"`, request.Header.Get("If-None-Match"))
	assert.Equal(t, "192.0.2.1", request.RemoteAddr)
	assert.Equal(t, http.NoBody, request.Body)
}

// TestPaths: every path is one, whether it comes as it was sent or decoded.
func TestPaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][2]string{
		"":                 {"/", "/"},
		"/":                {"/", "/"},
		"api":              {"/api", "/api"},
		"//api":            {"//api", "//api"},
		"/a%2fb":           {"/a/b", "/a%2fb"},
		"/a%00":            {"/a\x00", "/a%00"},
		"/a\x00":           {"/a\x00", "/a%00"},
		"/a b?c#d":         {"/a b?c#d", "/a%20b%3Fc%23d"},
		"/100%":            {"/100%", "/100%25"},
		"/%zz":             {"/%zz", "/%25zz"},
		"/\xff":            {"/\xff", "/%FF"},
		"http://a/b":       {"/http://a/b", "/http://a/b"},
		"/>=1.0.0 <2":      {"/>=1.0.0 <2", "/%3E=1.0.0%20%3C2"},
		"/..%2f../etc/%2e": {"/../../etc/.", "/..%2f../etc/%2e"},
	} {
		request, err := newRequest(t.Context(), eventFor(http.MethodGet, path))
		require.NoError(t, err, "%q", path)
		assert.Equal(t, want, [2]string{request.URL.Path, request.URL.EscapedPath()}, "%q", path)
	}
}

func TestWithoutStage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ path, stage, want string }{
		{"/api/v1", "$default", "/api/v1"},
		{"/api/v1", "", "/api/v1"},
		{"/prod/api/v1", "prod", "/api/v1"},
		{"/prod", "prod", "/"},
		{"/production/api", "prod", "/production/api"},
		{"/api/prod", "prod", "/api/prod"},
	} {
		assert.Equal(t, test.want, withoutStage(test.path, test.stage), test)
	}
}

func TestOtherPayload(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", "1.0", "3.0"} {
		event := eventFor(http.MethodGet, "/")
		event.Version = version
		_, err := newRequest(t.Context(), event)
		assert.ErrorContains(t, err, "configure the API for 2.0")
	}
}
