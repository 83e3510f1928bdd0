package awsport

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/workspace"
)

func TestObjects(t *testing.T) {
	t.Parallel()
	configuration := configure(t, gofakes3.New(s3mem.New()).Server())
	client := s3.NewFromConfig(configuration, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("store")})
	require.NoError(t, err)
	put := func(text string) {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("store"), Key: aws.String("a/b.zip"), Body: bytes.NewReader([]byte(text))})
		require.NoError(t, err)
	}
	put("0123456789")
	objects := NewObjects(configuration)
	object, err := objects.Stat(t.Context(), "store", "a/b.zip")
	require.NoError(t, err)
	assert.Equal(t, int64(10), object.Size)
	assert.NotEmpty(t, object.ETag)
	for offset, want := range map[int64]string{0: "0123456789", 7: "789"} {
		body, err := objects.Read(t.Context(), "store", "a/b.zip", object, offset)
		require.NoError(t, err)
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
		assert.Equal(t, want, string(text))
	}
	put("another")
	_, err = objects.Read(t.Context(), "store", "a/b.zip", object, 0)
	require.ErrorIs(t, err, workspace.ErrObjectChanged)
	_, err = objects.Stat(t.Context(), "store", "none.zip")
	require.ErrorIs(t, err, workspace.ErrNoObject)
	_, err = objects.Read(t.Context(), "store", "none.zip", object, 0)
	require.ErrorIs(t, err, workspace.ErrNoObject)
}

func TestForbiddenObjects(t *testing.T) {
	t.Parallel()
	objects := NewObjects(configure(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })))
	_, err := objects.Stat(t.Context(), "store", "a")
	assert.ErrorContains(t, err, "look up s3://store/a: not allowed; the runner's role needs s3:GetObject there")
}
