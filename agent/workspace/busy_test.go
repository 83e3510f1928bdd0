package workspace

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestJobsRunTheirPrograms: a job can run a program of its distribution while
// other jobs are started.
func TestJobsRunTheirPrograms(t *testing.T) {
	t.Parallel()
	const jobs, each = 8, 100
	from := t.TempDir()
	write(t, from, "bin/hello.sh", "#!/bin/sh\nexit 0\n", 0o755)
	zipped := archive(t, item{name: "bin/hello.sh", content: "#!/bin/sh\nexit 0\n", mode: 0o755})
	for name, fill := range map[string]func(to string) error{
		"copied":   func(to string) error { return CopyTree(t.Context(), from, to, CopyOptions{}) },
		"unpacked": func(to string) error { return Unpack(t.Context(), zipped, to, DefaultLimits()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all sync.WaitGroup
			for range jobs {
				all.Go(func() {
					for range each {
						to := t.TempDir()
						if !assert.NoError(t, fill(to)) {
							return
						}
						job := exec.CommandContext(t.Context(), "/bin/sh", "-c", "bin/hello.sh")
						job.Dir = to
						output, err := job.CombinedOutput()
						assert.NoError(t, err, string(output))
					}
				})
			}
			all.Wait()
		})
	}
}

// observed is a context that says when it is asked, which is while a file is
// being written.
type observed struct {
	context.Context
	asked func()
}

func (o observed) Err() error {
	o.asked()
	return o.Context.Err()
}

// TestNoProcessStartsWhileAProgramIsWritten looks at the lock that starting a
// process takes.
func TestNoProcessStartsWhileAProgramIsWritten(t *testing.T) {
	for name, size := range map[string]int{"small": 10, "large": 3 * fewBytes} {
		t.Run(name, func(t *testing.T) {
			text := strings.Repeat("x", size)
			from := t.TempDir()
			write(t, from, "program", text, 0o710)
			var asked, free atomic.Int32
			ctx := observed{t.Context(), func() {
				asked.Add(1)
				if syscall.ForkLock.TryLock() {
					syscall.ForkLock.Unlock()
					free.Add(1)
				}
			}}
			p, err := openPair(from, t.TempDir())
			require.NoError(t, err)
			copier := fileCopier{noSharing: true} // which takes no time
			require.NoError(t, copier.copy(ctx, p, "program"))
			require.NoError(t, p.close())
			assert.Positive(t, asked.Load())
			assert.Zero(t, free.Load(), "a process could start while the copy was open")

			asked.Store(0)
			zipped := archive(t, item{name: "program", content: text, mode: 0o710})
			to := t.TempDir()
			require.NoError(t, Unpack(ctx, zipped, to, DefaultLimits()))
			assert.Positive(t, asked.Load())
			// Before and after the entry the lock is free.
			atEntry := free.Swap(0)
			require.NoError(t, Unpack(ctx, archive(t, item{name: "data", content: text, mode: 0o640}), to, DefaultLimits()))
			assert.Greater(t, free.Load(), atEntry, "data does not keep processes from starting")
			assert.Equal(t, text, read(t, filepath.Join(to, "program")))
		})
	}
}
