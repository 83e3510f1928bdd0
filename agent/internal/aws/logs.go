package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/attini-go/runner/agent/joblog"
)

// Logs keeps the jobs' logs in S3.
type Logs struct{ client logClient }

var _ joblog.Objects = (*Logs)(nil)

type logClient interface {
	objectClient
	storeClient
	CreateMultipartUpload(ctx context.Context, input *s3.CreateMultipartUploadInput, options ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error)
	UploadPart(ctx context.Context, input *s3.UploadPartInput, options ...func(*s3.Options)) (*s3.UploadPartOutput, error)
	UploadPartCopy(ctx context.Context, input *s3.UploadPartCopyInput, options ...func(*s3.Options)) (*s3.UploadPartCopyOutput, error)
	CompleteMultipartUpload(ctx context.Context, input *s3.CompleteMultipartUploadInput, options ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error)
	AbortMultipartUpload(ctx context.Context, input *s3.AbortMultipartUploadInput, options ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error)
}

const (
	// uploadPart is the size of an uploaded part; S3 allows 10,000 parts.
	uploadPart = 64 << 20
	// copyPart is the greatest size of a copied part.
	copyPart = 5 << 30
	// abortTimeout bounds the abort of an upload that failed.
	abortTimeout = 10 * time.Second
)

// NewLogs returns Logs with the configuration's credentials.
func NewLogs(configuration aws.Config) *Logs {
	return &Logs{client: s3.NewFromConfig(configuration, pathStyle)}
}

// Version implements joblog.Objects.
func (l *Logs) Version(ctx context.Context, place joblog.Location) (joblog.Version, error) {
	head, err := l.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &place.Bucket, Key: &place.Key})
	switch status(err) {
	case http.StatusNotFound, http.StatusForbidden: // without s3:ListBucket, a missing object is forbidden
		return joblog.Version{}, nil
	}
	if err != nil {
		return joblog.Version{}, logError("look up", place, err)
	}
	return joblog.Version{ETag: aws.ToString(head.ETag), Size: aws.ToInt64(head.ContentLength)}, nil
}

// ReadAt implements joblog.Objects.
func (l *Logs) ReadAt(ctx context.Context, place joblog.Location, version joblog.Version, text []byte, offset int64) (err error) {
	output, err := l.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &place.Bucket, Key: &place.Key, IfMatch: &version.ETag,
		Range: aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+int64(len(text))-1)),
	})
	if err != nil {
		return logError("read", place, err)
	}
	defer func() { err = errors.Join(err, output.Body.Close()) }()
	if aws.ToString(output.ETag) != version.ETag {
		return joblog.ErrChanged
	}
	if _, err := io.ReadFull(output.Body, text); err != nil {
		return logError("read", place, err)
	}
	return nil
}

// Put implements joblog.Objects.
func (l *Logs) Put(ctx context.Context, place joblog.Location, base joblog.Version, content joblog.Content) (joblog.Version, error) {
	if content.Size() > uploadPart {
		return l.upload(ctx, place, base, 0, content)
	}
	match, none := unchanged(base)
	output, err := l.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &place.Bucket, Key: &place.Key, Body: content.Section(0, content.Size()),
		IfMatch: match, IfNoneMatch: none,
	})
	if err != nil {
		return joblog.Version{}, logError("write", place, err)
	}
	return joblog.Version{ETag: aws.ToString(output.ETag), Size: content.Size()}, nil
}

// Append implements joblog.Objects.
func (l *Logs) Append(ctx context.Context, place joblog.Location, base joblog.Version, more joblog.Content) (joblog.Version, error) {
	return l.upload(ctx, place, base, base.Size, more)
}

// unchanged returns the condition that the object still has the base version.
func unchanged(base joblog.Version) (match, none *string) {
	if base.ETag == "" {
		return nil, aws.String("*")
	}
	return &base.ETag, nil
}

// upload writes an object that has the first copied bytes of the base, and more.
func (l *Logs) upload(ctx context.Context, place joblog.Location, base joblog.Version, copied int64, more joblog.Content) (joblog.Version, error) {
	if base == (joblog.Version{}) { // before sending a large log that S3 would refuse
		if present, err := l.Version(ctx, place); err != nil || present != base {
			return joblog.Version{}, cmp.Or(err, joblog.ErrChanged)
		}
	}
	created, err := l.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &place.Bucket, Key: &place.Key})
	if err != nil {
		return joblog.Version{}, logError("write", place, err)
	}
	u := multipart{logs: l, place: place, id: created.UploadId}
	version, err := u.run(ctx, base, copied, more)
	if err != nil {
		return joblog.Version{}, errors.Join(logError("write", place, err), u.abort(ctx))
	}
	return version, nil
}

// multipart is one multipart upload.
type multipart struct {
	logs  *Logs
	place joblog.Location
	id    *string
	parts []types.CompletedPart
}

func (u *multipart) run(ctx context.Context, base joblog.Version, copied int64, more joblog.Content) (joblog.Version, error) {
	for offset := int64(0); offset < copied; offset += copyPart {
		if err := u.copy(ctx, base, offset, min(copied-offset, copyPart)); err != nil {
			return joblog.Version{}, err
		}
	}
	for offset := int64(0); offset < more.Size(); offset += uploadPart {
		if err := u.send(ctx, more.Section(offset, min(more.Size()-offset, uploadPart))); err != nil {
			return joblog.Version{}, err
		}
	}
	match, none := unchanged(base)
	completed, err := u.logs.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &u.place.Bucket, Key: &u.place.Key, UploadId: u.id, IfMatch: match, IfNoneMatch: none,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts},
	})
	if err != nil {
		return joblog.Version{}, err
	}
	return joblog.Version{ETag: aws.ToString(completed.ETag), Size: copied + more.Size()}, nil
}

func (u *multipart) next() *int32 { return aws.Int32(int32(len(u.parts) + 1)) }

func (u *multipart) copy(ctx context.Context, base joblog.Version, offset, size int64) error {
	number := u.next()
	output, err := u.logs.client.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: &u.place.Bucket, Key: &u.place.Key, UploadId: u.id, PartNumber: number,
		CopySource: aws.String(copySource(u.place)), CopySourceIfMatch: &base.ETag,
		CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+size-1)),
	})
	if err != nil {
		return err
	}
	if output.CopyPartResult == nil {
		return errors.New("the copied part has no tag")
	}
	u.parts = append(u.parts, types.CompletedPart{
		PartNumber: number, ETag: output.CopyPartResult.ETag, ChecksumCRC32: output.CopyPartResult.ChecksumCRC32,
	})
	return nil
}

func (u *multipart) send(ctx context.Context, body io.ReadSeeker) error {
	number := u.next()
	output, err := u.logs.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &u.place.Bucket, Key: &u.place.Key, UploadId: u.id, PartNumber: number, Body: body,
	})
	if err != nil {
		return err
	}
	u.parts = append(u.parts, types.CompletedPart{PartNumber: number, ETag: output.ETag, ChecksumCRC32: output.ChecksumCRC32})
	return nil
}

// abort deletes the parts, which cost money while they exist.
func (u *multipart) abort(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	_, err := u.logs.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.place.Bucket, Key: &u.place.Key, UploadId: u.id})
	if err != nil && status(err) != http.StatusNotFound {
		return fmt.Errorf("delete the uploaded parts: %w", err)
	}
	return nil
}

// copySource names an object as the copy header needs it.
func copySource(place joblog.Location) string {
	segments := strings.Split(place.Bucket+"/"+place.Key, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/")
}

func logError(what string, place joblog.Location, err error) error {
	switch status(err) {
	case http.StatusPreconditionFailed, http.StatusConflict:
		return joblog.ErrChanged
	case http.StatusNotFound:
		if code(err) == "NoSuchKey" { // it has been deleted
			return joblog.ErrChanged
		}
	case http.StatusForbidden:
		return fmt.Errorf("%s s3://%s/%s: not allowed; the runner's role needs s3:GetObject and s3:PutObject there: %w", what, place.Bucket, place.Key, err)
	}
	return fmt.Errorf("%s s3://%s/%s: %w", what, place.Bucket, place.Key, err)
}
