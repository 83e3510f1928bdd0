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

	"github.com/attini-go/runner/agent/internal/fstree"
	"github.com/attini-go/runner/agent/protocol"
)

// jobDirPool makes the directories of jobs. If a job leaves its directory as it
// found it, the next job uses it: creating and removing five files takes longer
// than starting the shell.
type jobDirPool struct {
	directory, memory string
	logger            *slog.Logger

	mu   sync.Mutex
	free []string
	// unremoved are directories whose removal failed, for example because no file
	// descriptor was left. It is tried again after the next job.
	unremoved []string
}

// jobDir is the private directory of a job. The agent's own two files may be
// elsewhere, in memory.
type jobDir struct {
	directory     string
	input, script string
}

func (d jobDir) source() string    { return filepath.Join(d.directory, "source") }
func (d jobDir) temporary() string { return filepath.Join(d.directory, "tmp") }
func (d jobDir) output() string    { return filepath.Join(d.directory, "output.json") }

// acquire prepares a directory for a job. The caller must release it, also after an
// error.
func (p *jobDirPool) acquire(message *protocol.Message) (d jobDir, err error) {
	p.mu.Lock()
	if last := len(p.free) - 1; last >= 0 {
		d.directory, p.free = p.free[last], p.free[:last]
	}
	p.mu.Unlock()
	if d.directory == "" {
		if d.directory, err = os.MkdirTemp(p.directory, "job-"); err == nil {
			err = errors.Join(os.Mkdir(d.source(), 0o700), os.Mkdir(d.temporary(), 0o700), os.WriteFile(d.output(), nil, 0o600))
		}
	}
	if err != nil {
		return d, err
	}
	name := rand.Text()
	d.input, err = p.write("input-"+name+".json", message.Input())
	d.script = filepath.Join(filepath.Dir(d.input), "script-"+name)
	return d, err
}

// write writes one of the agent's own files: in memory, or on disk if memory has no
// room.
func (p *jobDirPool) write(name string, content []byte) (path string, err error) {
	for _, directory := range []string{p.memory, p.directory} {
		if directory == "" {
			continue
		}
		path = filepath.Join(directory, name)
		if err = os.WriteFile(path, content, 0o600); err == nil {
			return path, nil
		}
		_ = os.Remove(path) // it may be incomplete
	}
	return "", err
}

// release removes a directory. If the job succeeded and left no trace in it, the
// next job gets it instead.
func (p *jobDirPool) release(d jobDir, succeeded bool) {
	for _, file := range []string{d.input, d.script, d.script + noteSuffix} {
		if file != "" && file != noteSuffix {
			_ = os.Remove(file) // no later job uses its name
		}
	}
	p.removeAgain()
	switch {
	case d.directory == "":
	case succeeded && d.isPristine():
		p.mu.Lock()
		p.free = append(p.free, d.directory)
		p.mu.Unlock()
	default:
		p.remove(d.directory)
	}
}

// isPristine reports whether the job left no trace: its directory, the parent of the
// one where it ran, contains only what acquire made, with the same modes.
func (d jobDir) isPristine() bool {
	info, err := os.Lstat(d.output())
	if err != nil || info.Mode() != 0o600 || info.Size() != 0 {
		return false
	}
	// Through a second name of the file, a job could read the output of the next.
	if file, known := info.Sys().(*syscall.Stat_t); !known || file.Nlink != 1 {
		return false
	}
	return holds(d.directory, d.output(), d.source(), d.temporary()) && holds(d.source()) && holds(d.temporary())
}

// holds reports whether path is a directory with mode 0700 and exactly these entries.
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

// removeAll removes all directories that no job has.
func (p *jobDirPool) removeAll() {
	p.mu.Lock()
	p.unremoved, p.free = append(p.unremoved, p.free...), nil
	p.mu.Unlock()
	p.removeAgain()
}

// removeAgain removes the directories whose removal failed before.
func (p *jobDirPool) removeAgain() {
	p.mu.Lock()
	left := p.unremoved
	p.unremoved = nil
	p.mu.Unlock()
	for _, directory := range left {
		p.remove(directory)
	}
}

func (p *jobDirPool) remove(directory string) {
	if err := fstree.RemoveAll(directory); err != nil {
		p.logger.Warn("cannot remove a job's directory; trying again after the next job", "error", err)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.unremoved = append(p.unremoved, directory)
	}
}

// checkDirectory checks that path is a directory and makes it absolute, because jobs
// run in other directories.
func checkDirectory(name, path string) (string, error) {
	if path == "" {
		return "", fmt.Errorf("%s is missing", name)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", name, err)
	}
	if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
		return "", fmt.Errorf("%s: %q is not a directory", name, path)
	}
	return absolute, nil
}
