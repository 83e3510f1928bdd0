package joblog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/joblog"
)

// memory is an object store.
type memory struct {
	mu       sync.Mutex
	contents map[joblog.Location][]byte
	versions map[joblog.Location]int
	uploaded int64 // bytes of all Puts and Appends
	uploads  int
	// before is asked about each Put and Append, after has the last word on
	// its answer.
	before, after func(ctx context.Context, base joblog.Version) error
}

func newMemory() *memory {
	return &memory{contents: map[joblog.Location][]byte{}, versions: map[joblog.Location]int{}}
}

func (m *memory) version(place joblog.Location) joblog.Version {
	content, exists := m.contents[place]
	if !exists {
		return joblog.Version{}
	}
	return joblog.Version{ETag: strconv.Itoa(m.versions[place]), Size: int64(len(content))}
}

func (m *memory) Version(_ context.Context, place joblog.Location) (joblog.Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.version(place), nil
}

func (m *memory) ReadAt(_ context.Context, place joblog.Location, version joblog.Version, text []byte, offset int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version(place) != version {
		return joblog.ErrChanged
	}
	if n := copy(text, m.contents[place][offset:]); n < len(text) {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (m *memory) Put(ctx context.Context, place joblog.Location, base joblog.Version, content joblog.Content) (joblog.Version, error) {
	return m.write(ctx, place, base, nil, content)
}

func (m *memory) Append(ctx context.Context, place joblog.Location, base joblog.Version, more joblog.Content) (joblog.Version, error) {
	if base.Size < joblog.MinimumBase {
		return joblog.Version{}, errors.New("the base is too small to be copied")
	}
	m.mu.Lock()
	there := m.contents[place]
	m.mu.Unlock()
	return m.write(ctx, place, base, there, more)
}

func (m *memory) write(ctx context.Context, place joblog.Location, base joblog.Version, there []byte, content joblog.Content) (joblog.Version, error) {
	if m.before != nil {
		if err := m.before(ctx, base); err != nil {
			return joblog.Version{}, err
		}
	}
	more := make([]byte, content.Size())
	if _, err := content.ReadAt(more, 0); err != nil && !errors.Is(err, io.EOF) {
		return joblog.Version{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version(place) != base {
		return joblog.Version{}, joblog.ErrChanged
	}
	m.contents[place] = append(there, more...)
	m.versions[place]++
	m.uploaded += int64(len(more))
	m.uploads++
	if m.after != nil {
		if err := m.after(ctx, base); err != nil {
			return joblog.Version{}, err
		}
	}
	return m.version(place), nil
}

// text takes the records apart, as readers of the object do.
func (m *memory) text(t *testing.T, place joblog.Location) string {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	var all strings.Builder
	for record := range bytes.Lines(m.contents[place]) {
		var line struct {
			Timestamp int64
			Data      string
		}
		require.NoError(t, json.Unmarshal(record, &line), "%q", record)
		all.WriteString(line.Data + "\n")
	}
	return all.String()
}

func place(key string) joblog.Location { return joblog.Location{Bucket: "logs", Key: key} }

// archive is one whose directory is empty at the end.
func archive(t *testing.T, objects joblog.Objects) (a *joblog.Archive, told *bytes.Buffer) {
	t.Helper()
	directory := t.TempDir()
	told = &bytes.Buffer{}
	a = joblog.NewArchive(objects, directory, slog.New(slog.NewTextHandler(told, nil)))
	t.Cleanup(func() {
		left, err := os.ReadDir(directory)
		assert.NoError(t, err)
		assert.Empty(t, left)
	})
	return a, told
}

func TestArchiveRecords(t *testing.T) {
	t.Parallel()
	objects := newMemory()
	a, _ := archive(t, objects)
	at := time.UnixMilli(1700000000123)
	entry := a.Open(place("k"))
	entry.WriteLines(at, []byte("hello\n\n"))
	entry.WriteLines(at.Add(time.Second), []byte("say \"hi\"\\\tå🚀\x1b[0m\n"))
	entry.Close(t.Context())
	a.Close(t.Context())
	assert.Equal(t, `{"timestamp":1700000000123,"data":"hello"}
{"timestamp":1700000000123,"data":""}
{"timestamp":1700000001123,"data":"say \"hi\"\\\tå🚀\u001b[0m"}
`, string(objects.contents[place("k")]))
}

// A job that prints nothing has no log.
func TestArchiveNothing(t *testing.T) {
	t.Parallel()
	objects := newMemory()
	a, _ := archive(t, objects)
	a.Open(place("k")).Close(t.Context())
	a.Close(t.Context())
	assert.Empty(t, objects.contents)
}

// Lines are uploaded after ten seconds, even if the job prints nothing more.
func TestArchiveSendsWhileTheJobRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		objects := newMemory()
		a, _ := archive(t, objects)
		entry := a.Open(place("k"))
		time.Sleep(time.Hour) // a job that prints late
		entry.WriteLines(time.Now(), []byte("one\n"))
		time.Sleep(9 * time.Second)
		synctest.Wait()
		assert.Empty(t, objects.text(t, place("k")))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, "one\n", objects.text(t, place("k")))
		entry.WriteLines(time.Now(), []byte("two\n"))
		entry.Close(t.Context())
		assert.Equal(t, "one\ntwo\n", objects.text(t, place("k")), "at once at the end")
		a.Close(t.Context())
		assert.Equal(t, 2, objects.uploads)
	})
}

// A long log is not uploaded whole each time it grows.
func TestArchiveSendsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const size, duration = 20_000_000, 180 * time.Second
		objects := newMemory()
		a, _ := archive(t, objects)
		entry := a.Open(place("k"))
		line := strings.Repeat("x", 999) + "\n"
		var printed bytes.Buffer
		for printed.Len() < size {
			chunk := strings.Repeat(line, 100)
			entry.WriteLines(time.Now(), []byte(chunk))
			printed.WriteString(chunk)
			time.Sleep(duration * time.Duration(len(chunk)) / size)
		}
		entry.Close(t.Context())
		a.Close(t.Context())
		assert.Equal(t, printed.String(), objects.text(t, place("k")))
		assert.Greater(t, objects.uploads, 15, "it can be read while the job runs")
		assert.Less(t, float64(objects.uploaded), 1.6*float64(len(objects.contents[place("k")])))
	})
}

// A log that grows a little at a time is sent whole only now and then.
func TestArchiveTrickle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		objects := newMemory()
		a, _ := archive(t, objects)
		entry := a.Open(place("k"))
		entry.WriteLines(time.Now(), bytes.Repeat([]byte(strings.Repeat("x", 99)+"\n"), 10_000))
		for range 360 {
			time.Sleep(10 * time.Second)
			entry.WriteLines(time.Now(), []byte("still here\n"))
		}
		entry.Close(t.Context())
		a.Close(t.Context())
		assert.Less(t, objects.uploads, 65, "once a minute")
		assert.Greater(t, objects.uploads, 55)
	})
}

// Attempts of a step, parallel iterations and other agents append whole lines
// to one object, and none is lost.
func TestArchiveIsShared(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]int{"a small log": 10, "a large log": joblog.MinimumBase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects := newMemory()
			first, _ := archive(t, objects)
			earlier := first.Open(place("k"))
			text := strings.Repeat("x", before)
			earlier.WriteLines(time.Now(), []byte(text+"\n"))
			earlier.Close(t.Context())
			earlier.Close(t.Context())

			second, _ := archive(t, objects)
			var jobs sync.WaitGroup
			const agents, iterations, lines = 2, 5, 20
			for agent, a := range []*joblog.Archive{first, second} {
				for iteration := range iterations {
					entry := a.Open(place("k"))
					jobs.Go(func() {
						for line := range lines {
							entry.WriteLines(time.Now(), fmt.Appendf(nil, "%d/%d/%d\n", agent, iteration, line))
						}
						entry.Close(context.WithoutCancel(t.Context()))
					})
				}
			}
			jobs.Wait()
			first.Close(t.Context())
			second.Close(t.Context())
			all := objects.text(t, place("k"))
			assert.True(t, strings.HasPrefix(all, text+"\n"))
			last := map[string]int{}
			count := 0
			for line := range strings.Lines(all[len(text)+1:]) {
				var agent, iteration, number int
				_, err := fmt.Sscanf(line, "%d/%d/%d", &agent, &iteration, &number)
				require.NoError(t, err, line)
				job := fmt.Sprint(agent, iteration)
				assert.Equal(t, last[job], number, "the lines of one job are in order")
				last[job]++
				count++
			}
			assert.Equal(t, agents*iterations*lines, count)
		})
	}
}

// An upload whose answer is lost is not made twice.
func TestArchiveLostAnswer(t *testing.T) {
	t.Parallel()
	objects := newMemory()
	lost := errors.New("connection reset")
	objects.after = func(context.Context, joblog.Version) error {
		objects.after = nil
		return lost
	}
	a, told := archive(t, objects)
	entry := a.Open(place("k"))
	entry.WriteLines(time.Now(), []byte("one\n"))
	entry.Close(t.Context())
	assert.Contains(t, told.String(), "connection reset")
	a.Close(t.Context())
	assert.Equal(t, "one\n", objects.text(t, place("k")))
}

// A store that refuses or hangs delays the log, never the job. Refused lines
// are uploaded once the store accepts them again.
func TestArchiveTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		objects := newMemory()
		var down atomic.Bool
		down.Store(true)
		objects.before = func(ctx context.Context, _ joblog.Version) error {
			if down.Load() {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		a, told := archive(t, objects)
		entry := a.Open(place("k"))
		entry.WriteLines(time.Now(), []byte("one\n"))
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		entry.Close(ctx)
		cancel()
		assert.Equal(t, 5*time.Second, time.Since(began))
		other := a.Open(place("k")) // a retry of the step
		other.WriteLines(time.Now(), []byte("two\n"))
		down.Store(false)
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		assert.Equal(t, "one\ntwo\n", objects.text(t, place("k")))
		other.Close(t.Context())
		a.Close(t.Context())
		assert.Equal(t, 1, strings.Count(told.String(), "\n"), "it is told once")
		assert.NotContains(t, told.String(), "one")
	})
}

// An agent that ends sends what is left, but not for ever.
func TestArchiveClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		objects := newMemory()
		objects.before = func(ctx context.Context, base joblog.Version) error {
			if base.Size > 0 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		a, told := archive(t, objects)
		sound, hung := a.Open(place("sound")), a.Open(place("hung"))
		hung.WriteLines(time.Now(), []byte("one\n"))
		time.Sleep(15 * time.Second)
		hung.WriteLines(time.Now(), []byte("two\n"))
		sound.WriteLines(time.Now(), []byte("three\n"))
		for _, entry := range []*joblog.Entry{sound, hung} {
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			entry.Close(ended)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		a.Close(ctx)
		assert.Equal(t, "three\n", objects.text(t, place("sound")))
		assert.Equal(t, "one\n", objects.text(t, place("hung")))
		assert.Contains(t, told.String(), "key=hung")
	})
}

// A disk that is full costs the log, not the job.
func TestArchiveWithoutSpace(t *testing.T) {
	t.Parallel()
	objects := newMemory()
	told := &bytes.Buffer{}
	a := joblog.NewArchive(objects, "/proc/self/none", slog.New(slog.NewTextHandler(told, nil)))
	entry := a.Open(place("k"))
	for range 2 {
		entry.WriteLines(time.Now(), bytes.Repeat([]byte("one\n"), 100_000))
	}
	entry.Close(t.Context())
	a.Close(t.Context())
	assert.Empty(t, objects.contents)
	assert.Equal(t, 1, strings.Count(told.String(), "the rest of a job's log"))
}

func FuzzRecords(f *testing.F) {
	f.Add("hello", "wörld \"\\\x1b")
	f.Add(strings.Repeat("01234567", 3)+"\"", "\t\\")
	f.Fuzz(func(t *testing.T, one, two string) {
		objects := newMemory()
		a := joblog.NewArchive(objects, t.TempDir(), slog.New(slog.DiscardHandler))
		defer a.Close(t.Context())
		entry := a.Open(place("k"))
		var want strings.Builder
		splitter := joblog.NewSplitter(1000, nil, func(lines []byte) {
			want.Write(lines)
			entry.WriteLines(time.Now(), lines)
		})
		_, err := io.WriteString(splitter, one+"\n"+two)
		require.NoError(t, err)
		require.NoError(t, splitter.Close())
		entry.Close(t.Context())
		require.Equal(t, want.String(), objects.text(t, place("k")))
	})
}

// sink takes everything and keeps nothing.
type sink struct{ joblog.Objects }

func (sink) Put(_ context.Context, _ joblog.Location, _ joblog.Version, content joblog.Content) (joblog.Version, error) {
	return joblog.Version{Size: content.Size()}, nil
}

func BenchmarkArchive(b *testing.B) {
	a := joblog.NewArchive(sink{}, b.TempDir(), slog.New(slog.DiscardHandler))
	defer a.Close(b.Context())
	chunk := []byte(strings.Repeat(strings.Repeat("0123456789", 6)+"\n", 32<<10/61))
	b.SetBytes(int64(len(chunk)))
	var entry *joblog.Entry
	for written := 0; b.Loop(); written += len(chunk) {
		// An object for each 64 MB, so that the spool does not measure the disk.
		if written%(64<<20) < len(chunk) {
			if entry != nil {
				entry.Close(b.Context())
			}
			entry = a.Open(place("k"))
		}
		entry.WriteLines(time.Now(), chunk)
	}
	entry.Close(b.Context()) // the archive's Close waits for it
}
