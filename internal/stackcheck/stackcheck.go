// Package stackcheck holds the steps of a plan that deploy stacks against the files of their
// distribution: whether configuration files and templates are there and can be read, and
// whether steps and templates agree about parameters and outputs. What only the payload or
// the deployment knows, is not checked.
package stackcheck

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/wording"
)

// Rules, as problems name them.
const (
	// RuleMissingFile: the distribution lacks a file that a step names.
	RuleMissingFile = "missing-file"
	// RuleStackConfiguration: a configuration file is wrong.
	RuleStackConfiguration = "stack-configuration"
	// RuleStackTemplate: a template cannot be read.
	RuleStackTemplate = "stack-template"
	// RuleStackParameter: a step and its template do not agree about a parameter.
	RuleStackParameter = "stack-parameter"
)

// Check reports what is wrong, in the order of the plan. Steps for which skip holds are left
// out; nil skips none.
func Check(ctx context.Context, p *plan.Plan, files stacks.Files, skip func(step string) bool) problem.List {
	if p == nil || p.Machine == nil {
		return nil
	}
	c := &checker{ctx: ctx, plan: p, files: files, outputs: map[string][]string{}}
	for s := range p.Machine.All() {
		switch {
		case skip != nil && skip(s.Name) || !s.Node.Get("Properties").IsMap():
		case s.Type == plan.CfnType || s.Type == plan.SamType:
			c.stack(s)
		case s.Type == plan.PackageType:
			c.project(s)
		}
	}
	for s := range p.Machine.All() {
		c.readPaths(s, s.Node, s.Path)
	}
	return c.problems
}

type checker struct {
	ctx      context.Context
	plan     *plan.Plan
	files    stacks.Files
	problems problem.List
	// outputs are those of the stacks of steps, where they are known.
	outputs map[string][]string
}

func (c *checker) report(severity problem.Severity, rule string, s *plan.State, key, text string) {
	properties := s.Node.Get("Properties")
	at, place := s.Path.Key("Properties"), properties.Place
	if properties.Has(key) {
		at, place = at.Key(key), properties.KeyPlace(key)
	}
	name := s.Name
	if s.AddedFor != "" {
		name = s.AddedFor
	}
	c.problems.Add(problem.Problem{
		Severity: severity, Rule: rule, Path: at.String(), Place: place, Message: fmt.Sprintf("Step %s: %s", wording.Quote(name), text),
	})
}

func (c *checker) stack(s *plan.State) {
	k := literal(s.Node.Get("Properties"))
	file := k.properties.Texts["ConfigFile"]
	if k.open["ConfigFile"] || k.isOpen(file) {
		delete(k.properties.Texts, "ConfigFile")
		k.open["ConfigFile"], file = true, ""
	}
	// What is not known here, is given elsewhere.
	for name, stand := range map[string]string{"StackName": "stack", "Template": "https://unknown"} {
		if k.open[name] || k.open["ConfigFile"] && k.properties.Texts[name] == "" {
			k.properties.Texts[name] = stand
		}
	}
	stack, err := stacks.Resolve(c.ctx, k.properties, c.files)
	var failure *message.Failure
	if errors.As(err, &failure) {
		rule := RuleStackConfiguration
		if strings.Contains(failure.Cause, "does not have") {
			rule = RuleMissingFile
		}
		c.report(problem.Error, rule, s, "ConfigFile", failure.Cause)
		return
	}
	if err != nil {
		c.report(problem.Error, RuleStackConfiguration, s, "ConfigFile", err.Error())
		return
	}
	for _, key := range stack.UnknownKeys {
		c.report(problem.Warning, RuleStackConfiguration, s, "ConfigFile", "ConfigFile "+key)
	}
	template := stack.Template
	if stack.Delete || !stacks.IsFile(template) || k.isOpen(template) || isAbove(template) {
		return
	}
	if node := c.template(s, template); node != nil {
		c.parameters(s, k, stack, node)
		c.keepOutputs(s, stack, node)
	}
}

// isAbove reports whether a file is in the directory above, where jobs put templates.
func isAbove(file string) bool { return strings.HasPrefix(relative(file), "..") }

func relative(file string) string { return path.Clean(strings.TrimLeft(file, "/")) }

// template reads a step's template; nil if it cannot be read, which is reported.
func (c *checker) template(s *plan.State, file string) *cfn.Node {
	key := "Template"
	if !s.Node.Get("Properties").Has(key) {
		key = "ConfigFile"
	}
	text, err := c.files.Read(c.ctx, relative(file))
	if errors.Is(err, fs.ErrNotExist) {
		c.report(problem.Error, RuleMissingFile, s, key, fmt.Sprintf("Template: the distribution does not have %s", wording.Quote(file)))
		return nil
	}
	if err != nil {
		c.report(problem.Error, RuleMissingFile, s, key, fmt.Sprintf("Template: %s: %s", wording.Quote(file), err))
		return nil
	}
	node, problems := cfn.Read(text)
	switch {
	case node == nil:
		c.report(problem.Error, RuleStackTemplate, s, key, fmt.Sprintf("Template: %s: %s", file, strings.TrimSpace(problems.Err().Error())))
	case !node.Get("Resources").IsMap():
		c.report(problem.Error, RuleStackTemplate, s, key, fmt.Sprintf("Template: %s: has no Resources", file))
		node = nil
	}
	return node
}

func keysOf(n *cfn.Node) (names []string) {
	for _, field := range n.Entries() {
		names = append(names, field.Key)
	}
	return names
}

// parameters holds what a step gives against what its template declares.
func (c *checker) parameters(s *plan.State, k known, stack *stacks.Stack, template *cfn.Node) {
	file := template.Get("Parameters")
	declared := keysOf(file)
	var given []string
	for _, field := range s.Node.At("Properties", "Parameters").Entries() {
		name := strings.TrimSuffix(field.Key, ".$")
		given = append(given, name)
		if !slices.Contains(declared, name) {
			found := problem.Problem{
				Severity: problem.Warning, Rule: RuleStackParameter, Path: s.Path.Keys("Properties", "Parameters", field.Key).String(), Place: field.Place,
				Message: fmt.Sprintf("Step %s: Parameters: %s is left out: the template %s does not declare it; %s", wording.Quote(s.Name), wording.Brief(name), wording.Quote(stack.Template), wording.Suggestion(name, declared)),
			}
			if near := wording.Nearest(name, declared); near != "" {
				found.Fix = problem.Fix{Old: field.Key, New: near + strings.TrimPrefix(field.Key, name)}
			}
			c.problems.Add(found)
		}
	}
	if k.open["Parameters"] || k.open["ConfigFile"] {
		return
	}
	var missing []string
	own := stacks.Origin{}.Parameters("")
	for _, parameter := range file.Entries() {
		_, isSet := stack.Settings[parameter.Key]
		_, isOurs := own[parameter.Key]
		if !isSet && !isOurs && !slices.Contains(given, parameter.Key) && !parameter.Value.Has("Default") {
			missing = append(missing, parameter.Key)
		}
	}
	if len(missing) > 0 {
		c.report(problem.Error, RuleStackParameter, s, "Parameters", fmt.Sprintf("the template %s declares %s without a Default, and neither Parameters nor the ConfigFile gives a value", wording.Quote(stack.Template), wording.Listed(missing)))
	}
}

func (c *checker) project(s *plan.State) {
	project := s.Node.At("Properties", "Project")
	directory, template := project.Get("Path"), project.Get("Template")
	if directory == nil || !isLiteral(directory) || template != nil && !isLiteral(template) || project.Has("Template.$") {
		return
	}
	file := "template.yaml"
	if template != nil {
		file = template.Text
	}
	if file = path.Join(relative(directory.Text), file); !fs.ValidPath(file) {
		return
	}
	if _, err := c.files.Read(c.ctx, file); errors.Is(err, fs.ErrNotExist) {
		c.report(problem.Error, RuleMissingFile, s, "Project", fmt.Sprintf("Project: the distribution does not have its template %s", wording.Quote("/"+file)))
	}
}
