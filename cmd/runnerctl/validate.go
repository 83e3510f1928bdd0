package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/rules"
	"github.com/attini-go/runner/internal/stackcheck"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
	"github.com/attini-go/runner/transform"
)

type validateCommand struct {
	Templates []string `arg:"" name:"template" help:"CloudFormation templates, YAML or JSON, and directories of them; - is standard input."`
	knownArguments
	Source     string `help:"The distribution, a directory or zip archive: files that its steps name are checked, too." placeholder:"DIR"`
	Format     string `help:"How to print: text, json, github or sarif." enum:"text,json,github,sarif" default:"text"`
	Excerpts   string `help:"Print the line of each problem: auto (on a terminal), always or never." enum:"auto,always,never" default:"auto"`
	Fix        bool   `help:"Show as a diff how to mend misspelt names and values that lack their quotes."`
	Write      bool   `help:"Write what --fix shows into the files."`
	SkipOthers bool   `help:"Skip files without a Runner, a plan or the macro's Transform. In directories they always are."`
}

// validated is a template and what is wrong with it.
type validated struct {
	source
	problems problem.List
	// ours is false for a template that is readable and does not ask for the macro.
	ours bool
}

// Run runs the command. It never calls AWS: what the account would
// tell is checked as far as --lookups has it.
func (c validateCommand) Run(ctx context.Context, s streams) error {
	if err := c.checkFlags(); err != nil {
		return err
	}
	known, err := c.lookups()
	if err != nil {
		return err
	}
	var account transform.Account
	if c.Lookups != "" {
		account = known.Facts.Account()
	}
	// One file that is named is what the user wants to know about; of several, and
	// in a directory, others are to be expected.
	skip := c.SkipOthers || len(c.Templates) > 1
	sources, others, err := readSources(s, c.Templates, skip)
	if err != nil {
		return err
	}
	results := make([]validated, 0, len(sources))
	failed, undeclared, unused := false, maps.Clone(c.Parameter), maps.Clone(c.Include)
	for _, text := range sources {
		result, err := c.validate(ctx, text, account, undeclared, unused)
		if err != nil {
			return err
		}
		if !result.ours && (skip || text.path != c.Templates[0]) {
			others++
			continue
		}
		failed = failed || result.problems.HasErrors()
		results = append(results, result)
	}
	if c.Fix {
		return c.fix(ctx, s, results, account)
	}
	if err := c.write(s, results, others); err != nil {
		return err
	}
	if len(undeclared) > 0 && !c.one(results, others) {
		return usageError{fmt.Errorf("no template declares the parameter %s", wording.Listed(slices.Sorted(maps.Keys(undeclared))))}
	}
	if len(unused) > 0 {
		return notIncluded(slices.Sorted(maps.Keys(unused)))
	}
	if failed {
		return errReported
	}
	return nil
}

// validate finds what is wrong with a template. The parameters that it declares are
// removed from undeclared, and the files that it includes from unused.
func (c validateCommand) validate(ctx context.Context, text source, account transform.Account, undeclared, unused map[string]string) (validated, error) {
	template, problems := cfn.Read(text.text)
	if template == nil {
		return validated{text, problems, true}, nil
	}
	template, notHere, err := c.include(template)
	if err != nil {
		return validated{}, err
	}
	maps.DeleteFunc(unused, func(key, _ string) bool { return !slices.Contains(notHere, key) })
	values := c.values()
	if c.Source != "" {
		problems.Add(checkFiles(ctx, template, values, c.Source, nil)...)
	}
	_, found := transform.Expand(ctx, transform.Request{Template: template, Values: values, Account: account, File: true})
	problems.Add(found...)
	if len(c.Parameter) > 0 {
		if len(c.Templates) > 1 {
			// Another template may have declared those that this one does not.
			values.Parameters = maps.Clone(c.Parameter)
			maps.DeleteFunc(values.Parameters, func(name, _ string) bool { return !template.Get("Parameters").Has(name) })
		}
		_, found = cfn.NewEvaluator(template, values)
		problems.Add(found...)
	}
	for _, declared := range template.Get("Parameters").Entries() {
		delete(undeclared, declared.Key)
	}
	return validated{text, problems, asksForMacro(template)}, nil
}

// checkFiles holds the steps of a template's plan against the files of a distribution. What
// is wrong with the plan itself is not said here.
func checkFiles(ctx context.Context, template *cfn.Node, values cfn.Values, source string, skip func(step string) bool) problem.List {
	inventory, found := transform.ReadTemplate(template, values)
	if inventory == nil || found.HasErrors() {
		return nil
	}
	return stackcheck.Check(ctx, inventory.Plan, localrun.OpenDistribution(source), skip)
}

// asksForMacro reports whether a template has a Runner or a plan, or the macro in
// its Transform.
func asksForMacro(template *cfn.Node) bool {
	for _, resource := range template.Get("Resources").Entries() {
		if kind := resource.Value.Get("Type"); kind.IsString() && slices.Contains([]string{schema.RunnerType, plan.Type}, kind.Text) {
			return true
		}
	}
	transforms := template.Get("Transform")
	for _, one := range append([]*cfn.Node{transforms, transforms.Get("Name")}, transforms.Elements()...) {
		if one.AsString() == transform.MacroName || one.Get("Name").AsString() == transform.MacroName {
			return true
		}
	}
	return false
}

// one reports whether the output is that of a single file.
func (c validateCommand) one(results []validated, others int) bool {
	return len(c.Templates) == 1 && len(results) == 1 && others == 0 && results[0].path == c.Templates[0]
}

func (c validateCommand) write(s streams, results []validated, others int) error {
	files := make([]problem.File, len(results))
	for i, result := range results {
		files[i] = problem.File{Name: result.name, Problems: result.problems}
	}
	switch c.Format {
	case "json":
		if c.one(results, others) {
			return problem.WriteJSON(s.stdout, files[0].Name, files[0].Problems)
		}
		return problem.WriteFilesJSON(s.stdout, files, others)
	case "sarif":
		return problem.WriteSARIF(s.stdout, tool(), files)
	}
	for _, result := range results {
		if err := c.writer(s, result.source)(s.stdout, result.name, result.problems); err != nil {
			return err
		}
	}
	if c.Format == "github" {
		return nil
	}
	verdict := verdictOf(files, others)
	if c.one(results, others) {
		verdict = verdictOn(files[0])
	}
	_, err := fmt.Fprintln(s.stderr, verdict)
	return err
}

// writer writes one file's problems, for people or for GitHub.
func (c validateCommand) writer(s streams, text source) func(io.Writer, string, problem.List) error {
	switch {
	case c.Format == "github":
		return problem.WriteGitHub
	case c.Excerpts == "always", c.Excerpts == "auto" && s.terminal:
		return text.writeExcerpts
	default:
		return problem.WriteText
	}
}

// documentation is where the rules are explained.
const documentation = "https://github.com/attini-go/runner/blob/main/docs/rules.md"

// tool is what a report says of this program.
func tool() problem.Tool {
	number, _ := versions()
	return problem.Tool{
		Name: "runnerctl", Version: number, URL: documentation,
		Rule: func(name string) (meaning, url string) {
			rule, _ := rules.Named(name)
			return rule.Meaning, documentation + "#" + rule.Name
		},
	}
}

func verdictOn(file problem.File) string {
	if mistakes := errorsOf(file.Problems); mistakes > 0 {
		return file.Name + ": " + counted(mistakes, "error")
	}
	return file.Name + " is valid"
}

func verdictOf(files []problem.File, others int) string {
	mistakes, wrong := 0, 0
	for _, file := range files {
		found := errorsOf(file.Problems)
		mistakes += found
		wrong += min(found, 1)
	}
	said := []string{counted(len(files), "template") + ": "}
	switch {
	case wrong > 0:
		said = append(said, counted(mistakes, "error")+" in "+counted(wrong, "template"))
	case len(files) > 0:
		said = append(said, "valid")
	default:
		said[0] = "no templates with a Runner or a deployment plan"
	}
	if others > 0 {
		said = append(said, "; "+counted(others, "other file")+" skipped")
	}
	return strings.Join(said, "")
}

func errorsOf(problems problem.List) int {
	mistakes := 0
	for _, p := range problems.Sorted() {
		if p.Severity == problem.Error {
			mistakes++
		}
	}
	return mistakes
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
