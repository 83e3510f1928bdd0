// Package docs holds the project's pages to the project: links lead somewhere, commands
// do what a page says, and the words are those of the style.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the project's directory.
func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../..")
	require.NoError(t, err)
	return path
}

// pages are all Markdown files of the project by their path from its root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	top := root(t)
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != top && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "build" || name == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".md"):
			return nil
		}
		text, err := os.ReadFile(path)
		relative, _ := filepath.Rel(top, path)
		found[filepath.ToSlash(relative)] = string(text)
		return err
	})
	require.NoError(t, err)
	require.Contains(t, found, "README.md")
	return found
}

// block is a fenced block of a page.
type block struct {
	// marker is the content of the comment on the line before the block; "" without one.
	marker, language, text string
	line                   int
}

// read splits a page into its fenced blocks and its other lines; the lines of blocks
// are left empty, so that the numbers of the others stay.
func read(page string) (blocks []block, prose []string) {
	var open *block
	var fence, marker string
	for i, line := range strings.Split(page, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case open != nil && trimmed == fence:
			blocks, open = append(blocks, *open), nil
			line = ""
		case open != nil:
			open.text += line + "\n"
			line = ""
		case strings.HasPrefix(trimmed, "```"):
			rest := strings.TrimLeft(trimmed, "`")
			fence = trimmed[:len(trimmed)-len(rest)]
			open = &block{marker: marker, language: rest, line: i + 1}
			line = ""
		}
		if open == nil {
			marker = ""
			if inner, ok := strings.CutPrefix(trimmed, "<!-- "); ok {
				marker = strings.TrimSuffix(inner, " -->")
			}
		}
		prose = append(prose, line)
	}
	return blocks, prose
}
