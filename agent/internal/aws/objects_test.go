package aws

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
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

// TestForbiddenObjects: S3 answers 403 for a missing object too when the role may
// not list the bucket, so the one refusal is final and explained in both ways.
func TestForbiddenObjects(t *testing.T) {
	t.Parallel()
	const denied = `<Error><Code>AccessDenied</Code><Message>not authorized to perform: kms:Decrypt</Message></Error>`
	for name, c := range map[string]struct {
		forbidden string // the method
		calls     []string
		want      string
	}{
		"look up": {http.MethodHead, []string{"HEAD"}, "look up s3://store/dev/shop/1/shop.zip: "},
		"read":    {http.MethodGet, []string{"HEAD", "GET"}, "kms:Decrypt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mutex sync.Mutex
			var calls []string
			configuration := configure(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mutex.Lock()
				defer mutex.Unlock()
				calls = append(calls, r.Method)
				if r.Method == c.forbidden {
					w.WriteHeader(http.StatusForbidden)
					_, _ = io.WriteString(w, denied)
					return
				}
				w.Header().Set("ETag", `"1"`)
				w.Header().Set("Content-Length", "10")
			}))
			configuration.Retryer = func() aws.Retryer { return retry.NewStandard() } // as the agent has it
			store := workspace.NewStore(NewObjects(configuration), t.TempDir(), workspace.DefaultLimits(), slog.New(slog.DiscardHandler))
			defer store.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			err := store.Fill(ctx, protocol.DeploymentOrigin{
				DistributionName: "shop", ObjectIdentifier: "shop.zip#1", Source: protocol.DeploymentSource{Bucket: "store", Prefix: "dev/shop/1"},
			}, t.TempDir())
			require.ErrorIs(t, err, workspace.ErrForbidden)
			assert.Equal(t, c.calls, calls)
			for _, part := range []string{"does not exist", "may not read", "bucket store", "object dev/shop/1/shop.zip", "s3:GetObject", "s3:ListBucket", c.want} {
				assert.ErrorContains(t, err, part)
			}
		})
	}
}
