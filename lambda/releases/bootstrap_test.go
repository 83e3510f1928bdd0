package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/lambdahost"
)

const bucket = "releases"

// TestBootstrap runs the function as Lambda does, from the binary that is
// deployed, with the sample in a bucket, and asks it with curl.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	bootstrap := build(t)
	aws := fakeaws.NewProxy(t, fakeaws.Start(t).Endpoint())
	fill(t, aws.Endpoint(), "agents/")
	function, log := start(t, bootstrap, aws.Endpoint())
	front := newFunctionURL(t, function)
	t.Run("unavailable", func(t *testing.T) { testUnavailable(t, front, aws) })
	t.Run("examples", func(t *testing.T) { releaseapitest.Examples(t, front.URL) })
	t.Run("documented", func(t *testing.T) { testDocumented(t, front) })
	t.Run("once", func(t *testing.T) {
		assert.Equal(t, 2, aws.Calls("ListObjectsV2"), "one that failed, and then one for all that was asked in a minute")
	})
	function.Close()
	for line := range strings.Lines(log.String()) {
		assert.True(t, json.Valid([]byte(line)), "no JSON: %s", line)
		for _, secret := range []string{"X-Amz-Signature", fakeaws.ErrorMessage} {
			assert.NotContains(t, line, secret)
		}
	}
	assert.Contains(t, log.String(), `"path":"/api/v1/runner/get-supported-platforms"`)
}

// testUnavailable: what S3 refuses is told as that, and is over when it is.
func testUnavailable(t *testing.T, front *functionURL, aws *fakeaws.Proxy) {
	aws.On("ListObjectsV2", fakeaws.Times(1, fakeaws.Error(http.StatusForbidden, "AccessDenied")))
	response, body := front.get(t, http.MethodGet, "/api/v1/runner/get-supported-platforms")
	assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	assert.Equal(t, "5", response.Header.Get("Retry-After"))
	assert.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
	assert.NotContains(t, body, "AccessDenied")
	require.Eventually(t, func() bool {
		response, _ := front.get(t, http.MethodGet, "/api/v1/runner/get-supported-platforms")
		return response.StatusCode == http.StatusOK
	}, 30*time.Second, 100*time.Millisecond)
}

// testDocumented: all answers through Lambda are as documented, those to
// attackers too.
func testDocumented(t *testing.T, front *functionURL) {
	_, document := front.get(t, http.MethodGet, "/api/v1/openapi.json")
	contract := releaseapitest.NewContract(t, []byte(document))
	for path, status := range map[string]int{
		"/api/v1/openapi.json":                                               200,
		"/api/v1/runner/get-supported-platforms":                             200,
		"/api/v1/runner/get-runner-versions/X86_64/LINUX":                    200,
		"/api/v1/runner/get-runner/arm64/linux/1.x":                          302,
		"/api/v1/runner/get-runner/arm64/linux/latest.sha256?x=y":            302,
		"/api/v1/runner/get-runner/arm64/linux/1.0.0.minisig":                404,
		"/api/v1/runner/releases/1.0.0/linux/amd64/attini-runner":            302,
		"/api/v1/runner/get-runner/arm64/linux/9.9.9":                        404,
		"/api/v1/runner/get-runner/arm64/linux/..%2f..%2fREADME.md":          404,
		"/api/v1/runner/get-runner/arm64/linux/%00":                          404,
		"/api/v1/runner/releases/%2e%2e/%2e%2e/x/README.md":                  404,
		"/api/v1/runner/releases/2.1.7/linux/amd64/notes.txt":                404,
		"/api/v1/runner/../../README.md":                                     404,
		"//api/v1/openapi.json":                                              404,
		"/api/v1/runner/get-runner/arm64/linux/" + strings.Repeat("1", 8000): 404,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			response, body := front.get(t, method, path)
			want := status
			if method == http.MethodPost && response.StatusCode != http.StatusNotFound {
				want = http.StatusMethodNotAllowed
			}
			assert.Equal(t, want, response.StatusCode, "%s %s", method, path)
			contract.Check(t, method, path, response, []byte(body))
		}
	}
	response, _ := front.get(t, http.MethodGet, "/api/v1/openapi.json")
	response, _ = front.get(t, http.MethodGet, "/api/v1/openapi.json", "If-None-Match", response.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, response.StatusCode)
}

// TestNoBucket: a function that was told no bucket says so, and does not serve.
func TestNoBucket(t *testing.T) {
	t.Parallel()
	_, err := openStore(t.Context(), "", "agents")
	assert.EqualError(t, err, "find the releases: no bucket; set ATTINI_RELEASE_BUCKET, and ATTINI_RELEASE_PREFIX if they are in a folder of it")
}

// build builds for this machine what is deployed.
func build(t testing.TB) string {
	t.Helper()
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", bootstrap, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return bootstrap
}

func start(t testing.TB, bootstrap, endpoint string) (*lambdahost.Function, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	function := lambdahost.New(lambdahost.Config{
		Bootstrap: bootstrap, Name: "attini-runner-releases", Region: fakeaws.Region, Timeout: 30 * time.Second, Log: log,
		Environment: map[string]string{
			"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test",
			"ATTINI_RELEASE_BUCKET": bucket, "ATTINI_RELEASE_PREFIX": "agents",
		},
	})
	t.Cleanup(function.Close)
	return function, log
}

// fill puts the sample below a folder of the bucket.
func fill(t *testing.T, endpoint, folder string) {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := s3.New(s3.Options{
		Region: fakeaws.Region, BaseEndpoint: aws.String(endpoint), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: aws.String(bucket), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: fakeaws.Region},
	})
	require.NoError(t, err)
	sample := releaseapitest.Sample()
	for _, path := range slices.Sorted(maps.Keys(sample)) {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: aws.String(folder + path), Body: strings.NewReader(sample[path]),
		})
		require.NoError(t, err)
	}
}

// BenchmarkBootstrap measures what a request costs: cold, from the start of the
// process to its first answer, and warm.
func BenchmarkBootstrap(b *testing.B) {
	bootstrap := build(b)
	event := eventFor(http.MethodGet, "/api/v1/openapi.json")
	text, err := json.Marshal(event)
	require.NoError(b, err)
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			function, _ := start(b, bootstrap, "http://127.0.0.1:1")
			_, err := function.Invoke(b.Context(), text)
			require.NoError(b, err)
			b.StopTimer()
			function.Close()
			b.StartTimer()
		}
	})
	b.Run("warm", func(b *testing.B) {
		function, _ := start(b, bootstrap, "http://127.0.0.1:1")
		_, err := function.Invoke(b.Context(), text)
		require.NoError(b, err)
		for b.Loop() {
			_, err := function.Invoke(b.Context(), text)
			require.NoError(b, err)
		}
	})
}
