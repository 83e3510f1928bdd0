package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// replaceResources puts the emitted resources in the places of those that they
// replace, and says where a name is taken already. What stays as it is, is shared
// with the template and not copied.
func (x *expansion) replaceResources(template *cfn.Node, contents *Contents) (*cfn.Node, problem.List) {
	bySource := map[string][]emittedResource{}
	for _, resource := range x.emitted {
		bySource[resource.source] = append(bySource[resource.source], resource)
	}
	problems := x.nameClashes(template.Get("Resources"), bySource)

	resources := &cfn.Node{Kind: cfn.Map, Place: template.Get("Resources").Place}
	for _, field := range template.Get("Resources").Fields {
		group, replaced := bySource[field.Key]
		if !replaced {
			resources.Fields = append(resources.Fields, cfn.Field{Key: field.Key, Value: field.Value, Place: field.Place})
			continue
		}
		delete(bySource, field.Key)
		for _, resource := range group {
			resources.Fields = append(resources.Fields, cfn.Field{Key: resource.logicalID, Value: resource.body, Place: field.Place})
		}
	}
	// The default runner is declared nowhere: what it becomes comes last.
	for _, runner := range contents.Runners {
		for _, resource := range bySource[runner.Name] {
			resources.Fields = append(resources.Fields, cfn.F(resource.logicalID, resource.body))
		}
	}

	expanded := &cfn.Node{Kind: cfn.Map, Place: template.Place}
	if len(x.conditions.added) > 0 && !template.Has("Conditions") {
		expanded.Fields = append(expanded.Fields, cfn.F("Conditions", x.conditions.section(nil)))
	}
	for _, field := range template.Fields {
		var value *cfn.Node
		switch field.Key {
		case "Conditions":
			value = x.conditions.section(field.Value)
		case "Resources":
			value = resources
		case "Transform":
			if value = otherTransforms(field.Value); value == nil {
				continue
			}
		default:
			value = field.Value
		}
		expanded.Fields = append(expanded.Fields, cfn.Field{Key: field.Key, Value: value, Place: field.Place})
	}
	return expanded, problems
}

// otherTransforms is a template's Transform without this macro, which is done;
// nil when nothing is left.
func otherTransforms(transform *cfn.Node) *cfn.Node {
	if !transform.IsList() {
		if isMacro(transform) {
			return nil
		}
		return transform.Clone()
	}
	rest := &cfn.Node{Kind: cfn.List, Place: transform.Place}
	for _, item := range transform.Items {
		if !isMacro(item) {
			rest.Items = append(rest.Items, item.Clone())
		}
	}
	switch len(rest.Items) {
	case 0:
		return nil
	case 1:
		return rest.Items[0]
	}
	return rest
}

// isMacro reports whether an item of a Transform section is this macro: its name,
// or an object with it.
func isMacro(item *cfn.Node) bool {
	if item.IsMap() {
		item = item.Get("Name")
	}
	return item.AsString() == MacroName
}

// nameClashes reports emitted logical ids that the template or another emitted
// resource has already.
func (x *expansion) nameClashes(resources *cfn.Node, bySource map[string][]emittedResource) problem.List {
	var problems problem.List
	declared := resources.ByKey()
	owner := map[string]string{}
	for _, resource := range x.emitted {
		_, isSource := bySource[resource.logicalID]
		taken := declared[resource.logicalID] != nil && !isSource
		other, emitted := owner[resource.logicalID]
		owner[resource.logicalID] = resource.source
		if !taken && !emitted {
			continue
		}
		by := "the template declares a resource of that name"
		if emitted {
			by = wording.Quote(other) + " becomes a resource of that name too"
		}
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: "name-clash",
			Path:    cfn.NewPath("Resources", resource.logicalID).String(),
			Place:   resources.KeyPlace(resource.logicalID),
			Message: fmt.Sprintf("Resource %s: %s becomes a resource of this name, but %s", wording.Quote(resource.logicalID), wording.Quote(resource.source), by),
			Advice:  "Rename one of the two.",
		})
	}
	return problems
}
