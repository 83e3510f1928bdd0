package workspace

import (
	"context"
	"crypto/md5" // S3's ETag of an object is its MD5: no protection, but it tells damage
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Object is what an object store tells of an object.
type Object struct {
	// ETag names this content of the object, in its quotes or without.
	ETag string
	Size int64
}

// Objects is the object store that holds distributions.
type Objects interface {
	// Stat returns ErrNoObject when there is none, and ErrForbidden when the
	// store refuses to say.
	Stat(ctx context.Context, bucket, key string) (Object, error)
	// Read reads the object from the offset to its end. It returns
	// ErrObjectChanged when the object has another ETag now, and ErrForbidden
	// when the store refuses.
	Read(ctx context.Context, bucket, key string, object Object, offset int64) (io.ReadCloser, error)
}

var (
	// ErrNoObject says that the bucket has no such object.
	ErrNoObject = errors.New("there is no such object")
	// ErrForbidden means that the store refused; trying again is of no use.
	ErrForbidden = errors.New("the store answered 403 Forbidden")
	// ErrObjectChanged says that an object is not the one that was asked for.
	ErrObjectChanged = errors.New("the object has changed")
)

// downloadTimeout bounds the retries of one download, not its length: each
// byte that arrives begins it anew.
const downloadTimeout = 5 * time.Minute

// download writes an object to a new file and checks that it is whole. What is
// cut is resumed at the byte where it was; an object that changes meanwhile
// begins anew. A missing object and a refusal are final.
func download(ctx context.Context, objects Objects, bucket, key, file string) (err error) {
	target, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("make a file for the distribution: %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	d := &downloader{objects: objects, bucket: bucket, key: key, target: target}
	pauses := backoff.NewExponentialBackOff()
	deadline := time.Now().Add(downloadTimeout)
	for {
		before := d.written
		err := d.proceed(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, ErrForbidden):
			return err
		case errors.Is(err, ErrNoObject):
			return fmt.Errorf("s3://%s/%s: %w; its name is the distribution's, with .zip", bucket, key, err)
		}
		if d.written > before {
			pauses.Reset()
			deadline = time.Now().Add(downloadTimeout)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("download s3://%s/%s: %w", bucket, key, err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pauses.NextBackOff()):
		}
	}
}

// downloader is one download as far as it is.
type downloader struct {
	objects     Objects
	bucket, key string
	target      *os.File
	// object is what is being downloaded; known after the first look.
	object  Object
	known   bool
	written int64
}

// proceed gets what is missing, and checks the whole.
func (d *downloader) proceed(ctx context.Context) error {
	if !d.known {
		object, err := d.objects.Stat(ctx, d.bucket, d.key)
		if err != nil {
			return err
		}
		d.object, d.known = object, true
		if err := d.restart(); err != nil {
			return err
		}
	}
	if d.written < d.object.Size {
		if err := d.read(ctx); err != nil {
			return err
		}
	}
	return d.verify(ctx)
}

// restart forgets what was written.
func (d *downloader) restart() error {
	d.written = 0
	_, err := d.target.Seek(0, io.SeekStart)
	return errors.Join(err, d.target.Truncate(0))
}

func (d *downloader) read(ctx context.Context) error {
	body, err := d.objects.Read(ctx, d.bucket, d.key, d.object, d.written)
	if err != nil {
		d.known = d.known && !errors.Is(err, ErrObjectChanged)
		return err
	}
	n, err := copyCancellable(ctx, d.target, io.LimitReader(body, d.object.Size-d.written), make([]byte, chunk))
	d.written += n
	if closed := body.Close(); err == nil {
		err = closed
	}
	if err == nil && d.written < d.object.Size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// simpleETag is one that is the content's MD5; that of an object in parts is
// not.
var simpleETag = regexp.MustCompile(`^[0-9a-f]{32}$`)

// verify compares the content's MD5 where the ETag has it. Damage begins the
// download anew.
func (d *downloader) verify(ctx context.Context) error {
	wanted := strings.ToLower(strings.Trim(d.object.ETag, `"`))
	if !simpleETag.MatchString(wanted) {
		return nil
	}
	if _, err := d.target.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := md5.New()
	if _, err := copyCancellable(ctx, sum, d.target, make([]byte, chunk)); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != wanted {
		d.known = false
		return fmt.Errorf("it arrived damaged: its MD5 is %s, not %s", got, wanted)
	}
	return nil
}
