package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
)

// Publish adds a release's files to a store, in their order. What is there
// already, the same, stays; so a publication that was cut off goes on. A file
// that is there with other bytes is an error, and nothing is added then; so is a
// file that a visible version lacks, since clients have seen it without.
func Publish(ctx context.Context, store Store, files []File, logger *slog.Logger) error {
	missing, err := compare(ctx, store, files)
	if err != nil {
		return err
	}
	for _, file := range files {
		if !missing[file.Path] {
			logger.InfoContext(ctx, "is there already", "file", file.Path)
			continue
		}
		err := store.Add(ctx, file)
		if errors.Is(err, fs.ErrExist) {
			// Somebody else publishes at this moment, or an answer was lost.
			err = checkSame(ctx, store, file)
		}
		if err != nil {
			return fmt.Errorf("publish %s in %s: %w", file.Path, store, err)
		}
		logger.InfoContext(ctx, "added", "file", file.Path)
	}
	return nil
}

// compare returns which files a store lacks, or an error with all that keeps
// these files from being published there.
func compare(ctx context.Context, store Store, files []File) (map[string]bool, error) {
	missing := map[string]bool{}
	visible := false
	var problems []string
	for _, file := range files {
		err := checkSame(ctx, store, file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing[file.Path] = true
			continue
		case errors.As(err, new(conflictError)):
			problems = append(problems, err.Error())
		case err != nil:
			return nil, fmt.Errorf("look for %s in %s: %w", file.Path, store, err)
		}
		visible = visible || makesVisible(file.Path)
	}
	for _, file := range files {
		if visible && missing[file.Path] && !makesVisible(file.Path) {
			problems = append(problems, file.Path+" is not there, though the version is visible")
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("publish in %s: the version is there already, and this is another; a release never changes: take another version, or start from the commit (and the release of Go, and with or without signatures) that it was made of:\n  %s",
			store, strings.Join(problems, "\n  "))
	}
	return missing, nil
}

// conflictError is a file of a store that has other bytes.
type conflictError string

func (d conflictError) Error() string { return string(d) + " is there with other bytes" }

// checkSame is nil if a store has the file.
func checkSame(ctx context.Context, store Store, file File) error {
	data, err := store.Get(ctx, file.Path)
	if err == nil && !bytes.Equal(data, file.Data) {
		return conflictError(file.Path)
	}
	return err
}
