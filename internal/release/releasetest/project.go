// Package releasetest has what tests of releases need: a project that looks like
// this one and is built in no time, and checkouts of this one.
package releasetest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Version is one that the project's changelog has.
const Version = "9.8.7-rc.1"

// Changelog is that of a project with two releases.
const Changelog = `# Changelog

## Unreleased

## 9.8.7-rc.1 - 2026-11-24

### Added

- Something for a test.

## 9.8.6 - 2026-11-23

- Something older.
`

const program = `package main

var version, commit = "unset", "unset"

func main() { println(version, commit) }
`

// Project makes a project of one commit, with programs of which each prints its
// version and commit.
func Project(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"CHANGELOG.md":                 Changelog,
		"go.mod":                       "module github.com/attini-go/runner\n\ngo 1.26.0\n",
		"cmd/runnerctl/main.go":        program,
		"agent/go.mod":                 "module github.com/attini-go/runner/agent\n\ngo 1.26.0\n",
		"agent/cmd/attini-runner/a.go": program,
	} {
		Write(t, filepath.Join(folder, filepath.FromSlash(name)), text)
	}
	Commit(t, folder)
	return folder
}

// Write writes a file.
func Write(t testing.TB, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

// Commit commits all that is in a folder. The same files make the same commit.
func Commit(t testing.TB, folder string) {
	t.Helper()
	Git(t, folder, "init", "--quiet")
	Git(t, folder, "add", "--all")
	Git(t, folder, "commit", "--quiet", "--allow-empty", "--message", "Begin")
}

// Git runs git without the user's settings, and not in the checkout in which a
// hook may have started the tests.
func Git(t testing.TB, folder string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", arguments...)
	command.Dir = folder
	command.Env = append(slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "GIT_") }),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull,
		"GIT_AUTHOR_NAME=Test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_AUTHOR_DATE=2026-11-24T12:00:00+02:00",
		"GIT_COMMITTER_NAME=Test", "GIT_COMMITTER_EMAIL=test@example.com", "GIT_COMMITTER_DATE=2026-11-24T12:00:00+02:00",
	)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "git %v: %s", arguments, output)
	return strings.TrimSpace(string(output))
}

// Copy copies this project, as it is on the disk and with another changelog,
// into a folder, and commits it there. It is for tests of a package two levels
// below the project's folder.
func Copy(t testing.TB, folder string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "CHANGELOG.md"))
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if slices.Contains([]string{".git", ".tools", ".aws-sam", "build"}, relative) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil // of a worktree; SkipDir would skip all that is beside it
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		Write(t, filepath.Join(folder, relative), string(text))
		return nil
	}))
	Write(t, filepath.Join(folder, "CHANGELOG.md"), Changelog)
	Commit(t, folder)
}
