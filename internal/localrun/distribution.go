package localrun

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/workspace"
)

// ignoreFile lists, as packaging does, what is not part of a distribution: a pattern a
// line, where ** is any number of directories; # starts a comment.
const ignoreFile = ".attini-ignore"

// directorySource copies a directory for each job, without what a package would not
// have.
type directorySource struct {
	directory string
	patterns  []string
	// leftOut has the paths of links that lead out and of what is no file.
	leftOut map[string]bool
}

// newDirectorySource looks through the directory once, before the first step.
func newDirectorySource(ctx context.Context, directory string) (worker.Source, []string, error) {
	s := &directorySource{directory: directory, leftOut: map[string]bool{}}
	var err error
	if s.patterns, err = readIgnoreFile(filepath.Join(directory, ignoreFile)); err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(directory)
	if err != nil {
		return nil, nil, fmt.Errorf("read the source: %w", err)
	}
	defer root.Close()
	var said, links []string
	leaveOut := func(path string, why error) {
		s.leftOut[path] = true
		said = append(said, why.Error())
	}
	err = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		case path == ".":
			return nil
		case s.excluded(path, entry) && entry.IsDir():
			return fs.SkipDir
		case s.excluded(path, entry), entry.IsDir(), entry.Type().IsRegular():
			return nil
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			links = append(links, path)
		} else {
			leaveOut(path, fmt.Errorf("%q is a %s", path, entry.Type()))
		}
		return nil
	})
	if err == nil {
		err = workspace.CheckLinks(ctx, root, links, leaveOut)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the source %s: %w", directory, err)
	}
	return s, said, nil
}

// Fill implements worker.Source.
func (s *directorySource) Fill(ctx context.Context, _ protocol.DeploymentOrigin, directory string) error {
	return workspace.CopyTree(ctx, s.directory, directory, workspace.CopyOptions{Exclude: s.excluded})
}

func (s *directorySource) excluded(path string, entry fs.DirEntry) bool {
	if s.leftOut[path] || entry.IsDir() && entry.Name() == ".git" {
		return true
	}
	for _, pattern := range s.patterns {
		if doublestar.MatchUnvalidated(pattern, path) {
			return true
		}
	}
	return false
}

func readIgnoreFile(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the distribution leaves out: %w", err)
	}
	var patterns []string
	lines := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		pattern := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "./")
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		if !doublestar.ValidatePattern(pattern) {
			return nil, fmt.Errorf("%s:%d: %q is not a pattern", path, number, pattern)
		}
		patterns = append(patterns, strings.TrimSuffix(pattern, "/"))
	}
	return patterns, lines.Err()
}
