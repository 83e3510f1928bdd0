package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// maxFixes is how often a template is looked at anew: a mistake can hide another.
const maxFixes = 10

// fixed makes all fixes of a template, and looks at what is left.
func (c validateCommand) fixed(ctx context.Context, result validated, account transform.Account) (validated, error) {
	for range maxFixes {
		text, made := problem.Apply(result.text, result.problems)
		if made == 0 {
			break
		}
		result.text = text
		var err error
		if result, err = c.validate(ctx, result.source, account, map[string]string{}, map[string]string{}); err != nil {
			return result, err
		}
	}
	return result, nil
}

// fix shows the fixes of all templates as a diff, or writes them, and reports what is
// left. It ends with errReported where there is something to write or to mend.
func (c validateCommand) fix(ctx context.Context, s streams, results []validated, account transform.Account) error {
	changed, left := 0, false
	for _, before := range results {
		after, err := c.fixed(ctx, before, account)
		if err != nil {
			return err
		}
		left = left || after.problems.HasErrors()
		if err := problem.WriteText(s.stderr, after.name, after.problems); err != nil {
			return err
		}
		if slices.Equal(before.text, after.text) {
			continue
		}
		changed++
		if err := c.give(s, before, after); err != nil {
			return err
		}
	}
	verb := "would be fixed; --write writes them"
	if c.Write {
		verb = "fixed"
	}
	if _, err := fmt.Fprintln(s.stderr, counted(changed, "template"), verb); err != nil {
		return err
	}
	if left || changed > 0 && !c.Write {
		return errReported
	}
	return nil
}

// give shows one template's fixes, or writes them.
func (c validateCommand) give(s streams, before, after validated) error {
	if !c.Write {
		_, err := s.stdout.Write(diff.Diff("a/"+before.name, before.text, "b/"+before.name, after.text))
		return err
	}
	if err := os.WriteFile(before.path, after.text, 0o600); err != nil { // it keeps its mode
		return usageError{err}
	}
	return nil
}

// checkFlags reports flags that do not go together.
func (c validateCommand) checkFlags() error {
	switch {
	case c.Write && !c.Fix:
		return usageError{errors.New("--write belongs to --fix")}
	case c.Write && slices.Contains(c.Templates, standardInput):
		return usageError{errors.New("--write has no file for standard input; without it, --fix prints a diff")}
	case c.Fix && c.Format != "text":
		return usageError{errors.New("--fix prints a diff, so it goes with no other --format than text")}
	}
	return nil
}
