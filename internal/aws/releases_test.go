package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi"
	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// fill makes a bucket with objects.
func fill(t *testing.T, config aws.Config, bucket string, objects map[string]string) {
	t.Helper()
	client := s3.NewFromConfig(config)
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &bucket, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: fakeaws.Region},
	})
	require.NoError(t, err)
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(objects[key])})
		require.NoError(t, err)
	}
}

// TestReleases keeps the sample of releases in a bucket.
func TestReleases(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	for name, test := range map[string]func(*testing.T, aws.Config){
		"list": testListReleases, "prefix": testReleasesPrefix, "pages": testReleasesPages, "link": testReleaseLinks, "nothing": testNoReleases,
	} {
		t.Run(name, func(t *testing.T) { test(t, sdkConfig(t, server.Endpoint())) })
	}
}

func testListReleases(t *testing.T, config aws.Config) {
	objects := releaseapitest.Sample()
	objects["odd/é +%2f&\u0001\u2028"] = "a name that XML cannot have"
	fill(t, config, "whole", objects)
	files, err := NewReleases(config, "whole", "").List(t.Context())
	require.NoError(t, err)
	got := map[string]int64{}
	for _, file := range files {
		got[file.Path] = file.Size
	}
	want := map[string]int64{}
	for key, content := range objects {
		want[key] = int64(len(content))
	}
	assert.Equal(t, want, got)
}

// What lies beside the folder is not below it.
func testReleasesPrefix(t *testing.T, config aws.Config) {
	fill(t, config, "part", map[string]string{
		"agents/1.0.0/linux/amd64/attini-runner": "one", "agents-old/1.0.0/linux/amd64/attini-runner": "two", "1.0.0/linux/amd64/attini-runner": "three",
	})
	for _, prefix := range []string{"agents", "agents/", "/agents/"} {
		store := NewReleases(config, "part", prefix)
		files, err := store.List(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []releaseapi.File{{Path: "1.0.0/linux/amd64/attini-runner", Size: 3}}, files)
		_, body := follow(t, store, http.MethodGet, files[0].Path)
		assert.Equal(t, "one", body)
	}
}

// A bucket has more objects than S3 names at once.
func testReleasesPages(t *testing.T, config aws.Config) {
	objects := map[string]string{}
	for i := range 1001 {
		objects[fmt.Sprintf("1.0.%d/linux/amd64/attini-runner", i)] = "x"
	}
	fill(t, config, "many", objects)
	files, err := NewReleases(config, "many", "").List(t.Context())
	require.NoError(t, err)
	assert.Len(t, files, 1001)
}

// Who has a link needs no credentials, for one method.
func testReleaseLinks(t *testing.T, config aws.Config) {
	fill(t, config, "links", releaseapitest.Sample())
	store := NewReleases(config, "links", "")
	for file, kind := range map[string]string{
		"1.0.0/linux/amd64/attini-runner":         "application/octet-stream",
		"2.1.7/linux/arm64/attini-runner.minisig": "text/plain; charset=utf-8",
	} {
		response, body := follow(t, store, http.MethodGet, file)
		assert.Equal(t, releaseapitest.Sample()[file], body)
		name := file[strings.LastIndex(file, "/")+1:]
		assert.Equal(t, `attachment; filename="`+name+`"`, response.Header.Get("Content-Disposition"))
		assert.Equal(t, kind, response.Header.Get("Content-Type"))
		assert.Equal(t, releaseapi.CacheControl, response.Header.Get("Cache-Control"))
		response, body = follow(t, store, http.MethodHead, file)
		assert.Empty(t, body)
		assert.Equal(t, int64(len(releaseapitest.Sample()[file])), response.ContentLength)
	}
	get, err := store.Link(t.Context(), http.MethodGet, "a")
	require.NoError(t, err)
	head, err := store.Link(t.Context(), http.MethodHead, "a")
	require.NoError(t, err)
	signatures := []string{}
	for _, link := range []string{get, head} {
		place, err := url.Parse(link)
		require.NoError(t, err)
		assert.Equal(t, "900", place.Query().Get("X-Amz-Expires"))
		assert.Equal(t, "host", place.Query().Get("X-Amz-SignedHeaders"), "a client need send no header that it does not know of")
		signatures = append(signatures, place.Query().Get("X-Amz-Signature"))
	}
	assert.NotEqual(t, signatures[0], signatures[1])
}

func testNoReleases(t *testing.T, config aws.Config) {
	fill(t, config, "empty", nil)
	files, err := NewReleases(config, "empty", "").List(t.Context())
	require.NoError(t, err)
	assert.Empty(t, files)
	_, err = NewReleases(config, "missing", "agents").List(t.Context())
	assert.EqualError(t, err, "list s3://missing/agents/: AWS refused s3:ListBucket: NoSuchBucket")
}

// follow follows a link as a client without credentials does.
func follow(t *testing.T, store *Releases, method, file string) (*http.Response, string) {
	t.Helper()
	link, err := store.Link(t.Context(), method, file)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), method, link, nil)
	require.NoError(t, err)
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var body bytes.Buffer
	_, err = io.Copy(&body, response.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, response.StatusCode, body.String())
	return response, body.String()
}

// TestReleasesFaults: each failure is told in the words of who can mend it.
func TestReleasesFaults(t *testing.T) {
	t.Parallel()
	const asked = "list s3://store/: "
	for name, test := range map[string]struct {
		answer fakeaws.Answer
		want   string
	}{
		"denied":       {fakeaws.Error(http.StatusForbidden, "AccessDenied"), asked + "not allowed; the function's role needs s3:ListBucket there"},
		"throttled":    {fakeaws.Error(http.StatusServiceUnavailable, "SlowDown"), asked + "AWS throttled s3:ListBucket (5 attempts); try again"},
		"server error": {fakeaws.Error(http.StatusInternalServerError, "InternalError"), asked + "AWS failed to answer s3:ListBucket (5 attempts): InternalError; try again"},
		"credentials":  {fakeaws.Error(http.StatusBadRequest, "ExpiredToken"), asked + "AWS does not take the credentials for s3:ListBucket: ExpiredToken; renew them"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
			proxy.On("ListObjectsV2", test.answer)
			_, err := NewReleases(sdkConfig(t, proxy.Endpoint()), "store", "").List(t.Context())
			require.EqualError(t, err, test.want)
			_, known := errors.AsType[smithy.APIError](err)
			assert.True(t, known, "the SDK's error is behind the words")
		})
	}
	t.Run("connection reset", func(t *testing.T) {
		t.Parallel()
		proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
		proxy.On("ListObjectsV2", fakeaws.Reset)
		_, err := NewReleases(sdkConfig(t, proxy.Endpoint()), "store", "").List(t.Context())
		assert.Regexp(t, "^"+asked+`no answer to s3:ListBucket \(5 attempts\): [^(]*(EOF|connection reset by peer)$`, err.Error())
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		cancel(enough)
		_, err := NewReleases(sdkConfig(t, "http://127.0.0.1:1"), "store", "").List(ctx)
		assert.ErrorIs(t, err, enough)
	})
	t.Run("no credentials to sign with", func(t *testing.T) {
		t.Parallel()
		broken := sdkConfig(t, "http://127.0.0.1:1")
		broken.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("none")
		})
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			_, err := NewReleases(broken, "store", "agents").Link(t.Context(), method, "a")
			assert.ErrorContains(t, err, "sign a link to s3://store/agents/a: ")
			assert.ErrorContains(t, err, "none")
		}
	})
}
