package standin

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Proxy stands before a server and, where told, answers in its place.
type Proxy struct {
	endpoint string
	mutex    sync.Mutex
	answers  map[string]Answer
	calls    map[string]int
}

// Answer answers the call of an operation, the nth from 1, or reports that it
// leaves that to the server.
type Answer func(n int, w http.ResponseWriter, r *http.Request) bool

// NewProxy starts a proxy before an endpoint. It ends with the test.
func NewProxy(t testing.TB, endpoint string) *Proxy {
	t.Helper()
	target, err := url.Parse(endpoint)
	require.NoError(t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	forward := &httputil.ReverseProxy{
		Transport: transport,
		// The host in a request is part of what moto looks at, and stays.
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
	}
	p := &Proxy{answers: map[string]Answer{}, calls: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation, err := operationOf(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer, n := p.count(operation)
		if answer == nil || !answer(n, w, r) {
			forward.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	p.endpoint = server.URL
	return p
}

// Endpoint is the proxy's address.
func (p *Proxy) Endpoint() string { return p.endpoint }

// On has an operation, such as DescribeSubnets, answered.
func (p *Proxy) On(operation string, answer Answer) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.answers[operation] = answer
}

// Calls is how often an operation was called, whoever answered.
func (p *Proxy) Calls(operation string) int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.calls[operation]
}

func (p *Proxy) count(operation string) (Answer, int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.calls[operation]++
	return p.answers[operation], p.calls[operation]
}

// operationOf is the operation that a request calls: the last part of the
// X-Amz-Target of JSON, or Action of the form of a query. It reads the body
// whole, without which nobody notices that the client has gone.
func operationOf(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:], nil
	}
	form, err := url.ParseQuery(string(body))
	return form.Get("Action"), err
}
