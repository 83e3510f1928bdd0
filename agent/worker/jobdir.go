package worker

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/attini-go/runner/agent/protocol"
)

// jobDirPool are where jobs work. A job that leaves its desk as it was hands it on
// to the next one: to make and remove five files takes longer than the shell's
// start, and file systems grow slow when they do little else.
type jobDirPool struct {
	directory, memory string
	logger            *slog.Logger

	mu   sync.Mutex
	free []string
}

// jobDir is one job's private place: a directory, and two files of the agent's
// own that may be elsewhere.
type jobDir struct {
	directory     string
	input, script string
}

func (d jobDir) source() string    { return filepath.Join(d.directory, "source") }
func (d jobDir) temporary() string { return filepath.Join(d.directory, "tmp") }
func (d jobDir) output() string    { return filepath.Join(d.directory, "output.json") }

// acquire prepares a desk for a job. It must be given back, also after an error.
func (ds *jobDirPool) acquire(message *protocol.Message) (d jobDir, err error) {
	ds.mu.Lock()
	if last := len(ds.free) - 1; last >= 0 {
		d.directory, ds.free = ds.free[last], ds.free[:last]
	}
	ds.mu.Unlock()
	if d.directory == "" {
		if d.directory, err = os.MkdirTemp(ds.directory, "job-"); err == nil {
			err = errors.Join(os.Mkdir(d.source(), 0o700), os.Mkdir(d.temporary(), 0o700), os.WriteFile(d.output(), nil, 0o600))
		}
	}
	if err != nil {
		return d, err
	}
	name := rand.Text()
	d.input, err = ds.write("input-"+name+".json", message.Input())
	d.script = filepath.Join(filepath.Dir(d.input), "script-"+name)
	return d, err
}

// write writes one of the agent's own files: in memory, or where there is no
// room in it, on disk.
func (ds *jobDirPool) write(name string, content []byte) (path string, err error) {
	for _, directory := range []string{ds.memory, ds.directory} {
		if directory == "" {
			continue
		}
		path = filepath.Join(directory, name)
		if err = os.WriteFile(path, content, 0o600); err == nil {
			return path, nil
		}
		_ = os.Remove(path) // what was written of it
	}
	return "", err
}

// release takes a desk back. One that may be used again must be as it was: nobody
// has left anything on it.
func (ds *jobDirPool) release(d jobDir, again bool) {
	for _, file := range []string{d.input, d.script} {
		if file != "" {
			_ = os.Remove(file) // it is in the way of nobody
		}
	}
	switch {
	case d.directory == "":
	case again && d.isPristine():
		ds.mu.Lock()
		ds.free = append(ds.free, d.directory)
		ds.mu.Unlock()
	default:
		removeAll(d.directory, ds.logger)
	}
}

// isPristine reports whether the job has left no trace: its directory, which is
// .. of where it ran, holds what take made and nothing else, all as private.
func (d jobDir) isPristine() bool {
	info, err := os.Lstat(d.output())
	if err != nil || info.Mode() != 0o600 || info.Size() != 0 {
		return false
	}
	// A second name of the file would give the job what the next one writes.
	if file, known := info.Sys().(*syscall.Stat_t); !known || file.Nlink != 1 {
		return false
	}
	return holds(d.directory, d.output(), d.source(), d.temporary()) && holds(d.source()) && holds(d.temporary())
}

// holds reports whether the path is a private directory that has these entries
// and no others.
func holds(path string, entries ...string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != fs.ModeDir|0o700 {
		return false
	}
	directory, err := os.Open(path)
	if err != nil {
		return false
	}
	defer directory.Close()
	names, err := directory.Readdirnames(len(entries) + 1)
	if err != nil && !errors.Is(err, io.EOF) || len(names) != len(entries) {
		return false
	}
	for _, name := range names {
		if !slices.Contains(entries, filepath.Join(path, name)) {
			return false
		}
	}
	return true
}

// removeAll removes all desks.
func (ds *jobDirPool) removeAll() {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	for _, directory := range ds.free {
		removeAll(directory, ds.logger)
	}
	ds.free = nil
}

// removeAll removes a directory, also what a job made unwritable.
func removeAll(directory string, logger *slog.Logger) {
	err := os.RemoveAll(directory)
	if err != nil {
		makeWritable(directory)
		err = os.RemoveAll(directory)
	}
	if err != nil {
		logger.Warn("remove a job's directory", "error", err)
	}
}

// makeWritable lets a tree be removed whose directories a job made read-only.
func makeWritable(root string) {
	walk := func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() {
			if chmod := os.Chmod(path, 0o700); chmod != nil {
				return fs.SkipDir
			}
		}
		return nil
	}
	// What cannot be made writable is reported by the removal that follows.
	_ = filepath.WalkDir(root, walk)
}

// checkDirectory finds out whether path is a directory, and makes it absolute,
// since jobs run in others.
func checkDirectory(name, path string) (string, error) {
	if path == "" {
		return "", fmt.Errorf("the %s is missing", name)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the %s: %w", name, err)
	}
	if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
		return "", fmt.Errorf("the %s %q is none", name, path)
	}
	return absolute, nil
}
