package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// errPartial ends a command that needs what another transform makes.
var errPartial = errors.New("another transform makes a part of the template; give it with --include")

// templateArgument is the file that a command reads, and what is known beside
// it.
type templateArgument struct {
	Template  string            `arg:"" help:"The CloudFormation template, YAML or JSON."`
	Parameter map[string]string `help:"A stack parameter's value. Repeatable." placeholder:"NAME=VALUE" mapsep:"none"`
	Lookups   string            `help:"A JSON file with what only AWS knows." placeholder:"FILE"`
	Include   map[string]string `help:"The file that AWS::Include puts in, by what its location ends with. Repeatable." placeholder:"KEY=FILE" mapsep:"none"`
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
	if template == nil || len(a.Include) == 0 {
		return template, problems, nil
	}
	template, err = a.include(template)
	return template, problems, err
}

// include puts the --include files in their places.
func (a templateArgument) include(template *cfn.Node) (*cfn.Node, error) {
	snippets := map[string]*cfn.Node{}
	for key, file := range a.Include {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, usageError{err}
		}
		snippet, problems := cfn.ReadSnippet(data)
		if err := problems.Err(); err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", file, err)}
		}
		snippets[key] = snippet
	}
	template, unused := cfn.Include(template, snippets)
	if len(unused) > 0 {
		return nil, usageError{fmt.Errorf("the template includes no file whose location ends with %s", strings.Join(unused, ", "))}
	}
	return template, nil
}

// expand reads and expands the template, and prints what is wrong with it.
func (a templateArgument) expand(ctx context.Context, s streams, request transform.Request) (original, expanded *cfn.Node, err error) {
	original, problems, err := a.read()
	if err != nil {
		return nil, nil, err
	}
	if original != nil {
		var found problem.List
		request.Template, request.File = original, true
		expanded, found = transform.Expand(ctx, request)
		problems.Add(found...)
	}
	if err := a.report(s, problems); err != nil {
		return nil, nil, err
	}
	if expanded == nil {
		return nil, nil, errPartial
	}
	return original, expanded, nil
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
