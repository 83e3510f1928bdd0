package fakeaws

import (
	"io"
	golog "log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// Proxy stands before a server and, where told, answers in its place.
type Proxy struct {
	*Caller
	endpoint string
}

// NewProxy starts a proxy before an endpoint. It ends with the test.
func NewProxy(t testing.TB, endpoint string) *Proxy {
	t.Helper()
	// Without connections kept, none is left when the test has ended.
	forward, err := forwardTo(endpoint, &http.Transport{DisableKeepAlives: true})
	require.NoError(t, err)
	p := &Proxy{Caller: newCaller()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made, err := callOf(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		p.serve(made, forward, w, r)
	}))
	t.Cleanup(server.Close)
	p.endpoint = server.URL
	return p
}

// Endpoint is the proxy's address.
func (p *Proxy) Endpoint() string { return p.endpoint }

// forwardTo passes requests on. The host in a request is part of what moto and
// MiniStack look at, and stays.
func forwardTo(endpoint string, transport http.RoundTripper) (http.Handler, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	return &httputil.ReverseProxy{
		Transport: transport,
		ErrorLog:  golog.New(io.Discard, "", 0), // that a client has gone is no news
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			// AWS has no gateway that answers for it: a server that is gone, or a
			// client, is a broken connection.
			panic(http.ErrAbortHandler)
		},
	}, nil
}
