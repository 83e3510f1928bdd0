package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestResponseAddresses: responses go to CloudFormation's buckets alone.
func TestResponseAddresses(t *testing.T) {
	t.Parallel()
	const path = "/arn%3Aaws%3Acloudformation%3Aeu-west-1%3A111122223333%3Astack/dev-shop/1%7CBuild%7C2?X-Amz-Signature=secret"
	const bucket = "https://cloudformation-custom-resource-response-euwest1"
	for address, allowed := range map[string]bool{
		bucket + ".s3.amazonaws.com" + path:                                                                  true,
		bucket + ".s3.eu-west-1.amazonaws.com" + path:                                                        true,
		bucket + ".s3-eu-west-1.amazonaws.com" + path:                                                        true,
		bucket + ".s3.dualstack.eu-west-1.amazonaws.com" + path:                                              true,
		bucket + ".s3.amazonaws.com:443" + path:                                                              true,
		"https://cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn" + path:     true,
		"https://cloudformation-custom-resource-response-usgovwest1.s3.us-gov-west-1.amazonaws.com" + path:   true,
		"http://cloudformation-custom-resource-response-euwest1.s3.amazonaws.com" + path:                     false,
		bucket + ".s3.amazonaws.com:8443" + path:                                                             false,
		bucket + ".s3.amazonaws.com.evil.example" + path:                                                     false,
		bucket + ".s3.amazonaws.com@evil.example" + path:                                                     false,
		"https://user@cloudformation-custom-resource-response-euwest1.s3.amazonaws.com" + path:               false,
		"https://evil.example/" + bucket:                                                                     false,
		"https://evil.s3.amazonaws.com" + path:                                                               false,
		"https://x-cloudformation-custom-resource-response-euwest1.s3.amazonaws.com" + path:                  false,
		"https://cloudformation-custom-resource-response-euwest1.execute-api.eu-west-1.amazonaws.com" + path: false,
		"https://169.254.169.254/latest/meta-data":                                                           false,
		"https://[::1]/admin": false,
		"http://127.0.0.1:9001/2018-06-01/runtime/invocation/next":                                 false,
		"https://cloudformation-custom-resource-response-euwest1.s3.amazonaws.com\n.evil.example/": false,
		"https://cloudformation-custom-resource-response-еuwest1.s3.amazonaws.com" + path:          false,
		"file:///etc/passwd": false, "//" + bucket: false, "%": false,
	} {
		err := newSender("").checkAddress(address)
		if allowed {
			assert.NoError(t, err, address)
		} else if assert.Error(t, err, address) {
			assert.NotContains(t, err.Error(), "secret")
		}
	}
}

// TestForeignAddressDoesNothing: a request for another address is refused before
// anything is done, and a redirect leads nowhere.
func TestForeignAddressDoesNothing(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer inner.Close()
	service := &played{}
	h := newHandler(service, &bytes.Buffer{})
	h.sender = newSender("")
	_, err := h.Invoke(t.Context(), event(t, "Create", runnerType, inner.URL, ""))
	require.ErrorContains(t, err, "is not one of CloudFormation's buckets")
	assert.Empty(t, service.calls)

	for _, code := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect, http.StatusFound} {
		outer := httptest.NewServer(http.RedirectHandler(inner.URL+"/admin", code))
		ctx, cancel := context.WithCancel(t.Context())
		s := newSender(outer.URL)
		require.Error(t, s.put(ctx, outer.URL, []byte("{}")))
		cancel()
		outer.Close()
	}
	assert.Zero(t, reached.Load())
}
