package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
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
	Template string `arg:"" help:"The CloudFormation template, YAML or JSON; - is standard input."`
	knownArguments
}

// knownArguments are what is known beside a template.
type knownArguments struct {
	configFlags
	Parameter map[string]string `help:"A stack parameter's value. Repeatable." placeholder:"NAME=VALUE"`
	Lookups   string            `help:"A JSON file with what only AWS knows." placeholder:"FILE"`
	Include   map[string]string `help:"The file that AWS::Include puts in, by what its location ends with. Repeatable." placeholder:"KEY=FILE"`
}

// values are the stack's parameters.
func (a knownArguments) values() cfn.Values { return cfn.Values{Parameters: a.Parameter} }

// checkParameters reports values of parameters that the template does not declare,
// or does not allow. A value that is missing is no matter here.
func (a knownArguments) checkParameters(template *cfn.Node) problem.List {
	if len(a.Parameter) == 0 {
		return nil
	}
	_, problems := cfn.NewEvaluator(template, a.values())
	return slices.DeleteFunc(problems, func(p problem.Problem) bool { return p.Rule == "parameter-missing" })
}

// read reads the template; its problems are not printed.
func (a templateArgument) read(s streams) (source, *cfn.Node, problem.List, error) {
	text, err := readSource(s, a.Template)
	if err != nil {
		return text, nil, nil, err
	}
	template, problems := cfn.Read(text.text)
	if template == nil {
		return text, nil, problems, nil
	}
	template, unused, err := a.include(template)
	if err == nil && len(unused) > 0 {
		err = notIncluded(unused)
	}
	if err != nil {
		return text, nil, nil, err
	}
	problems.Add(a.checkParameters(template)...)
	return text, template, problems, nil
}

func notIncluded(unused []string) error {
	return usageError{fmt.Errorf("no template includes a file whose location ends with %s", strings.Join(unused, ", "))}
}

// include puts the --include files in their places, and returns the keys of those
// that have none.
func (a knownArguments) include(template *cfn.Node) (included *cfn.Node, unused []string, err error) {
	if len(a.Include) == 0 {
		return template, nil, nil
	}
	snippets := map[string]*cfn.Node{}
	for key, file := range a.Include {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, usageError{err}
		}
		snippet, problems := cfn.ReadSnippet(data)
		if err := problems.Err(); err != nil {
			return nil, nil, usageError{fmt.Errorf("%s: %w", file, err)}
		}
		snippets[key] = snippet
	}
	included, unused = cfn.Include(template, snippets)
	return included, unused, nil
}

// expand reads and expands the template, and prints what is wrong with it.
func (a templateArgument) expand(ctx context.Context, s streams, request transform.Request) (text source, original, expanded *cfn.Node, err error) {
	text, original, problems, err := a.read(s)
	if err != nil {
		return text, nil, nil, err
	}
	if original != nil {
		var found problem.List
		request.Template, request.File = original, true
		expanded, found = transform.Expand(ctx, request)
		problems.Add(found...)
	}
	if err := text.report(s, problems); err != nil {
		return text, nil, nil, err
	}
	if expanded == nil {
		return text, nil, nil, errPartial
	}
	return text, original, expanded, nil
}

// report prints problems for people; errReported if there is an Error.
func (t source) report(s streams, problems problem.List) error {
	write := problem.WriteText
	if s.screen {
		write = t.writeExcerpts
	}
	if err := write(s.stderr, t.name, problems); err != nil {
		return err
	}
	if problems.HasErrors() {
		return errReported
	}
	return nil
}
