package workspace

import (
	"context"
	"crypto/md5" // S3's ETag of an object is its MD5; it detects damage
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

// Object describes one content of an object.
type Object struct {
	// ETag identifies the content, with or without quotes.
	ETag string
	Size int64
}

// Objects is the object store that holds distributions.
type Objects interface {
	// Stat returns ErrNoObject for a missing object, and ErrForbidden when the store
	// refuses to answer.
	Stat(ctx context.Context, bucket, key string) (Object, error)
	// Read reads the object from offset to its end. It returns ErrObjectChanged when
	// the ETag has changed, and ErrForbidden when the store refuses.
	Read(ctx context.Context, bucket, key string, object Object, offset int64) (io.ReadCloser, error)
}

var (
	// ErrNoObject means that the bucket does not have the object.
	ErrNoObject = errors.New("the object does not exist")
	// ErrForbidden means that the store refused; trying again would not help.
	ErrForbidden = errors.New("the store answered 403 Forbidden")
	// ErrObjectChanged means that the object has another content now.
	ErrObjectChanged = errors.New("the object has changed")
)

const (
	// downloadTimeout is how long a download may make no progress.
	downloadTimeout = 5 * time.Minute
	// answerTimeout is how long the store may send nothing before the call is repeated.
	answerTimeout = 20 * time.Second
	// longestPause bounds the pause between two tries.
	longestPause = 5 * time.Second
)

// download writes an object to a new file and checks that it is complete. It resumes
// an interrupted download, and starts over if the object changes. A missing object
// and a refusal are final; failed gets every other error, before the next try.
func download(ctx context.Context, objects Objects, bucket, key, file string, limits Limits, failed func(error)) (err error) {
	target, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("create a file for the distribution: %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	d := &downloader{objects: objects, bucket: bucket, key: key, limits: limits, target: target}
	pauses := backoff.NewExponentialBackOff()
	pauses.MaxInterval = longestPause
	deadline := time.Now().Add(downloadTimeout)
	for {
		before := d.written
		err := d.proceed(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, ErrForbidden), errors.Is(err, errTooLarge):
			return err
		case errors.Is(err, ErrNoObject):
			return fmt.Errorf("s3://%s/%s: %w; the archive must have the name of the distribution and .zip", bucket, key, err)
		}
		if d.written > before {
			pauses.Reset()
			deadline = time.Now().Add(downloadTimeout)
		}
		err = fmt.Errorf("download s3://%s/%s: %w", bucket, key, err)
		if time.Now().After(deadline) {
			return err
		}
		failed(err)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pauses.NextBackOff()):
		}
	}
}

// errTooLarge means that the archive is above its limit.
var errTooLarge = errors.New("the distribution is too large")

// downloader is the state of one download.
type downloader struct {
	objects     Objects
	bucket, key string
	limits      Limits
	target      *os.File
	// object is valid if known is true.
	object  Object
	known   bool
	written int64
}

// errNoAnswer ends a call.
var errNoAnswer = fmt.Errorf("the store has sent nothing for %s", answerTimeout)

// proceed reads the missing bytes and verifies the content.
func (d *downloader) proceed(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(answerTimeout, func() { cancel(errNoAnswer) })
	defer silence.Stop()
	err := d.transfer(ctx, func() { silence.Reset(answerTimeout) })
	if err != nil && errors.Is(context.Cause(ctx), errNoAnswer) {
		return errNoAnswer
	}
	if err == nil {
		silence.Stop()
		err = d.verify(ctx)
	}
	return err
}

// transfer reads the missing bytes. It calls answered whenever the store answers.
func (d *downloader) transfer(ctx context.Context, answered func()) error {
	if !d.known {
		object, err := d.objects.Stat(ctx, d.bucket, d.key)
		if err != nil {
			return err
		}
		if err := d.limits.checkSize(object.Size); err != nil {
			return fmt.Errorf("download s3://%s/%s: %w: %w", d.bucket, d.key, errTooLarge, err)
		}
		d.object, d.known = object, true
		if err := d.restart(); err != nil {
			return err
		}
	}
	answered()
	if d.written < d.object.Size {
		return d.read(ctx, answered)
	}
	return nil
}

// restart discards the written bytes.
func (d *downloader) restart() error {
	d.written = 0
	_, err := d.target.Seek(0, io.SeekStart)
	return errors.Join(err, d.target.Truncate(0))
}

func (d *downloader) read(ctx context.Context, answered func()) error {
	body, err := d.objects.Read(ctx, d.bucket, d.key, d.object, d.written)
	if err != nil {
		d.known = d.known && !errors.Is(err, ErrObjectChanged)
		return err
	}
	heard := readFunc(func(p []byte) (int, error) {
		n, err := body.Read(p)
		if n > 0 {
			answered()
		}
		return n, err
	})
	n, err := copyCancellable(ctx, d.target, io.LimitReader(heard, d.object.Size-d.written), make([]byte, chunk))
	d.written += n
	if closed := body.Close(); err == nil {
		err = closed
	}
	if err == nil && d.written < d.object.Size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// simpleETag matches an ETag that is the content's MD5. The ETag of a multipart upload
// is not.
var simpleETag = regexp.MustCompile(`^[0-9a-f]{32}$`)

// verify compares the content's MD5 if the ETag is one. A damaged download starts over.
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
		return fmt.Errorf("it is damaged: its MD5 is %s, not %s", got, wanted)
	}
	return nil
}
