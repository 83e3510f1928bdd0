// Package fakeaws plays AWS in tests. Start starts moto, a server with the
// interfaces of AWS's services and real data where that matters here (the public
// parameters of the recommended AMIs, those AMIs and the instance types). Open
// starts a Cloud, in which whole deployments run: MiniStack plays the queues,
// tables, buckets and all else, moto's interpreter the state machines, Go
// functions of the test the Lambda functions, behind one router, which knows who
// calls what. None checks signatures; permissions are checked by a Cloud's Judge. A
// Proxy, or a Caller of the Cloud, fails as AWS does where a test says so.
package fakeaws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Region is where the Environment's clients ask where nothing else is said, and
// Account whose all is that they make. A Cloud has all regions, each with resources of
// its own, in one account.
const (
	Region  = "eu-west-1"
	Account = "111122223333"
)

// Partition is AWS's of a region, as ARNs begin with it.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// Suffix is the domain of a region's services.
func Suffix(region string) string {
	if Partition(region) == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// signature is the header of a request in a region that nobody counts.
func signature(region, service string) string {
	return "AWS4-HMAC-SHA256 Credential=AKIASTANDIN/20260101/" + region + "/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
}

// startTime is how long the server may take to listen: one second on an idle
// machine.
const startTime = 2 * time.Minute

// Server is a moto server of its own.
type Server struct {
	endpoint string
}

// Start starts a server, which ends with the test. It takes a second: share it
// between subtests, and Reset it where they change something.
func Start(t testing.TB) *Server {
	t.Helper()
	path, err := installed("venv/bin/moto_server")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeoutCause(t.Context(), startTime, fmt.Errorf("moto did not listen within %s", startTime))
	defer cancel()
	p, err := start(program{name: "moto", path: path, arguments: []string{"-H", "127.0.0.1", "-p", "0"}, home: t.TempDir()})
	require.NoError(t, err)
	endpoint, err := p.listening(ctx)
	require.NoError(t, err)
	t.Cleanup(func() {
		p.end()
		if t.Failed() {
			t.Logf("moto's log:\n%s", p.output())
		}
	})
	return &Server{endpoint: endpoint}
}

// Endpoint is the server's address, for all services.
func (s *Server) Endpoint() string { return s.endpoint }

// Reset makes the server forget all that it was told.
func (s *Server) Reset(t testing.TB) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.endpoint+"/moto-api/reset", nil)
	require.NoError(t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
}

// Environment is a program's environment in which it asks an endpoint in place
// of AWS, with credentials that mean nothing: base without what is AWS's in it.
func Environment(base []string, endpoint string) []string {
	return environmentAs(base, endpoint, "AKIASTANDIN", Region)
}

// environmentAs is the Environment of who has an access key.
func environmentAs(base []string, endpoint, accessKey, region string) []string {
	environment := slices.DeleteFunc(slices.Clone(base), func(variable string) bool {
		return strings.HasPrefix(variable, "AWS_")
	})
	return append(environment,
		"AWS_ENDPOINT_URL="+endpoint,
		"AWS_REGION="+region,
		"AWS_DEFAULT_REGION="+region,
		"AWS_ACCESS_KEY_ID="+accessKey,
		"AWS_SECRET_ACCESS_KEY=standin",
		"AWS_CONFIG_FILE="+os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	)
}

// Python is the interpreter with the tests' packages.
func Python() (string, error) { return installed("venv/bin/python") }

// installed finds what make tools has installed, by its path in .tools.
func installed(path string) (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "tools", "requirements.txt")); err == nil {
			break
		}
		above := filepath.Dir(directory)
		if above == directory {
			return "", errors.New("find the project's folder above the test's")
		}
		directory = above
	}
	found := filepath.Join(directory, ".tools", path)
	if _, err := os.Stat(found); err != nil {
		return "", fmt.Errorf("find %s: run make tools first: %w", filepath.Base(path), err)
	}
	return found, nil
}
