package lint_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestScripts holds every shell script of the project to shellcheck, and a wrong
// one: a run that does not find it checks nothing.
func TestScripts(t *testing.T) {
	t.Parallel()
	shebang := regexp.MustCompile(`^#!\s*/(usr/)?bin/(env )?(ba|da)?sh\b`)
	scripts := files(t, func(path string) bool {
		if filepath.Ext(path) == ".sh" {
			return true
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return shebang.Match(text[:min(len(text), 100)])
	})
	assert.Contains(t, scripts, "images/install.sh")
	assert.Contains(t, scripts, "internal/launch/bootstrap/bootstrap.sh")
	wrong := filepath.Join(t.TempDir(), "wrong.sh")
	write(t, wrong, []byte("#!/bin/sh\necho $1\n"))
	found := lint(t, "shellcheck", append(scripts, wrong), "--format", "json")
	assert.Equal(t, []string{wrong + ":2: 2086"}, found)
}

// TestDockerfiles does the same with hadolint.
func TestDockerfiles(t *testing.T) {
	t.Parallel()
	dockerfiles := files(t, func(path string) bool {
		return strings.HasPrefix(filepath.Base(path), "Dockerfile") || filepath.Ext(path) == ".Dockerfile"
	})
	assert.Contains(t, dockerfiles, "images/debian/Dockerfile")
	wrong := filepath.Join(t.TempDir(), "Dockerfile")
	write(t, wrong, []byte("FROM debian\n"))
	found := lint(t, "hadolint", append(dockerfiles, wrong), "--no-color", "--format", "json")
	assert.Equal(t, []string{wrong + ":1: DL3006"}, found)
}

// files are those of the project, below its folder, that are wanted.
func files(t *testing.T, wanted func(path string) bool) []string {
	t.Helper()
	base := root(t)
	var paths []string
	require.NoError(t, filepath.WalkDir(base, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".tools", ".aws-sam", "build"}, entry.Name()):
			return filepath.SkipDir
		case !entry.Type().IsRegular() || !wanted(path):
			return nil
		}
		relative, err := filepath.Rel(base, path)
		paths = append(paths, relative)
		return err
	}))
	return paths
}

// lint runs a linter, and returns what it finds as FILE:LINE: RULE.
func lint(t *testing.T, linter string, paths []string, arguments ...string) []string {
	t.Helper()
	output := run(t, root(t), nil, append(append([]string{tool(t, "venv/bin/"+linter)}, arguments...), paths...)...)
	var findings []struct {
		File string
		Line int
		Code any
	}
	require.NoError(t, json.Unmarshal(bytes.TrimSpace([]byte(output.stdout)), &findings), "%s%s", output.stdout, output.stderr)
	assert.Equal(t, 1, output.code, "%s", output.stderr)
	found := []string{}
	for _, f := range findings {
		found = append(found, fmt.Sprintf("%s:%d: %v", f.File, f.Line, f.Code))
	}
	return found
}
