package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/encoding/httpbinding"
	"github.com/cenkalti/backoff/v5"
)

// objectReader reads objects of S3. It signs its requests itself: the SDK's client is in
// an interface somewhere, so the linker would keep all its methods, which are 6 MB of
// runnerctl.
type objectReader struct {
	config   aws.Config
	client   aws.HTTPClient
	signer   *v4.Signer
	endpoint s3.EndpointResolverV2
	// pause is how long the first repetition waits.
	pause time.Duration
}

func newObjectReader(config aws.Config) *objectReader {
	r := &objectReader{
		config: config, client: config.HTTPClient, endpoint: s3.NewDefaultEndpointResolverV2(), pause: 500 * time.Millisecond,
		signer: v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }), // S3 has its own rule
	}
	if r.client == nil {
		r.client = awshttp.NewBuildableClient()
	}
	return r
}

// open opens an object; nil if there is none.
func (r *objectReader) open(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval = r.pause
	body, err := backoff.Retry(ctx, func() (io.ReadCloser, error) { return r.try(ctx, bucket, key) }, backoff.WithBackOff(wait), backoff.WithMaxTries(maxAttempts))
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("read s3://%s/%s: %w", bucket, key, err)
	}
	return body, nil
}

// try asks once. Only faults of S3 and of the network are worth another try.
func (r *objectReader) try(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	request, err := r.request(ctx, bucket, key)
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, errors.New("no answer: " + transportReason(err))
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	_ = answer.Body.Close() // the status says enough
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return nil, nil
	case answer.StatusCode == http.StatusForbidden:
		return nil, backoff.Permanent(errors.New("not allowed; your credentials need s3:GetObject there"))
	case answer.StatusCode >= http.StatusInternalServerError:
		return nil, fmt.Errorf("S3 answered %s; try again", answer.Status)
	}
	return nil, backoff.Permanent(fmt.Errorf("S3 answered %s", answer.Status))
}

// request is a signed request for an object.
func (r *objectReader) request(ctx context.Context, bucket, key string) (*http.Request, error) {
	place, err := r.endpoint.ResolveEndpoint(ctx, s3.EndpointParameters{Bucket: &bucket, Key: &key, Region: &r.config.Region, Endpoint: r.config.BaseEndpoint})
	if err != nil {
		return nil, fmt.Errorf("find the bucket: %w", err)
	}
	address := place.URI
	address.RawPath = httpbinding.EscapePath(address.Path, false) + "/" + httpbinding.EscapePath(key, false)
	if address.Path, err = url.PathUnescape(address.RawPath); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	credentials, err := r.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("get credentials: %w", err)
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of no body
	request.Header.Set("X-Amz-Content-Sha256", empty)
	return request, r.signer.SignHTTP(ctx, credentials, request, empty, "s3", r.config.Region, time.Now())
}
