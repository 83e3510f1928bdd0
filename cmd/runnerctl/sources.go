package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/problem"
)

// standardInput is the name by which a template is read from there.
const standardInput = "-"

// maxOther is the size in bytes above which a file of a directory is no template of
// ours: far beyond what CloudFormation takes.
const maxOther = 10 << 20

// source is a template's file.
type source struct {
	// path is as the user gave it, or where it was found; name is what problems call it.
	path, name string
	text       []byte
}

// writeExcerpts writes problems of the file with the lines that have them.
func (t source) writeExcerpts(w io.Writer, name string, problems problem.List) error {
	return problem.WriteExcerpts(w, name, t.text, problems)
}

// readSource reads a file, or standard input.
func readSource(s streams, name string) (source, error) {
	result := source{path: name, name: name}
	var err error
	if name == standardInput {
		result.name = "stdin"
		result.text, err = io.ReadAll(s.stdin)
	} else {
		result.text, err = os.ReadFile(name)
	}
	if err != nil {
		return source{}, usageError{err}
	}
	return result, nil
}

// readSources reads files, and those in directories that may be templates. others
// counts the files that have nothing of ours in them; only where leaveOthers is set
// are they left out of what a user has named. The order is the user's, and within a
// directory the names'.
func readSources(s streams, names []string, leaveOthers bool) (sources []source, others int, err error) {
	for _, name := range names {
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			found, left, err := readDirectory(name)
			if err != nil {
				return nil, 0, usageError{err}
			}
			sources, others = append(sources, found...), others+left
			continue
		}
		one, err := readSource(s, name)
		if err != nil {
			return nil, 0, err
		}
		if leaveOthers && !isOurs(one.text) {
			others++
			continue
		}
		sources = append(sources, one)
	}
	return sources, others, nil
}

// readDirectory reads the templates of ours in a directory and those below it. It
// looks into no hidden directory, into none of node_modules, and follows no links.
func readDirectory(root string) (sources []source, others int, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules"):
			return filepath.SkipDir
		case !entry.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, strings.ToLower(filepath.Ext(name))):
			return nil
		}
		info, err := entry.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // removed in between
		case err != nil:
			return err
		case info.Size() > maxOther:
			others++
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !isOurs(text) {
			others++
			return nil
		}
		sources = append(sources, source{path, path, text})
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("look for templates in %s: %w", root, err)
	}
	return sources, others, nil
}

// isOurs reports whether a text may be a template with a Runner or a plan, or one
// that asks for the macro.
func isOurs(text []byte) bool {
	return bytes.Contains(text, []byte("Resources")) &&
		(bytes.Contains(text, []byte("Attini::Deploy::")) || bytes.Contains(text, []byte("AttiniDeploymentPlan")))
}
