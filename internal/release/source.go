package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Source is a commit of the project, checked out.
type Source struct {
	root string
	// Commit is its whole hash, and Time when it was made.
	Commit string
	Time   time.Time
}

// OpenSource opens the project's folder. What is not committed would be in the
// programs and nobody could tell: it is an error.
func OpenSource(ctx context.Context, root string) (*Source, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("open the source: %w", err)
	}
	changed, err := git(ctx, root, "status", "--porcelain", "--untracked-files=normal")
	if err != nil {
		return nil, fmt.Errorf("open the source in %s: %w", root, err)
	}
	if changed != "" {
		return nil, fmt.Errorf("open the source in %s: it has changes that are not committed; commit them, or release from a fresh clone:\n%s", root, firstLines(changed, 10))
	}
	facts, err := git(ctx, root, "show", "--no-patch", "--format=%H %cI", "HEAD")
	if err != nil {
		return nil, fmt.Errorf("open the source in %s: %w", root, err)
	}
	commit, day, _ := strings.Cut(facts, " ")
	made, err := time.Parse(time.RFC3339, day)
	if err != nil {
		return nil, fmt.Errorf("read when commit %s was made: %w", commit, err)
	}
	return &Source{root: root, Commit: commit, Time: made.UTC()}, nil
}

// git runs git in a folder and returns what it prints.
func git(ctx context.Context, folder string, arguments ...string) (string, error) {
	output, err := output(command(ctx, folder, nil, "git", arguments...))
	return strings.TrimRight(string(output), "\n"), err
}

// grace is what a program has to end when it is told to.
const grace = 10 * time.Second

// command is a program in a folder, with variables over the process's own, of
// which it gets no secrets. It is told to end when ctx ends.
func command(ctx context.Context, folder string, variables []string, name string, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, arguments...)
	c.Dir = folder
	c.Env = append(slices.DeleteFunc(c.Environ(), isSecret), variables...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = grace
	return c
}

func isSecret(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return name == SigningKeyVariable || name == SigningPasswordVariable
}

// output runs a command. The error has what it said.
func output(c *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		return nil, fmt.Errorf("%s: %w:\n%s", strings.Join(c.Args[:min(2, len(c.Args))], " "), exit, firstLines(strings.TrimSpace(stderr.String()), 30))
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", c.Args[0], err)
	}
	return stdout.Bytes(), nil
}

// firstLines shortens a text.
func firstLines(text string, count int) string {
	lines := strings.Split(text, "\n")
	if len(lines) > count {
		lines = append(lines[:count], fmt.Sprintf("and %d lines more", len(lines)-count))
	}
	return strings.Join(lines, "\n")
}
