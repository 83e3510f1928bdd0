package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/attini-go/runner/agent/workspace"
)

// Objects reads distributions from S3.
type Objects struct{ client objectClient }

var _ workspace.Objects = (*Objects)(nil)

type objectClient interface {
	HeadObject(ctx context.Context, input *s3.HeadObjectInput, options ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	GetObject(ctx context.Context, input *s3.GetObjectInput, options ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// NewObjects returns Objects with the configuration's credentials.
func NewObjects(configuration aws.Config) *Objects {
	return &Objects{client: s3.NewFromConfig(configuration, pathStyle)}
}

// pathStyle puts the bucket into the path if the configuration has an endpoint, as
// outside of AWS. It silences warnings about parts without a checksum: the callers
// check what they read.
func pathStyle(o *s3.Options) {
	o.UsePathStyle = o.BaseEndpoint != nil
	o.DisableLogOutputChecksumValidationSkipped = true
}

// Stat implements workspace.Objects.
func (o *Objects) Stat(ctx context.Context, bucket, key string) (workspace.Object, error) {
	head, err := o.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	switch {
	case status(err) == http.StatusNotFound:
		return workspace.Object{}, workspace.ErrNoObject
	case err != nil:
		return workspace.Object{}, objectError("look up", bucket, key, err)
	}
	return workspace.Object{ETag: aws.ToString(head.ETag), Size: aws.ToInt64(head.ContentLength)}, nil
}

// Read implements workspace.Objects.
func (o *Objects) Read(ctx context.Context, bucket, key string, object workspace.Object, offset int64) (io.ReadCloser, error) {
	input := &s3.GetObjectInput{Bucket: &bucket, Key: &key, IfMatch: aws.String(object.ETag)}
	if offset > 0 {
		input.Range = aws.String(fmt.Sprintf("bytes=%d-", offset))
	}
	output, err := o.client.GetObject(ctx, input)
	switch {
	case status(err) == http.StatusPreconditionFailed:
		return nil, workspace.ErrObjectChanged
	case status(err) == http.StatusNotFound:
		return nil, workspace.ErrNoObject
	case err != nil:
		return nil, objectError("read", bucket, key, err)
	case aws.ToString(output.ETag) != object.ETag: // the store does not support If-Match
		return nil, errors.Join(workspace.ErrObjectChanged, output.Body.Close())
	}
	return output.Body, nil
}

// status returns the HTTP status of a service's error; 0 if it did not answer.
func status(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// objectError explains an error. Unless the role may list the bucket, S3 answers 403
// for a missing object, too; so a 403 has two explanations.
func objectError(what, bucket, key string, err error) error {
	if status(err) == http.StatusForbidden {
		return fmt.Errorf("%s s3://%s/%s: %w: the object does not exist, or the runner's role may not read it; "+
			"check that bucket %s has the object %s, and give the role s3:GetObject on it and s3:ListBucket on the bucket "+
			"(without s3:ListBucket, S3 answers 403 for a missing object too): %w",
			what, bucket, key, workspace.ErrForbidden, bucket, key, err)
	}
	return fmt.Errorf("%s s3://%s/%s: %w", what, bucket, key, err)
}
