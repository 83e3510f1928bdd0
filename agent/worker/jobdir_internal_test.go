package worker

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// TestNoJobSeesAnothersDirectory: only a directory in which a job left nothing
// at all is handed to the next job.
func TestNoJobSeesAnothersDirectory(t *testing.T) {
	t.Parallel()
	file := func(path string) error { return os.WriteFile(path, []byte("secret"), 0o600) }
	elsewhere := t.TempDir()
	for name, leave := range map[string]func(d jobDir) error{
		"nothing":                          nil,
		"a file beside source":             func(d jobDir) error { return file(filepath.Join(d.directory, "left")) },
		"a hidden directory beside source": func(d jobDir) error { return os.Mkdir(filepath.Join(d.directory, ".cache"), 0o700) },
		"many files":                       func(d jobDir) error { return many(d.directory) },
		"an open directory":                func(d jobDir) error { return os.Chmod(d.directory, 0o777) },
		"a sticky directory":               func(d jobDir) error { return os.Chmod(d.directory, 0o700|os.ModeSticky) },
		"no source":                        func(d jobDir) error { return os.Remove(d.source()) },
		"source under another name":        func(d jobDir) error { return os.Rename(d.source(), d.source()+"s") },
		"a file in source":                 func(d jobDir) error { return file(filepath.Join(d.source(), "left")) },
		"a file in tmp":                    func(d jobDir) error { return file(filepath.Join(d.temporary(), "left")) },
		"an open tmp":                      func(d jobDir) error { return os.Chmod(d.temporary(), 0o755) },
		"an output":                        func(d jobDir) error { return file(d.output()) },
		"an executable output":             func(d jobDir) error { return os.Chmod(d.output(), 0o700) },
		"no output":                        func(d jobDir) error { return os.Remove(d.output()) },
		"a second name of the output":      func(d jobDir) error { return os.Link(d.output(), filepath.Join(elsewhere, "output")) },
		"a link for source":                func(d jobDir) error { return replace(d.source(), elsewhere) },
		"a link for all":                   func(d jobDir) error { return replace(d.directory, elsewhere) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ds := &jobDirPool{directory: t.TempDir(), logger: slog.New(slog.DiscardHandler)}
			message, err := protocol.ParseMessage([]byte("{}"))
			require.NoError(t, err)
			first, err := ds.acquire(message)
			require.NoError(t, err)
			if leave != nil {
				require.NoError(t, leave(first))
			}
			ds.release(first, true)
			if leave != nil {
				assert.NoFileExists(t, first.directory)
				assert.NoDirExists(t, first.directory)
			}
			second, err := ds.acquire(message)
			require.NoError(t, err)
			assert.Equal(t, leave == nil, first.directory == second.directory)
			assert.True(t, second.isPristine())
			ds.release(second, false)
			assert.NoDirExists(t, second.directory)
		})
	}
}

func many(directory string) error {
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if err := os.Mkdir(filepath.Join(directory, name), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// replace puts a link where a directory was.
func replace(path, destination string) error {
	if err := os.Rename(path, path+"-moved"); err != nil {
		return err
	}
	return os.Symlink(destination, path)
}

// TestDirectoryIsRemovedLater: a job's directory that cannot be removed at the job's end
// does not stay for the life of the agent.
func TestDirectoryIsRemovedLater(t *testing.T) {
	t.Parallel()
	parent := filepath.Join(t.TempDir(), "jobs")
	require.NoError(t, os.Mkdir(parent, 0o700))
	ds := &jobDirPool{directory: parent, logger: slog.New(slog.DiscardHandler)}
	message, err := protocol.ParseMessage([]byte("{}"))
	require.NoError(t, err)
	first, err := ds.acquire(message)
	require.NoError(t, err)
	second, err := ds.acquire(message)
	require.NoError(t, err)

	require.NoError(t, os.Rename(parent, parent+"-away"))
	require.NoError(t, os.Symlink(parent, parent)) // nothing below can be opened
	ds.release(first, false)
	require.NoError(t, os.Remove(parent))
	require.NoError(t, os.Rename(parent+"-away", parent))
	require.DirExists(t, first.directory)

	ds.release(second, true)
	assert.NoDirExists(t, first.directory)
	assert.DirExists(t, second.directory, "it is free")
	ds.removeAll()
	assert.NoDirExists(t, second.directory)
}
