package aws

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/attini-go/runner/internal/imports"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
)

// Distributions are the files of distributions in the artifact store: objects of their own,
// or members of the distribution's archive.
type Distributions struct {
	objects *s3.Client
	region  string
	bucket  string
}

var _ stacks.Templates = (*Distributions)(nil)

// NewDistributions reads those of the artifact store with the bucket's name.
func NewDistributions(config aws.Config, bucket string) *Distributions {
	return &Distributions{s3.NewFromConfig(config), config.Region, bucket}
}

// maxFile is the size of a configuration file or a template, with room to say that it is too
// large.
const maxFile = 2 << 20

// FilesOf returns a distribution's files.
func (d *Distributions) FilesOf(origin stacks.Origin) stacks.Files {
	return distributionFiles{d, origin}
}

type distributionFiles struct {
	*Distributions
	origin stacks.Origin
}

// Read implements stacks.Files.
func (f distributionFiles) Read(ctx context.Context, file string) ([]byte, error) {
	key, inside := f.origin.Key(file)
	if !inside || f.origin.Bucket != f.bucket {
		return nil, fs.ErrNotExist
	}
	text, err := f.object(ctx, key)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	archive := path.Join(f.origin.Prefix, f.origin.DistributionName+".zip")
	head, err := f.objects.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &f.bucket, Key: &archive})
	if err != nil {
		return nil, objectError(ctx, "s3:GetObject", err)
	}
	size := aws.ToInt64(head.ContentLength)
	reader, err := zip.NewReader(&rangeReader{ctx, f.Distributions, archive, head.ETag, size}, size)
	if err != nil {
		return nil, fmt.Errorf("open the distribution's archive %s: %w", archive, err)
	}
	member, err := reader.Open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid):
		return nil, fs.ErrNotExist
	case err != nil: // not a missing file: the archive could not be read
		return nil, fmt.Errorf("read %s of the distribution's archive %s: %w", file, archive, err)
	}
	defer member.Close()
	return readUpTo(member)
}

func readUpTo(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("the file has more than %d bytes", maxFile)
	}
	return text, err
}

func (d *Distributions) object(ctx context.Context, key string) ([]byte, error) {
	found, err := d.objects.GetObject(ctx, &s3.GetObjectInput{Bucket: &d.bucket, Key: &key})
	if err != nil {
		return nil, objectError(ctx, "s3:GetObject", err)
	}
	defer found.Body.Close()
	return readUpTo(found.Body)
}

// objectError is fs.ErrNotExist for an object that does not exist.
func objectError(ctx context.Context, action string, err error) error {
	var noKey *types.NoSuchKey
	var notFound *types.NotFound
	if errors.As(err, &noKey) || errors.As(err, &notFound) {
		return fs.ErrNotExist
	}
	return wrapError(ctx, action, err)
}

// rangeReader reads parts of an object, all of the same version.
type rangeReader struct {
	ctx  context.Context
	from *Distributions
	key  string
	etag *string
	size int64
}

// ReadAt implements io.ReaderAt. An object that was there a moment ago is not one that does
// not exist, so the error is never fs.ErrNotExist.
func (r *rangeReader) ReadAt(p []byte, offset int64) (int, error) {
	if offset >= r.size {
		return 0, io.EOF
	}
	last := min(offset+int64(len(p)), r.size) - 1
	part := fmt.Sprintf("bytes=%d-%d", offset, last)
	found, err := r.from.objects.GetObject(r.ctx, &s3.GetObjectInput{Bucket: &r.from.bucket, Key: &r.key, Range: &part, IfMatch: r.etag})
	if err != nil {
		return 0, wrapError(r.ctx, "s3:GetObject", err)
	}
	defer found.Body.Close()
	n, err := io.ReadFull(found.Body, p[:last-offset+1])
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// Store implements stacks.Templates. A template's key is its content's, so that the same is
// stored once.
func (d *Distributions) Store(ctx context.Context, origin stacks.Origin, text []byte) (string, error) {
	sum := sha256.Sum256(text)
	key := path.Join(path.Dir(origin.Prefix), ".templates", hex.EncodeToString(sum[:]))
	_, err := d.objects.PutObject(ctx, &s3.PutObjectInput{Bucket: &d.bucket, Key: &key, Body: strings.NewReader(string(text))})
	if err != nil {
		return "", wrapError(ctx, "s3:PutObject", err)
	}
	return d.URL(d.bucket, key), nil
}

// URL implements stacks.Templates.
func (d *Distributions) URL(bucket, key string) string {
	suffix := "amazonaws.com"
	if strings.HasPrefix(d.region, "cn-") {
		suffix += ".cn"
	}
	return "https://s3." + d.region + "." + suffix + "/" + bucket + "/" + key
}

// StoredParameters are the parameters of the Systems Manager.
type StoredParameters struct{ client *ssm.Client }

var _ stacks.Stored = (*StoredParameters)(nil)

// NewStoredParameters reads those of the configuration's region.
func NewStoredParameters(config aws.Config) *StoredParameters {
	return &StoredParameters{ssm.NewFromConfig(config)}
}

// Parameter implements stacks.Stored. A SecureString is not decrypted: the launcher's role
// may not, and CloudFormation would keep it readable.
func (s *StoredParameters) Parameter(ctx context.Context, name string) (string, bool, error) {
	found, err := s.client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
	var missing *ssmtypes.ParameterNotFound
	switch {
	case errors.As(err, &missing):
		return "", false, nil
	case err != nil:
		return "", false, stackRefusal(ctx, "ssm:GetParameter of "+name, err)
	case found.Parameter.Type == ssmtypes.ParameterTypeSecureString:
		return "", false, &stacks.Refusal{Code: stacks.ErrorConfig, Message: fmt.Sprintf("the parameter %q of the Systems Manager is a SecureString; let the template read it with {{resolve:ssm-secure:…}}", name)}
	}
	return aws.ToString(found.Parameter.Value), true, nil
}

// NewStackPorts returns what steps that deploy stacks work with: the artifact store by its
// bucket, and the table of waiting steps by its name.
func NewStackPorts(config aws.Config, bucket, table string) stacks.Ports {
	distributions := NewDistributions(config, bucket)
	return stacks.Ports{
		Files: distributions.FilesOf, Stored: NewStoredParameters(config), Clouds: NewClouds(config),
		Items: StackItems{NewWaitingSteps(config, table)}, Steps: StackSteps{NewSteps(config)}, Templates: distributions,
	}
}

// Documents are objects that steps import values of.
type Documents struct{ config aws.Config }

var _ imports.Objects = (*Documents)(nil)

// NewDocuments reads with the configuration's credentials, or with a role that they may take.
func NewDocuments(config aws.Config) *Documents { return &Documents{config} }

// maxDocument is the size of a document in bytes.
const maxDocument = 1 << 20

// Object implements imports.Objects.
func (d *Documents) Object(ctx context.Context, bucket, key, role string) ([]byte, error) {
	config, err := withRole(ctx, d.config, role)
	if err != nil {
		return nil, importFailure(bucket, key, err)
	}
	found, err := s3.NewFromConfig(config).GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, importFailure(bucket, key, stackRefusal(ctx, "s3:GetObject", err))
	}
	defer found.Body.Close()
	text, err := io.ReadAll(io.LimitReader(found.Body, maxDocument+1))
	if err == nil && len(text) > maxDocument {
		err = fmt.Errorf("it has more than %d bytes", maxDocument)
	}
	if err != nil {
		return nil, importFailure(bucket, key, err)
	}
	return text, nil
}

func importFailure(bucket, key string, err error) error {
	return &message.Failure{Name: imports.ErrorImport, Cause: fmt.Sprintf("read s3://%s/%s: %s", bucket, key, err)}
}
