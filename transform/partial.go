package transform

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// RulePartial is the rule of what cannot be checked where the template is.
const RulePartial = "not-checked"

// checkTransforms warns of the parts of Runners and of the plan that a transform
// inside of them makes. CloudFormation runs these before the macro, so that
// the macro never sees one; a template file has them.
func (i *Contents) checkTransforms(resources *cfn.Node) problem.List {
	p := partialParts{}
	resourcesPath := cfn.NewPath("Resources")
	if resources.Has(cfn.TransformKey) {
		i.partial = true
		p.add(resources, resourcesPath)
	}
	for _, field := range resources.Fields {
		kind := field.Value.Get("Type").AsString()
		if !strings.HasPrefix(kind, "Attini::") {
			continue
		}
		properties := field.Value.Get("Properties")
		i.partial = i.partial || kind == plan.Type && cfn.HasTransform(properties) ||
			kind == schema.RunnerType && isPartial(properties)
		p.find(field.Value, resourcesPath.Key(field.Key))
	}
	return p.problems
}

// checkLoops reports loops inside a Runner. AWS::LanguageExtensions expands them; the
// macro sees none where the template lists it first.
func (i *Contents) checkLoops(resource cfn.Field, at cfn.Path, loopsFirst bool, found problem.List) problem.List {
	var problems problem.List
	reported := map[string]bool{}
	for _, p := range found {
		reported[p.Path] = true
	}
	cfn.Walk(resource.Value, at, func(n *cfn.Node, at cfn.Path) bool {
		for _, field := range n.Entries() {
			if !strings.HasPrefix(field.Key, cfn.LoopPrefix) || reported[at.String()] || reported[at.Key(field.Key).String()] {
				continue
			}
			found := problem.Problem{Severity: problem.Error, Rule: "loop", Path: at.Key(field.Key).String(), Place: field.Place}
			found.Message = fmt.Sprintf("Runner %s: %s: a loop is expanded only after this macro; write out what it stands for", wording.Quote(resource.Key), field.Key)
			if loopsFirst {
				i.partial = true
				found.Severity, found.Rule = problem.Warning, RulePartial
				found.Message = fmt.Sprintf("%s: cannot be checked here: CloudFormation expands the loop before the macro", found.Path)
			}
			problems.Add(found)
		}
		return true
	})
	return problems
}

// isPartial reports whether a transform makes what a Runner's resources are made
// of; the rest of its properties is not looked into.
func isPartial(properties *cfn.Node) bool {
	if properties.Has(cfn.TransformKey) {
		return true
	}
	for _, name := range comparedProperties() {
		if cfn.HasTransform(properties.Get(name)) {
			return true
		}
	}
	return false
}

// partialParts collects the warnings.
type partialParts struct{ problems problem.List }

func (p *partialParts) find(n *cfn.Node, at cfn.Path) {
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		if at.LastKey() == cfn.TransformKey {
			return false
		}
		if n.Has(cfn.TransformKey) {
			p.add(n, at)
		}
		return true
	})
}

func (p *partialParts) add(n *cfn.Node, at cfn.Path) {
	name := "another transform"
	if named := n.At(cfn.TransformKey, "Name"); named.IsString() {
		name = wording.Brief(named.Text)
	}
	p.problems.Add(problem.Problem{
		Severity: problem.Warning, Rule: RulePartial, Path: at.String(), Place: n.KeyPlace(cfn.TransformKey),
		Message: fmt.Sprintf("%s: cannot be checked here: CloudFormation runs %s before the macro", at, name),
		Advice:  "Give the content with --include KEY=FILE, where the location ends with KEY.",
	})
}

// loopsFirst reports whether the template file lists AWS::LanguageExtensions, which
// expands loops, before the macro.
func loopsFirst(template *cfn.Node) bool {
	transforms := template.Get("Transform")
	if !transforms.IsList() {
		return false
	}
	for _, item := range transforms.Items {
		switch {
		case isMacro(item):
			return false
		case item.AsString() == "AWS::LanguageExtensions":
			return true
		}
	}
	return false
}
