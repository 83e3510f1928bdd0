package main

import (
	"context"
	"path/filepath"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/plantesting"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// deployTest deploys the templates of test files, as run does.
func deployTest(s streams) plantesting.Deploy {
	return func(ctx context.Context, file *plantesting.File, parameters map[string]string) (*plantesting.Plan, problem.List) {
		argument := templateArgument{Template: file.Template, knownArguments: knownArguments{Parameter: parameters, Lookups: file.Lookups}}
		known, err := argument.lookups()
		if err != nil {
			return nil, failedRead(err)
		}
		text, original, problems, err := argument.read(s)
		if err != nil {
			return nil, failedRead(err)
		}
		if original == nil || problems.HasErrors() {
			return nil, problems
		}
		expanded, found := transform.Expand(ctx, transform.Request{Values: argument.values(), Template: original, File: true})
		problems.Add(found...)
		if problems.HasErrors() {
			return nil, problems
		}
		if expanded == nil {
			return nil, failedRead(errPartial)
		}
		directory, err := filepath.Abs(filepath.Dir(file.Template))
		if err != nil {
			return nil, failedRead(err)
		}
		deployment, found := localrun.Deploy(expanded, original, localrun.Facts{
			Parameters: parameters, Lookups: known.Lookups,
			StackName: localrun.DefaultStackName, Region: localrun.DefaultRegion, Account: localrun.DefaultAccount,
			Distribution: filepath.Base(directory),
		})
		problems.Add(found...)
		if problems.HasErrors() {
			return nil, problems
		}
		contents, _ := transform.ReadTemplate(original, argument.values()) // its problems have been reported
		if contents == nil || contents.Plan == nil {
			return nil, failedRead(errPartial)
		}
		return &plantesting.Plan{
			Deployment: deployment, Places: text.places(original, contents), Template: text.name, Source: directory,
		}, problems
	}
}

func failedRead(err error) problem.List {
	return problem.List{{Severity: problem.Error, Rule: "file", Message: err.Error()}}
}
