package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/internal/releaseapi"
)

// linkLifetime is how long a link to a release's file works: long enough to begin a
// download after a cached redirect. It ends earlier if the credentials that signed it
// expire.
const linkLifetime = 15 * time.Minute

// Releases is the store of the agent's releases in a bucket. Its credentials need
// s3:ListBucket for the bucket, and s3:GetObject for the objects below the prefix; its
// links pass that permission on. It is safe for concurrent use.
type Releases struct {
	bucket, prefix string
	objects        *s3.Client
	signer         *s3.PresignClient
}

var _ releaseapi.LinkStore = (*Releases)(nil)

// NewReleases returns the store of a bucket. prefix is the folder of the releases; ""
// for the whole bucket.
func NewReleases(config aws.Config, bucket, prefix string) *Releases {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	client := s3.NewFromConfig(config)
	return &Releases{bucket: bucket, prefix: prefix, objects: client, signer: s3.NewPresignClient(client, s3.WithPresignExpires(linkLifetime))}
}

// List implements releases.Store.
func (r *Releases) List(ctx context.Context) ([]releaseapi.File, error) {
	asked := "list s3://" + r.bucket + "/" + r.prefix
	pages := s3.NewListObjectsV2Paginator(r.objects, &s3.ListObjectsV2Input{
		Bucket: &r.bucket, Prefix: &r.prefix,
		// XML has no words for some characters that a key may have.
		EncodingType: types.EncodingTypeUrl,
	})
	files := []releaseapi.File{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explainObjects(ctx, asked, "s3:ListBucket", err)
		}
		for _, object := range page.Contents {
			key, err := url.QueryUnescape(aws.ToString(object.Key))
			if err != nil {
				return nil, fmt.Errorf("%s: read a key: %w", asked, err)
			}
			if at, below := strings.CutPrefix(key, r.prefix); below {
				files = append(files, releaseapi.File{Path: at, Size: aws.ToInt64(object.Size)})
			}
		}
	}
	return files, nil
}

// Link implements releases.LinkStore. A signature is for one method. What S3
// answers has the headers that the API's own files have.
func (r *Releases) Link(ctx context.Context, method, file string) (string, error) {
	key, name := r.prefix+file, path.Base(file)
	kind, disposition, caching := releaseapi.ContentType(name), releaseapi.ContentDisposition(name), releaseapi.CacheControl
	var request *v4.PresignedHTTPRequest
	var err error
	if method == http.MethodHead {
		request, err = r.signer.PresignHeadObject(ctx, &s3.HeadObjectInput{
			Bucket: &r.bucket, Key: &key, ResponseContentType: &kind, ResponseContentDisposition: &disposition, ResponseCacheControl: &caching,
		})
	} else {
		request, err = r.signer.PresignGetObject(ctx, &s3.GetObjectInput{
			Bucket: &r.bucket, Key: &key, ResponseContentType: &kind, ResponseContentDisposition: &disposition, ResponseCacheControl: &caching,
		})
	}
	if err != nil {
		return "", explainObjects(ctx, "sign a link to s3://"+r.bucket+"/"+key, "s3:GetObject", err)
	}
	return request.URL, nil
}

// explainObjects is explain for what the functions do with buckets.
func explainObjects(ctx context.Context, asked, action string, err error) error {
	var api smithy.APIError
	if _, renewing := renewal(err); ctx.Err() == nil && !renewing && errors.As(err, &api) && isDenied(api.ErrorCode()) {
		return &awsError{message: fmt.Sprintf("%s: not allowed; the function's role needs %s there", asked, action), cause: err}
	}
	return explain(ctx, asked, action, err)
}
