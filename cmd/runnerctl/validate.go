package main

import (
	"context"
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

type validateCommand struct {
	templateArgument
	Format string `help:"How to print: text, json or github." enum:"text,json,github" default:"text"`
}

// Run implements kong's command. It never calls AWS: what the account would
// tell is checked as far as --lookups has it.
func (c validateCommand) Run(ctx context.Context, s streams) error {
	known, err := c.lookups()
	if err != nil {
		return err
	}
	template, problems, err := c.read()
	if err != nil {
		return err
	}
	if template != nil {
		request := transform.Request{Template: template, Values: c.values(), File: true}
		if c.Lookups != "" {
			request.Account = known.Facts.Account()
		}
		_, found := transform.Expand(ctx, request)
		problems.Add(found...)
		if len(c.Parameter) > 0 {
			_, found = cfn.NewEvaluator(template, request.Values)
			problems.Add(found...)
		}
	}
	if err := c.write(s, problems); err != nil {
		return err
	}
	if problems.HasErrors() {
		return errReported
	}
	return nil
}

func (c validateCommand) write(s streams, problems problem.List) error {
	switch c.Format {
	case "json":
		return problem.WriteJSON(s.stdout, c.Template, problems)
	case "github":
		return problem.WriteGitHub(s.stdout, c.Template, problems)
	}
	if err := problem.WriteText(s.stdout, c.Template, problems); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.stderr, verdict(c.Template, problems))
	return err
}

func verdict(file string, problems problem.List) string {
	mistakes := 0
	for _, p := range problems.Sorted() {
		if p.Severity == problem.Error {
			mistakes++
		}
	}
	switch mistakes {
	case 0:
		return file + " is valid"
	case 1:
		return file + ": 1 error"
	default:
		return fmt.Sprintf("%s: %d errors", file, mistakes)
	}
}
