//go:build bench

package bench_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/attini-go/runner/agent/joblog"
)

// counter is an object store that counts what it is sent.
type counter struct {
	joblog.Objects
	bytes int64
}

func (c *counter) Put(_ context.Context, _ joblog.Location, _ joblog.Version, content joblog.Content) (joblog.Version, error) {
	c.bytes += content.Size()
	return joblog.Version{ETag: "1", Size: content.Size()}, nil
}

func (c *counter) Append(_ context.Context, _ joblog.Location, base joblog.Version, more joblog.Content) (joblog.Version, error) {
	c.bytes += more.Size()
	return joblog.Version{ETag: "1", Size: base.Size + more.Size()}, nil
}

// uploadedBytes: what is sent of a job that prints 200 MB in 30 minutes. Lines
// have 1,000 bytes: the format's own part of a record is 40.
func uploadedBytes() row {
	const size, duration = 200_000_000, 30 * time.Minute
	return row{
		name: "sent of 200 MB in 30 minutes", reference: "what is printed", unit: "MB", limit: 1.2, compare: ratioAtMost,
		measure: func(t *testing.T) (ours, reference float64) {
			synctest.Test(t, func(t *testing.T) {
				objects := &counter{}
				archive := joblog.NewArchive(objects, t.TempDir(), slog.New(slog.DiscardHandler))
				entry := archive.Open(joblog.Location{Key: "k"})
				chunk := bytes.Repeat([]byte(strings.Repeat("x", 999)+"\n"), 50)
				for printed := 0; printed < size; printed += len(chunk) {
					entry.WriteLines(time.Now(), chunk)
					time.Sleep(duration * time.Duration(len(chunk)) / size)
				}
				entry.Close(t.Context())
				archive.Close(t.Context())
				ours, reference = float64(objects.bytes)/1e6, size/1e6
			})
			return ours, reference
		},
	}
}
