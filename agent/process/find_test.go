package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	for _, file := range []string{filepath.Join(one, "tool"), filepath.Join(two, "tool"), filepath.Join(two, "other")} {
		require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n"), 0o700))
	}
	require.NoError(t, os.WriteFile(filepath.Join(one, "other"), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(one, "folder"), 0o700))
	ours, err := exec.LookPath("sh")
	require.NoError(t, err)
	for _, test := range []struct {
		name, path string
		env        []string
		want       string
	}{
		{"an absolute path", "/no/such/tool", []string{"PATH=" + one}, "/no/such/tool"},
		{"a relative path", "./tool", []string{"PATH=" + one}, "./tool"},
		{"the command's PATH", "tool", []string{"PATH=" + two}, filepath.Join(two, "tool")},
		{"the first directory", "tool", []string{"PATH=" + one + ":" + two}, filepath.Join(one, "tool")},
		{"what is not executable is passed over", "other", []string{"PATH=" + one + ":" + two}, filepath.Join(two, "other")},
		{"relative directories are passed over", "tool", []string{"PATH=.::bin:" + two}, filepath.Join(two, "tool")},
		{"the last PATH counts", "tool", []string{"PATH=" + one, "PATH=" + two}, filepath.Join(two, "tool")},
		{"other variables", "sh", []string{"MYPATH=" + one, "A=PATH=" + one}, ours},
		{"our own PATH", "sh", nil, ours},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := find(Command{Path: test.path, Env: test.env})
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	for _, c := range []Command{
		{Path: "sh", Env: []string{"PATH="}},
		{Path: "sh", Env: []string{"PATH=" + one}},
		{Path: "folder", Env: []string{"PATH=" + one}},
		{Path: "", Env: []string{"PATH=" + one}},
		{Path: ""},
	} {
		_, err := find(c)
		assert.ErrorIs(t, err, exec.ErrNotFound, "%q in %q", c.Path, c.Env)
	}
}
