package bucket_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	awsports "github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/release"
	"github.com/attini-go/runner/internal/release/bucket"
	"github.com/attini-go/runner/internal/releaseapi"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// configuration asks an endpoint, and tries at once again.
func configuration(t *testing.T, endpoint string) aws.Config {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return aws.Config{
		Region: fakeaws.Region, BaseEndpoint: aws.String(endpoint), HTTPClient: &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIASTANDIN", SecretAccessKey: "SECRETKEY"}, nil
		}),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

func makeBucket(t *testing.T, configuration aws.Config, name string) {
	t.Helper()
	_, err := s3.NewFromConfig(configuration).CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &name, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: fakeaws.Region},
	})
	require.NoError(t, err)
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// files are those of a release, in order of publication. Odd ones are below it
// too.
func files(flavour string) []release.File {
	return []release.File{
		{Path: "1.2.3/linux/amd64/attini-runner", Data: []byte("binary" + flavour)},
		{Path: "1.2.3/linux/amd64/attini-runner.minisig", Data: []byte("signature" + flavour)},
		{Path: "1.2.3/linux/amd64/attini-runner.cdx.json", Data: []byte(strings.Repeat(flavour+"{}\n", 100_000))},
		{Path: "1.2.3/odd é +%2f&", Data: []byte("odd")},
		{Path: "1.2.3/empty", Data: []byte{}},
		{Path: "1.2.3/linux/amd64/attini-runner.sha256", Data: []byte("checksum" + flavour)},
	}
}

func TestBucket(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	for name, test := range map[string]func(*testing.T, *fakeaws.Server){
		"publish": testPublish, "at once": testAtOnce, "cut off": testCutOff, "answer lost": testAnswerLost, "conflict": testConflict, "nothing": testNothing,
	} {
		t.Run(name, func(t *testing.T) { test(t, server) })
	}
}

// testPublish publishes a release, and asks the information API for it.
func testPublish(t *testing.T, server *fakeaws.Server) {
	with := configuration(t, server.Endpoint())
	makeBucket(t, with, "published")
	for _, prefix := range []string{"", "agents", "/in/a/folder/"} {
		assert.Equal(t, http.StatusNotFound, ask(t, awsports.NewReleases(with, "published", prefix)), prefix)
		store := bucket.New(with, "published", prefix)
		for range 2 {
			require.NoError(t, release.Publish(t.Context(), store, files(""), silent()), prefix)
			for _, file := range files("") {
				data, err := store.Get(t.Context(), file.Path)
				require.NoError(t, err, file.Path)
				assert.Equal(t, string(file.Data), string(data))
			}
		}
		assert.Equal(t, http.StatusFound, ask(t, awsports.NewReleases(with, "published", prefix)), prefix)
		err := release.Publish(t.Context(), store, files("!"), silent())
		require.ErrorContains(t, err, "publish in "+store.String()+": the version is there already, and this is another;")
		assert.ErrorContains(t, err, "\n  1.2.3/linux/amd64/attini-runner is there with other bytes")
	}
}

// ask asks the information API for the release.
func ask(t *testing.T, store releaseapi.LinkStore) int {
	t.Helper()
	answer := httptest.NewRecorder()
	releaseapi.NewRedirector(store, releaseapi.Options{Logger: silent()}).
		ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, releaseapi.Root+"/get-runner/x86_64/Linux/1.2.3", nil))
	return answer.Code
}

// testAtOnce: of many that add a file at the same time, one does.
func testAtOnce(t *testing.T, server *fakeaws.Server) {
	with := configuration(t, server.Endpoint())
	makeBucket(t, with, "once")
	store := bucket.New(with, "once", "agents")
	errs := make([]error, 10)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			errs[i] = store.Add(t.Context(), release.File{Path: "file", Data: []byte{byte('a' + i)}})
		})
	}
	group.Wait()
	winner := -1
	for i, err := range errs {
		if err == nil {
			assert.Equal(t, -1, winner, "there is one")
			winner = i
			continue
		}
		assert.ErrorIs(t, err, fs.ErrExist)
	}
	require.NotEqual(t, -1, winner)
	data, err := store.Get(t.Context(), "file")
	require.NoError(t, err)
	assert.Equal(t, []byte{byte('a' + winner)}, data)
}

// testCutOff: wherever the network fails for good, the release is invisible, and
// the next publication completes it.
func testCutOff(t *testing.T, server *fakeaws.Server) {
	direct := configuration(t, server.Endpoint())
	makeBucket(t, direct, "cut")
	for after, file := range files("") {
		prefix := "after-" + string(rune('0'+after))
		proxy := fakeaws.NewProxy(t, server.Endpoint())
		proxy.On("PutObject", func(n int, w http.ResponseWriter, r *http.Request) bool {
			return n > after && fakeaws.Reset(n, w, r)
		})
		err := release.Publish(t.Context(), bucket.New(configuration(t, proxy.Endpoint()), "cut", prefix), files(""), silent())
		require.ErrorContains(t, err, "publish "+file.Path+" in s3://cut/"+prefix+"/: ")
		assert.Equal(t, http.StatusNotFound, ask(t, awsports.NewReleases(direct, "cut", prefix)))

		require.NoError(t, release.Publish(t.Context(), bucket.New(direct, "cut", prefix), files(""), silent()))
		assert.Equal(t, http.StatusFound, ask(t, awsports.NewReleases(direct, "cut", prefix)))
	}
}

// testAnswerLost: a file was added, and its answer did not arrive. The SDK adds
// it again, and hears that it is there.
func testAnswerLost(t *testing.T, server *fakeaws.Server) {
	proxy := fakeaws.NewProxy(t, server.Endpoint())
	with := configuration(t, proxy.Endpoint())
	makeBucket(t, with, "lost")
	proxy.After("PutObject", fakeaws.Lose(2))
	require.NoError(t, release.Publish(t.Context(), bucket.New(with, "lost", ""), files(""), silent()))
	assert.Equal(t, http.StatusFound, ask(t, awsports.NewReleases(with, "lost", "")))
}

// testConflict: S3 answers so while another change of the file is under way.
func testConflict(t *testing.T, server *fakeaws.Server) {
	proxy := fakeaws.NewProxy(t, server.Endpoint())
	with := configuration(t, proxy.Endpoint())
	makeBucket(t, with, "conflict")
	proxy.On("PutObject", fakeaws.Times(1, fakeaws.Error(http.StatusConflict, "ConditionalRequestConflict")))
	store := bucket.New(with, "conflict", "")
	require.NoError(t, store.Add(t.Context(), files("")[0]))
	data, err := store.Get(t.Context(), files("")[0].Path)
	require.NoError(t, err)
	assert.Equal(t, "binary", string(data))
}

func testNothing(t *testing.T, server *fakeaws.Server) {
	with := configuration(t, server.Endpoint())
	makeBucket(t, with, "nothing")
	_, err := bucket.New(with, "nothing", "a").Get(t.Context(), "file")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = bucket.New(with, "none", "a").Get(t.Context(), "file")
	require.EqualError(t, err, "S3 refused it: NoSuchBucket")
	assert.NotErrorIs(t, err, fs.ErrNotExist)
	assert.EqualError(t, bucket.New(with, "none", "a").Add(t.Context(), files("")[0]), "S3 refused it: NoSuchBucket")
}

// TestFaults: each refusal is told in words that help, and without AWS's own.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   fakeaws.Answer
		get, add string
	}{
		"denied": {
			fakeaws.Error(http.StatusForbidden, "AccessDenied"),
			"S3 refused it: AccessDenied; whoever publishes needs s3:GetObject there, and s3:ListBucket of the bucket",
			"S3 refused it: AccessDenied; whoever publishes needs s3:PutObject there",
		},
		"credentials":  {fakeaws.Error(http.StatusBadRequest, "ExpiredToken"), "S3 refused it: ExpiredToken", "S3 refused it: ExpiredToken"},
		"server error": {fakeaws.Error(http.StatusInternalServerError, "InternalError"), "S3 refused it: InternalError", "S3 refused it: InternalError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
			proxy.On("GetObject", test.answer)
			proxy.On("PutObject", test.answer)
			store := bucket.New(configuration(t, proxy.Endpoint()), "store", "")
			_, err := store.Get(t.Context(), "file")
			require.EqualError(t, err, test.get)
			assert.EqualError(t, store.Add(t.Context(), files("")[0]), test.add)
		})
	}
	t.Run("a conflict that does not end", func(t *testing.T) {
		t.Parallel()
		proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
		ctx, cancel := context.WithCancel(t.Context())
		proxy.On("PutObject", func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 2 {
				cancel()
			}
			return fakeaws.Error(http.StatusConflict, "ConditionalRequestConflict")(n, w, r)
		})
		err := bucket.New(configuration(t, proxy.Endpoint()), "store", "").Add(ctx, files("")[0])
		assert.ErrorIs(t, err, context.Canceled)
	})
}
