package main

import (
	"fmt"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
	"github.com/attini-go/runner/transform"
)

type validateCommand struct {
	templateArgument
	Parameter map[string]string `help:"A stack parameter's value: its declaration is checked. Repeatable." placeholder:"NAME=VALUE" mapsep:"none"`
	Format    string            `help:"How to print: text, json or github." enum:"text,json,github" default:"text"`
}

// Run implements kong's command.
func (c validateCommand) Run(s streams) error {
	template, problems, err := c.read()
	if err != nil {
		return err
	}
	if template != nil {
		_, found := transform.Expand(template)
		problems.Add(found...)
		if len(c.Parameter) > 0 {
			_, found = cfn.NewEvaluator(template, cfn.Values{Parameters: c.Parameter})
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
