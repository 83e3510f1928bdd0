package main

import (
	"context"
	"slices"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// templateArgument is the file that a command reads, and what is known beside
// it.
type templateArgument struct {
	Template string `arg:"" help:"The CloudFormation template, YAML or JSON; - is standard input."`
	knownArguments
}

// knownArguments are what is known beside a template.
type knownArguments struct {
	Parameter map[string]string `help:"A stack parameter's value. Repeatable." placeholder:"NAME=VALUE" mapsep:"none"`
	Lookups   string            `help:"A JSON file with what only AWS knows." placeholder:"FILE"`
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
	if template != nil {
		problems.Add(a.checkParameters(template)...)
	}
	return text, template, problems, nil
}

// expand reads and expands the template, and prints what is wrong with it.
func (a templateArgument) expand(ctx context.Context, s streams, request transform.Request) (text source, original, expanded *cfn.Node, err error) {
	text, original, problems, err := a.read(s)
	if err != nil {
		return text, nil, nil, err
	}
	if original != nil {
		var found problem.List
		request.Template = original
		expanded, found = transform.Expand(ctx, request)
		problems.Add(found...)
	}
	return text, original, expanded, text.report(s, problems)
}

// report prints problems for people; errReported if there is an Error.
func (t source) report(s streams, problems problem.List) error {
	write := problem.WriteText
	if s.colour { // a terminal
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
