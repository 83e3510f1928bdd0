package release

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/release/releasetest"
)

func TestOpenSource(t *testing.T) {
	t.Parallel()
	folder := releasetest.Project(t)
	source, err := OpenSource(t.Context(), folder)
	require.NoError(t, err)
	assert.Equal(t, releasetest.Git(t, folder, "rev-parse", "HEAD"), source.Commit)
	assert.Equal(t, time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), source.Time)
}

// TestOpenSourceRefuses: what is not in the commit must not be in the release.
func TestOpenSourceRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(t *testing.T, folder string)
		want   string
	}{
		"a changed file": {func(t *testing.T, folder string) {
			t.Helper()
			releasetest.Write(t, filepath.Join(folder, "CHANGELOG.md"), "changed")
		}, "it has changes that are not committed; commit them, or release from a fresh clone:\n M CHANGELOG.md"},
		"a new file": {func(t *testing.T, folder string) {
			t.Helper()
			releasetest.Write(t, filepath.Join(folder, "agent/cmd/attini-runner/new.go"), "package main")
		}, "it has changes that are not committed; commit them, or release from a fresh clone:\n?? agent/cmd/attini-runner/new.go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := releasetest.Project(t)
			test.change(t, folder)
			_, err := OpenSource(t.Context(), folder)
			assert.EqualError(t, err, "open the source in "+folder+": "+test.want)
		})
	}
	t.Run("no checkout", func(t *testing.T) {
		t.Parallel()
		_, err := OpenSource(t.Context(), t.TempDir())
		assert.ErrorContains(t, err, "not a git repository")
	})
	t.Run("no folder", func(t *testing.T) {
		t.Parallel()
		_, err := OpenSource(t.Context(), filepath.Join(t.TempDir(), "none"))
		assert.ErrorContains(t, err, "no such file or directory")
	})
}

// TestNoSecretsForPrograms: who builds gets no key.
func TestNoSecretsForPrograms(t *testing.T) {
	for _, name := range []string{SigningKeyVariable, SigningPasswordVariable} {
		t.Setenv(name, "SECRET")
	}
	t.Setenv("ATTINI_SIGNING_OTHER", "no secret")
	printed, err := output(command(t.Context(), t.TempDir(), []string{"MORE=more"}, "env"))
	require.NoError(t, err)
	assert.NotContains(t, string(printed), "=SECRET")
	assert.Contains(t, string(printed), "ATTINI_SIGNING_OTHER=no secret\n")
	assert.Contains(t, string(printed), "MORE=more\n")
}
