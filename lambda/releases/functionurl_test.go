package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/lambdahost"
)

// functionURL is a function URL: it makes events of requests, and responses of what
// the function answers.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
type functionURL struct {
	*httptest.Server
	function  *lambdahost.Function
	transport *http.Transport
}

func newFunctionURL(t *testing.T, function *lambdahost.Function) *functionURL {
	t.Helper()
	f := &functionURL{function: function, transport: &http.Transport{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.transport.CloseIdleConnections()
		f.Close()
	})
	return f
}

func (f *functionURL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := json.Marshal(eventOf(r))
	if err == nil {
		text, err = f.function.Invoke(r.Context(), text)
	}
	var answer response
	if err == nil {
		err = json.Unmarshal(text, &answer)
	}
	if err != nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, `{"Message":"Internal Server Error"}`)
		return
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.WriteString(w, answer.Body)
}

// eventOf has the fields that a function URL fills.
func eventOf(r *http.Request) map[string]any {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	headers := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return map[string]any{
		"version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers, "isBase64Encoded": false,
		"requestContext": map[string]any{
			"accountId": "anonymous", "apiId": "urlid", "authentication": nil, "domainName": "urlid.lambda-url.eu-west-1.on.aws", "domainPrefix": "urlid",
			"http": map[string]any{
				"method": r.Method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": r.UserAgent(),
			},
			"requestId": "7d1f6c9e", "routeKey": "$default", "stage": "$default", "time": "23/Nov/2026:18:00:00 +0000", "timeEpoch": 1795456800000,
		},
	}
}

// get asks the function and does not follow where it sends.
func (f *functionURL) get(t *testing.T, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.URL, nil)
	require.NoError(t, err)
	request.URL.Opaque = path // as it is written
	if strings.HasPrefix(path, "//") {
		request.URL.Opaque = f.URL + path
	}
	if len(header) == 2 {
		request.Header.Set(header[0], header[1])
	}
	response, err := f.transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	assert.NoError(t, err)
	return response, string(body)
}
