// Package bucket keeps releases in a bucket of S3, where package awsport finds
// them for the runner information API.
package bucket

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/cenkalti/backoff/v5"

	"github.com/attini-go/runner/internal/release"
)

// Bucket is a store in a bucket. It needs s3:GetObject and s3:PutObject of what
// lies below the prefix, and s3:ListBucket of the bucket, without which S3
// does not tell that there is no file. It is safe for concurrent use.
type Bucket struct {
	bucket, prefix string
	client         *s3.Client
}

var _ release.Store = (*Bucket)(nil)

// New makes a store of a bucket; prefix is the folder in it that has the
// releases, empty if that is the whole bucket.
func New(configuration aws.Config, bucket, prefix string) *Bucket {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return &Bucket{bucket: bucket, prefix: prefix, client: s3.NewFromConfig(configuration)}
}

// String implements release.Store.
func (b *Bucket) String() string { return "s3://" + b.bucket + "/" + b.prefix }

// Get implements release.Store.
func (b *Bucket) Get(ctx context.Context, path string) ([]byte, error) {
	output, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: aws.String(b.prefix + path)})
	if err != nil {
		if missing := new(types.NoSuchKey); errors.As(err, &missing) {
			return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
		}
		return nil, explain(err, "s3:GetObject there, and s3:ListBucket of the bucket")
	}
	defer output.Body.Close()
	return release.ReadFile(output.Body)
}

// Add implements release.Store. S3 takes the file whole or not at all, since it
// knows its checksum beforehand, and only where there is none.
func (b *Bucket) Add(ctx context.Context, file release.File) error {
	digest := sha256.Sum256(file.Data)
	put := func() (struct{}, error) {
		_, err := b.client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &b.bucket, Key: aws.String(b.prefix + file.Path), IfNoneMatch: aws.String("*"),
			Body:           bytes.NewReader(file.Data),
			ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(digest[:])),
		})
		switch status(err) {
		case http.StatusPreconditionFailed:
			return struct{}{}, backoff.Permanent(fmt.Errorf("%w: %w", fs.ErrExist, err))
		case http.StatusConflict:
			return struct{}{}, err // another change of the file is under way
		}
		if err != nil {
			err = backoff.Permanent(explain(err, "s3:PutObject there"))
		}
		return struct{}{}, err
	}
	_, err := backoff.Retry(ctx, put, backoff.WithMaxElapsedTime(conflictTime))
	return err
}

// conflictTime is how long another change of a file is waited for.
const conflictTime = 30 * time.Second

// status is that of S3's answer; 0 if there was none.
func status(err error) int {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

// explain says what S3 refused, without its own words, which tell who asked.
func explain(err error, permissions string) error {
	answer, refused := errors.AsType[smithy.APIError](err)
	if !refused {
		return err
	}
	if status(err) == http.StatusForbidden {
		return &storeError{fmt.Sprintf("S3 refused it: %s; whoever publishes needs %s", answer.ErrorCode(), permissions), err}
	}
	return &storeError{"S3 refused it: " + answer.ErrorCode(), err}
}

// storeError is an error in other words.
type storeError struct {
	message string
	cause   error
}

func (t *storeError) Error() string { return t.message }

func (t *storeError) Unwrap() error { return t.cause }
