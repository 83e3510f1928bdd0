package aws

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPartitions: EC2 has a different endpoint in each partition, and the real
// client resolves it. Only the connection is redirected.
func TestPartitions(t *testing.T) {
	t.Parallel()
	var ec2 instances
	far := httptest.NewServer(&ec2)
	t.Cleanup(far.Close)
	for region, want := range map[string]string{
		"eu-west-1":      "ec2.eu-west-1.amazonaws.com",
		"cn-north-1":     "ec2.cn-north-1.amazonaws.com.cn",
		"us-gov-west-1":  "ec2.us-gov-west-1.amazonaws.com",
		"us-iso-east-1":  "ec2.us-iso-east-1.c2s.ic.gov",
		"us-isob-east-1": "ec2.us-isob-east-1.sc2s.sgov.gov",
		"eusc-de-east-1": "ec2.eusc-de-east-1.amazonaws.eu",
	} {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			road := redirectTransport{to: strings.TrimPrefix(far.URL, "http://")}
			t.Cleanup(road.transport.CloseIdleConnections)
			configuration := aws.Config{
				Region: region, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
				HTTPClient: &http.Client{Transport: &road},
			}
			runner := NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", quiet())
			require.NoError(t, NewHost(configuration, runner, hostID, quiet()).Terminate(t.Context()))
			assert.Equal(t, "https://"+want+"/", road.asked.String())
			assert.Contains(t, road.authorization, "/"+region+"/ec2/aws4_request")
		})
	}
}

// redirectTransport sends a request elsewhere, and keeps where it should have gone.
type redirectTransport struct {
	to            string
	asked         url.URL
	authorization string
	transport     http.Transport
}

func (d *redirectTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	d.asked, d.authorization = *r.URL, r.Header.Get("Authorization")
	elsewhere := r.Clone(r.Context())
	elsewhere.URL.Scheme, elsewhere.URL.Host = "http", d.to
	return d.transport.RoundTrip(elsewhere)
}
