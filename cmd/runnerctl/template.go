package main

import (
	"context"
	"os"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// templateArgument is the file that a command reads, and what is known beside
// it.
type templateArgument struct {
	Template  string            `arg:"" help:"The CloudFormation template, YAML or JSON."`
	Parameter map[string]string `help:"A stack parameter's value. Repeatable." placeholder:"NAME=VALUE" mapsep:"none"`
	Lookups   string            `help:"A JSON file with what only AWS knows." placeholder:"FILE"`
}

// values are the stack's parameters.
func (a templateArgument) values() cfn.Values { return cfn.Values{Parameters: a.Parameter} }

// read reads the template; its problems are not printed.
func (a templateArgument) read() (*cfn.Node, problem.List, error) {
	data, err := os.ReadFile(a.Template)
	if err != nil {
		return nil, nil, usageError{err}
	}
	template, problems := cfn.Read(data)
	return template, problems, nil
}

// expand reads and expands the template, and prints what is wrong with it.
func (a templateArgument) expand(ctx context.Context, s streams, request transform.Request) (original, expanded *cfn.Node, err error) {
	original, problems, err := a.read()
	if err != nil {
		return nil, nil, err
	}
	if original != nil {
		var found problem.List
		request.Template = original
		expanded, found = transform.Expand(ctx, request)
		problems.Add(found...)
	}
	return original, expanded, a.report(s, problems)
}

// report prints problems for people; errReported if there is an Error.
func (a templateArgument) report(s streams, problems problem.List) error {
	if err := problem.WriteText(s.stderr, a.Template, problems); err != nil {
		return err
	}
	if problems.HasErrors() {
		return errReported
	}
	return nil
}
