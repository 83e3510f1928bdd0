package aws

import (
	"bytes"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/joblog"
)

// copying adds to the store what it does not know: parts that are copied.
type copying struct{ store http.Handler }

func (c copying) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	source := r.Header.Get("X-Amz-Copy-Source")
	if source == "" || !r.URL.Query().Has("partNumber") {
		c.store.ServeHTTP(w, r)
		return
	}
	get := httptest.NewRequest(http.MethodGet, "/"+source, nil)
	get.Header.Set("Range", r.Header.Get("X-Amz-Copy-Source-Range"))
	get.Header.Set("If-Match", r.Header.Get("X-Amz-Copy-Source-If-Match"))
	part, put := httptest.NewRecorder(), httptest.NewRecorder()
	c.store.ServeHTTP(part, get)
	if part.Code != http.StatusPartialContent {
		w.WriteHeader(part.Code)
		return
	}
	send := httptest.NewRequest(http.MethodPut, r.URL.RequestURI(), part.Body)
	send.Header.Set("Content-Length", strconv.Itoa(part.Body.Len()))
	c.store.ServeHTTP(put, send)
	w.WriteHeader(put.Code)
	_, _ = io.WriteString(w, "<CopyPartResult><ETag>"+html.EscapeString(put.Header().Get("ETag"))+"</ETag></CopyPartResult>")
}

// logStore is a bucket, and what is in it.
func logStore(t *testing.T) (*Logs, func(key string) string) {
	t.Helper()
	configuration := configure(t, copying{gofakes3.New(s3mem.New()).Server()})
	client := s3.NewFromConfig(configuration, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("store")})
	require.NoError(t, err)
	return NewLogs(configuration), func(key string) string {
		output, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("store"), Key: &key})
		require.NoError(t, err)
		text, err := io.ReadAll(output.Body)
		require.NoError(t, err)
		require.NoError(t, output.Body.Close())
		return string(text)
	}
}

// TestLogs: an archive on S3 writes whole logs, of all sizes, and goes on with
// those that are there.
func TestLogs(t *testing.T) {
	t.Parallel()
	objects, read := logStore(t)
	place := joblog.Location{Bucket: "store", Key: "logs/dev/Step å/x+y z:1"}
	version, err := objects.Version(t.Context(), place)
	require.NoError(t, err)
	assert.Zero(t, version)
	line := strings.Repeat("x", 999)
	var lines int
	for _, more := range []int{1, 10, 6000, 1, 70_000, 2} {
		var told bytes.Buffer
		archive := joblog.NewArchive(objects, t.TempDir(), slog.New(slog.NewTextHandler(&told, nil)))
		entry := archive.Open(place)
		entry.WriteLines(time.Now(), bytes.Repeat([]byte(line+"\n"), more))
		entry.Close(t.Context())
		archive.Close(t.Context())
		require.Empty(t, told.String())
		lines += more
		text := read(place.Key)
		require.Equal(t, lines, strings.Count(text, `"data":"`+line+`"}`+"\n"))
		require.Equal(t, lines, strings.Count(text, "\n"))
	}
}

// TestLogsOfOthers: what has changed is not written over.
func TestLogsOfOthers(t *testing.T) {
	t.Parallel()
	objects, read := logStore(t)
	place := joblog.Location{Bucket: "store", Key: "k"}
	archive := joblog.NewArchive(objects, t.TempDir(), slog.New(slog.DiscardHandler))
	entry := archive.Open(place)
	entry.WriteLines(time.Now(), []byte("one\n"))
	entry.Close(t.Context())
	archive.Close(t.Context())
	first := read(place.Key)
	_, err := objects.Put(t.Context(), place, joblog.Version{}, nil)
	require.ErrorIs(t, err, joblog.ErrChanged, "it exists")
	_, err = objects.Put(t.Context(), place, joblog.Version{ETag: `"none"`, Size: 1}, nil)
	require.ErrorIs(t, err, joblog.ErrChanged, "it has another version")
	err = objects.ReadAt(t.Context(), place, joblog.Version{ETag: `"none"`, Size: 1}, make([]byte, 1), 0)
	require.ErrorIs(t, err, joblog.ErrChanged)
	assert.Equal(t, first, read(place.Key))
}

func TestLogsAreRefused(t *testing.T) {
	t.Parallel()
	objects := NewLogs(configure(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })))
	place := joblog.Location{Bucket: "store", Key: "k"}
	_, err := objects.Put(t.Context(), place, joblog.Version{}, nil)
	require.ErrorContains(t, err, "write s3://store/k: not allowed; the runner's role needs s3:GetObject and s3:PutObject there")
	_, err = objects.Append(t.Context(), place, joblog.Version{ETag: "x", Size: joblog.MinimumBase}, nil)
	require.ErrorContains(t, err, "not allowed")
	version, err := objects.Version(t.Context(), place)
	require.NoError(t, err, "S3 says so of what is missing")
	assert.Zero(t, version)
}
