package fakeaws_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask posts an EC2 query, as the SDK does.
func ask(t *testing.T, endpoint string, form url.Values) (int, string) {
	t.Helper()
	form.Set("Version", "2016-11-15")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20260101/"+fakeaws.Region+"/ec2/aws4_request, SignedHeaders=host, Signature=0")
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

func TestReset(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	vpcs := func() string {
		status, body := ask(t, server.Endpoint(), url.Values{"Action": {"DescribeVpcs"}})
		require.Equal(t, http.StatusOK, status, body)
		return body
	}
	assert.NotContains(t, vpcs(), "10.9.0.0/16")
	status, body := ask(t, server.Endpoint(), url.Values{"Action": {"CreateVpc"}, "CidrBlock": {"10.9.0.0/16"}})
	require.Equal(t, http.StatusOK, status, body)
	assert.Contains(t, vpcs(), "10.9.0.0/16")
	server.Reset(t)
	assert.NotContains(t, vpcs(), "10.9.0.0/16")
	assert.Contains(t, vpcs(), "<isDefault>true</isDefault>")
}

// Two servers are two: each has its own port and memory.
func TestOwnServers(t *testing.T) {
	t.Parallel()
	assert.NotEqual(t, fakeaws.Start(t).Endpoint(), fakeaws.Start(t).Endpoint())
}

// A program asks the endpoint, whatever its user set.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	base := []string{"PATH=/bin", "AWS_PROFILE=mine", "AWS_CA_BUNDLE=/mine.pem", "AWS_REGION=mine"}
	environment := fakeaws.Environment(base, "http://127.0.0.1:1")
	assert.Subset(t, environment, []string{"PATH=/bin", "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_REGION=" + fakeaws.Region})
	for _, variable := range environment {
		assert.NotContains(t, variable, "mine")
	}
	assert.Contains(t, base, "AWS_PROFILE=mine", "the base is as it was")
}
