package joblog

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusing takes nothing, until it is told to.
type refusing struct {
	Objects
	takes bool
}

func (r *refusing) Put(_ context.Context, _ Location, _ Version, content Content) (Version, error) {
	if !r.takes {
		return Version{}, errors.New("not now")
	}
	return Version{ETag: "1", Size: content.Size()}, nil
}

// A stored log is released with its job; one that is not stored yet is kept.
func TestArchiveForgets(t *testing.T) {
	t.Parallel()
	objects := &refusing{takes: true}
	a := NewArchive(objects, t.TempDir(), slog.New(slog.DiscardHandler))
	for range 3 {
		entry := a.Open(Location{Key: "k"})
		entry.WriteLines(time.Now(), []byte("a line\n"))
		require.Len(t, a.uploads, 1)
		entry.Close(t.Context())
		require.Empty(t, a.uploads)
	}
	objects.takes = false
	entry := a.Open(Location{Key: "k"})
	entry.WriteLines(time.Now(), []byte("a line\n"))
	entry.Close(t.Context())
	assert.Len(t, a.uploads, 1)
	objects.takes = true
	a.Close(t.Context())
	assert.Empty(t, a.uploads)
}

// TestCloseDoesNotWaitForADisk: a job's report does not, and what the disk takes
// later is sent all the same.
func TestCloseDoesNotWaitForADisk(t *testing.T) {
	t.Parallel()
	a := NewArchive(&refusing{takes: true}, t.TempDir(), slog.New(slog.DiscardHandler))
	entry := a.Open(Location{Key: "k"})
	entry.upload.mu.Lock() // as during a write to a disk that hangs
	entry.WriteLines(time.Now(), []byte("a line\n"))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		entry.Close(ctx)
	}()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("Close waits")
	}
	entry.upload.mu.Unlock()
	<-closed
	a.Close(t.Context())
	assert.Equal(t, int64(len(`{"timestamp":1700000000123,"data":"a line"}`+"\n")), entry.upload.stored.Size)
	assert.Empty(t, a.uploads)
}

// Many lines are one write, and a small log never becomes a file.
func TestSpool(t *testing.T) {
	t.Parallel()
	s := spool{directory: "/proc/self/none"}
	line := make([]byte, 1000)
	for range spoolMemory / len(line) {
		_, err := s.Write(line)
		require.NoError(t, err)
	}
	_, err := s.Write(line)
	require.ErrorContains(t, err, "create a file for a job's log", "now it would be one")

	s.directory = t.TempDir()
	for range 1000 {
		_, err := s.Write(line)
		require.NoError(t, err)
	}
	assert.Equal(t, int64((spoolMemory/len(line)+1000)*len(line)), s.size)
	text := make([]byte, s.size)
	_, err = Content{&spool{}, &s}.ReadAt(text, 0)
	require.NoError(t, err)
	s.reset()
	assert.Zero(t, s.size)
}
