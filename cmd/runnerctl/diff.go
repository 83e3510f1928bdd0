package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/stackdiff"
	"github.com/attini-go/runner/transform"
)

type diffCommand struct {
	Stack string `arg:"" help:"The stack's name."`
	templateArgument
	Format string `help:"The output's format: text or json." enum:"text,json" default:"text"`
	Image  string `name:"default-image" help:"The image of EC2 Runners that name none, as the macro is told." placeholder:"IMAGE"`
}

// Help is the longer part of the command's help.
func (diffCommand) Help() string {
	return "It expands the deployed template and the new one, and compares what the macro makes of them: task definitions, queues, hosts, configurations and the plan. Each change says what it means for running jobs. " +
		"Parameters without a value have the deployed one. Your own resources are left to CloudFormation's change sets."
}

// Run runs the command.
func (c diffCommand) Run(ctx context.Context, s streams, connect newOperator) error {
	ctx, cancel := asking(ctx)
	defer cancel()
	account, err := connect(ctx)
	if err != nil {
		return err
	}
	deployed, parameters, err := account.Template(ctx, c.Stack)
	if err != nil {
		return err
	}
	request, err := expandCommand{templateArgument: c.templateArgument, Image: c.Image}.request(ctx, s)
	if err != nil {
		return err
	}
	before, err := c.deployed(ctx, request, deployed, parameters)
	if err != nil {
		return err
	}
	given := maps.Clone(parameters)
	maps.Copy(given, c.Parameter)
	text, original, problems, err := c.read(s)
	if err != nil {
		return err
	}
	var expanded *cfn.Node
	if original != nil {
		request.Template, request.File, request.Values.Parameters = original, true, declared(original, given)
		var found problem.List
		expanded, found = transform.Expand(ctx, request)
		problems.Add(found...)
	}
	if err := text.report(s, problems); err != nil {
		return err
	}
	if expanded == nil {
		return errPartial
	}
	changes := stackdiff.Compare(before, stackdiff.Version{Original: original, Expanded: expanded})
	if c.Format == "json" {
		encoder := json.NewEncoder(s.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(changes)
	}
	return writeChanges(s.stdout, changes)
}

// deployed expands the template of the stack.
func (c diffCommand) deployed(ctx context.Context, request transform.Request, text string, parameters map[string]string) (stackdiff.Version, error) {
	original, problems := cfn.Read([]byte(text))
	if original != nil && !problems.HasErrors() {
		var err error
		if original, _, err = c.include(original); err != nil {
			return stackdiff.Version{}, err
		}
		request.Template, request.Values.Parameters = original, declared(original, parameters)
		var expanded *cfn.Node
		if expanded, problems = transform.Expand(ctx, request); expanded != nil {
			return stackdiff.Version{Original: original, Expanded: expanded}, nil
		}
	}
	if err := problems.Err(); err != nil {
		return stackdiff.Version{}, fmt.Errorf("expand the deployed template of stack %s with this version of the macro: %w", c.Stack, err)
	}
	return stackdiff.Version{}, errPartial
}

// declared are the values of the parameters that a template has.
func declared(template *cfn.Node, values map[string]string) map[string]string {
	known := map[string]string{}
	for name, value := range values {
		if template.Get("Parameters").Has(name) {
			known[name] = value
		}
	}
	return known
}

// writeChanges writes changes for people.
func writeChanges(w io.Writer, changes []stackdiff.Change) error {
	var text strings.Builder
	sign := map[string]string{stackdiff.Added: "+", stackdiff.Removed: "-", stackdiff.Changed: "~"}
	for _, change := range changes {
		fmt.Fprintf(&text, "%s %s (%s)\n", sign[change.Kind], change.Resource, change.Type)
		for _, v := range change.Values {
			fmt.Fprintf(&text, "    %s: %s -> %s\n", v.Path, shown(v.Before), shown(v.After))
		}
		fmt.Fprintf(&text, "    effect: %s\n", change.Effect)
	}
	if len(changes) == 0 {
		fmt.Fprintln(&text, "Nothing that the macro writes changes.")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// shown is a value, or a word for none.
func shown(value string) string {
	if value == "" {
		return "none"
	}
	return stackdiff.Short(value)
}
