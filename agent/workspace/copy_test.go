package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func write(t *testing.T, directory, name, content string, mode fs.FileMode) {
	t.Helper()
	file := filepath.Join(directory, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	require.NoError(t, os.Chmod(file, mode))
}

func symlink(t *testing.T, directory, destination, name string) {
	t.Helper()
	file := filepath.Join(directory, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.Symlink(destination, file))
}

func modeOf(t *testing.T, elements ...string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(filepath.Join(elements...))
	require.NoError(t, err)
	return info.Mode()
}

// names lists what is in a directory, slash-separated, in order.
func names(t *testing.T, directory string) []string {
	t.Helper()
	found := []string{}
	require.NoError(t, filepath.WalkDir(directory, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == directory {
			return err
		}
		name, err := filepath.Rel(directory, path)
		found = append(found, name)
		return err
	}))
	return found
}

func read(t *testing.T, elements ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(elements...))
	require.NoError(t, err)
	return string(content)
}

func TestCopyTree(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	write(t, from, "run.sh", "#!/bin/sh\n", 0o755)
	write(t, from, "read-only/file", "x", 0o440)
	write(t, from, "å b/😀", "unicode", 0o644)
	write(t, from, "latin\xe5/f\xe5", "latin 1", 0o600)
	write(t, from, "empty", "", 0o600)
	require.NoError(t, os.MkdirAll(filepath.Join(from, "nothing/inside"), 0o700))
	require.NoError(t, os.Chmod(filepath.Join(from, "nothing"), 0o751))
	require.NoError(t, os.Chmod(filepath.Join(from, "read-only"), 0o555))
	symlink(t, from, "run.sh", "link")
	symlink(t, from, "../run.sh", "read/up")
	symlink(t, from, "missing", "dangling")
	symlink(t, from, "circle", "circle")
	symlink(t, from, ".", "self")

	require.NoError(t, CopyTree(t.Context(), from, to, CopyOptions{}))

	assert.Equal(t, names(t, from), names(t, to))
	assert.Equal(t, fs.FileMode(0o755), modeOf(t, to, "run.sh"))
	assert.Equal(t, fs.FileMode(0o440), modeOf(t, to, "read-only/file"))
	assert.Equal(t, fs.ModeDir|0o751, modeOf(t, to, "nothing"))
	assert.Equal(t, fs.ModeDir|0o755, modeOf(t, to, "read-only"), "its owner can write")
	assert.Equal(t, "unicode", read(t, to, "å b/😀"))
	assert.Equal(t, "latin 1", read(t, to, "latin\xe5/f\xe5"))
	for name, want := range map[string]string{"link": "run.sh", "read/up": "../run.sh", "dangling": "missing", "circle": "circle", "self": "."} {
		destination, err := os.Readlink(filepath.Join(to, name))
		require.NoError(t, err)
		assert.Equal(t, want, destination)
	}
	write(t, to, "run.sh", "changed", 0o755)
	assert.Equal(t, "#!/bin/sh\n", read(t, from, "run.sh"), "the copy is the job's own")
}

func TestCopyTreeRefusesLinksThatLeave(t *testing.T) {
	t.Parallel()
	long := map[string]string{"l0": "p/.."} // longer than os.Root follows
	long["p"] = "."
	for i := range 20 {
		long[fmt.Sprintf("l%d", i+1)] = fmt.Sprintf("l%d", i)
	}
	for name, test := range map[string]struct {
		links map[string]string
		want  string
	}{
		"absolute":             {map[string]string{"bad": "/etc/passwd"}, `"bad" is a link to "/etc/passwd", outside the distribution`},
		"up":                   {map[string]string{"bad": "../x"}, `"bad" is a link to "../x", outside the distribution`},
		"up from below":        {map[string]string{"d/bad": "../../x"}, `"d/bad" is a link to "../../x", outside the distribution`},
		"in and out":           {map[string]string{"bad": "a/../../x"}, `"bad" is a link to "a/../../x", outside the distribution`},
		"chain":                {map[string]string{"a": ".", "bad": "a/.."}, `"bad" is a link to "a/..", outside the distribution`},
		"chain through a deep": {map[string]string{"a/b/c": "../..", "bad": "a/b/c/../x"}, `"bad" is a link to "a/b/c/../x", outside the distribution`},
		"chain of twenty":      {long, `"l0" is a link to "p/..", outside the distribution`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := t.TempDir(), t.TempDir()
			for name, destination := range test.links {
				symlink(t, from, destination, name)
			}
			assert.ErrorContains(t, CopyTree(t.Context(), from, to, CopyOptions{}), test.want)
		})
	}
}

func TestCopyTreeRefusesSpecialFiles(t *testing.T) {
	t.Parallel()
	t.Run("named pipe", func(t *testing.T) {
		t.Parallel()
		from := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(from, "d"), 0o700))
		require.NoError(t, syscall.Mkfifo(filepath.Join(from, "d/pipe"), 0o600))
		assert.ErrorContains(t, CopyTree(t.Context(), from, t.TempDir(), CopyOptions{}), `"d/pipe" is a named pipe, which cannot be part of a distribution`)
	})
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		from, err := os.MkdirTemp("", "s") // a socket's path must be short
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, os.RemoveAll(from)) })
		listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(from, "sock"))
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, listener.Close()) })
		assert.ErrorContains(t, CopyTree(t.Context(), from, t.TempDir(), CopyOptions{}), `"sock" is a socket, which cannot be part of a distribution`)
	})
}

func TestCopyTreeExcludes(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	write(t, from, ".git/config", "x", 0o600)
	write(t, from, "sub/.git/config", "x", 0o600)
	write(t, from, "sub/file", "x", 0o600)
	write(t, from, "other/.git", "a file", 0o600)

	to := t.TempDir()
	require.NoError(t, CopyTree(t.Context(), from, to, CopyOptions{}))
	assert.Equal(t, []string{"other", "other/.git", "sub", "sub/file"}, names(t, to))

	to = t.TempDir()
	require.NoError(t, CopyTree(t.Context(), from, to, CopyOptions{Exclude: func(path string, _ fs.DirEntry) bool {
		return path == "sub" || path == "other/.git"
	}}))
	assert.Equal(t, []string{".git", ".git/config", "other"}, names(t, to))
}

func TestCopyTreeIntoTheSource(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	write(t, from, "file", "x", 0o600)
	to := filepath.Join(from, "work", "job")
	require.NoError(t, os.MkdirAll(to, 0o700))
	require.NoError(t, CopyTree(t.Context(), from, to, CopyOptions{}))
	assert.Equal(t, []string{"file", "work"}, names(t, to))

	err := CopyTree(t.Context(), from, from, CopyOptions{})
	assert.ErrorContains(t, err, "a directory cannot be copied into itself")
	assert.Equal(t, "x", read(t, from, "file"))
}

func TestCopyTreeNeverOverwrites(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	write(t, from, "file", "new", 0o600)
	write(t, to, "file", "old", 0o600)
	require.ErrorIs(t, CopyTree(t.Context(), from, to, CopyOptions{}), fs.ErrExist)
	assert.Equal(t, "old", read(t, to, "file"))
}

func TestCopyTreeOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	require.ErrorIs(t, CopyTree(t.Context(), missing, t.TempDir(), CopyOptions{}), fs.ErrNotExist)
	require.ErrorIs(t, CopyTree(t.Context(), t.TempDir(), missing, CopyOptions{}), fs.ErrNotExist)

	directory := t.TempDir()
	write(t, directory, "file", "x", 0o600)
	require.ErrorContains(t, CopyTree(t.Context(), filepath.Join(directory, "file"), t.TempDir(), CopyOptions{}), "not a directory")

	if os.Getuid() == 0 {
		t.Skip("the superuser can read everything")
	}
	write(t, directory, "secret", "x", 0)
	err := CopyTree(t.Context(), directory, t.TempDir(), CopyOptions{})
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.ErrorContains(t, err, "secret")
}

func TestCopyTreeStopsWithItsContext(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	for i := range 10 {
		write(t, from, fmt.Sprintf("f%d", i), "x", 0o600)
	}
	cause := errors.New("the job was stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := CopyTree(ctx, from, to, CopyOptions{Exclude: func(path string, _ fs.DirEntry) bool {
		if path == "f4" {
			cancel(cause)
		}
		return false
	}})
	require.ErrorIs(t, err, cause)
	assert.Subset(t, []string{"f0", "f1", "f2", "f3", "f4"}, names(t, to))
}

// zeros never ends; it cancels after its first megabyte.
type zeros struct {
	read   int
	cancel func()
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.read += len(p); z.read > 1<<20 {
		z.cancel()
	}
	return len(p), nil
}

func TestTransferStopsInsideAFile(t *testing.T) {
	t.Parallel()
	cause := errors.New("the job was stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	written, err := copyCancellable(ctx, new(strings.Builder), &zeros{cancel: func() { cancel(cause) }}, make([]byte, chunk))
	require.ErrorIs(t, err, cause)
	assert.Equal(t, int64(1<<20+chunk), written)
}

func TestCopyTreeOfManyFiles(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	for i := range 2000 {
		write(t, from, fmt.Sprintf("d%d/f%d", i%20, i), fmt.Sprint(i), 0o600)
	}
	require.NoError(t, CopyTree(t.Context(), from, to, CopyOptions{}))
	assert.Equal(t, names(t, from), names(t, to))
	assert.Len(t, names(t, to), 2020)
	assert.Equal(t, "1999", read(t, to, "d19/f1999"))
}
