package fakeaws_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// behind is a server that says what it was asked, and a proxy before it.
func behind(t *testing.T) *fakeaws.Proxy {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append([]byte(r.Host+" "), body...))
	}))
	t.Cleanup(server.Close)
	return fakeaws.NewProxy(t, server.URL)
}

func TestProxyForwards(t *testing.T) {
	t.Parallel()
	proxy := behind(t)
	proxy.On("DescribeVpcs", fakeaws.Times(2, fakeaws.Error(http.StatusServiceUnavailable, "RequestLimitExceeded")))
	var statuses []int
	for range 3 {
		status, body := ask(t, proxy.Endpoint(), url.Values{"Action": {"DescribeVpcs"}})
		statuses = append(statuses, status)
		if status == http.StatusOK {
			host := strings.TrimPrefix(proxy.Endpoint(), "http://")
			assert.Equal(t, host+" Action=DescribeVpcs&Version=2016-11-15", body, "body and host are the client's")
		} else {
			assert.Contains(t, body, "<Errors><Error><Code>RequestLimitExceeded</Code><Message>")
		}
	}
	assert.Equal(t, []int{503, 503, 200}, statuses)
	status, _ := ask(t, proxy.Endpoint(), url.Values{"Action": {"DescribeSubnets"}})
	assert.Equal(t, http.StatusOK, status, "of other operations nothing was said")
	assert.Equal(t, 3, proxy.Calls("DescribeVpcs"))
	assert.Equal(t, 1, proxy.Calls("DescribeSubnets"))
	assert.Zero(t, proxy.Calls("DescribeImages"))
}

// post calls an operation in the protocol of Systems Manager.
func post(ctx context.Context, proxy *fakeaws.Proxy, operation string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, proxy.Endpoint(), strings.NewReader("{}"))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Amz-Target", "AmazonSSM."+operation)
	transport := &http.Transport{DisableKeepAlives: true}
	return transport.RoundTrip(request)
}

func TestProxyFails(t *testing.T) {
	t.Parallel()
	proxy := behind(t)
	proxy.On("GetParameters", fakeaws.Error(http.StatusBadRequest, "AccessDeniedException"))
	proxy.On("GetParameter", fakeaws.Reset)
	held := make(chan struct{})
	proxy.On("PutParameter", fakeaws.BlockUntilGone(held))

	response, err := post(t.Context(), proxy, "GetParameters")
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	assert.JSONEq(t, `{"__type":"AccessDeniedException","message":"`+fakeaws.ErrorMessage+`"}`, string(body))

	response, err = post(t.Context(), proxy, "GetParameter")
	if err == nil {
		_ = response.Body.Close()
	}
	require.ErrorIs(t, err, io.EOF, "the connection ended without an answer")

	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	go func() {
		<-held
		cancel(gone)
	}()
	response, err = post(ctx, proxy, "PutParameter")
	if err == nil {
		_ = response.Body.Close()
	}
	require.ErrorIs(t, err, gone)
	assert.Equal(t, 1, proxy.Calls("PutParameter"))
}
