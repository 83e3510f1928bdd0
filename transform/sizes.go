package transform

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/quota"
	"github.com/attini-go/runner/internal/wording"
)

// sizes warns of an expanded template that is near what AWS takes, or beyond. It says
// what takes most, since that is what has to become smaller.
func sizes(expanded *cfn.Node, p *plan.Plan) problem.List {
	var problems problem.List
	near := func(path string, place problem.Place, what string, size, most int, largest func() []sized, advice string) {
		if !quota.IsNear(size, most) {
			return
		}
		text := fmt.Sprintf("%s %d bytes; AWS takes at most %d", what, size, most)
		if largest != nil {
			text += listed(largest())
		}
		problems.Add(problem.Problem{Severity: problem.Warning, Rule: RuleLimit, Path: path, Place: place, Message: text, Advice: advice})
	}
	resources := expanded.Get("Resources")
	total := expanded.JSONSize()
	for _, field := range resources.Entries() {
		if definition := definitionOf(field.Value); definition != nil {
			size := measure(definition, 0)
			total += size.inTemplate() - definition.JSONSize()
			if p != nil && p.Machine != nil {
				near(p.Path.String(), p.Resource.Place, "Plan "+wording.Quote(p.Name)+": the definition of its state machine has", size.bytes, quota.Definition,
					func() []sized { return states(definition, nil) }, "Move commands into scripts of the distribution, or put a part of the plan into a stack of its own.")
			}
		}
		if data := userDataOf(field.Value); data != nil {
			near("Resources."+field.Key, field.Value.Place, "Launch template "+wording.Quote(field.Key)+": its user data has at least", userDataSize(data), quota.UserData, nil,
				"Let a short script in it download the rest, such as from S3.")
		}
	}
	near("Resources", resources.Place, "the template has, after all transforms,", total, quota.Template, func() []sized { return resourceSizes(resources) },
		"Move resources into a stack of their own.")
	if p == nil || p.Machine == nil {
		return problems
	}
	for state := range p.Machine.All() {
		if state.Job == nil {
			continue
		}
		if size := state.Job.Properties.JSONSize(); quota.IsNear(size, quota.Payload) {
			near(state.Path.String(), state.Place, fmt.Sprintf("Step %s: its Properties have", wording.Quote(state.Name)), size, quota.Payload, nil,
				"They and the step's input together are a task's payload. Move commands into scripts of the distribution.")
		}
	}
	return problems
}

func resourceSizes(resources *cfn.Node) []sized {
	var all []sized
	for _, field := range resources.Entries() {
		size := field.Value.JSONSize()
		if definition := definitionOf(field.Value); definition != nil {
			size += measure(definition, 0).inTemplate() - definition.JSONSize()
		}
		all = append(all, sized{"Resource", field.Key, size})
	}
	return all
}

// counts warns of sections with more members than CloudFormation takes, or nearly.
func counts(expanded *cfn.Node) problem.List {
	var problems problem.List
	for _, section := range []struct {
		name, what string
		most       int
		advice     string
	}{
		{"Resources", "resources", quota.Resources, "Move resources into a stack of their own, or let Runners share: one Runner serves any number of steps."},
		{"Parameters", "parameters", quota.Parameters, "Read values from SSM parameters in the jobs, or move resources into a stack of their own."},
		{"Outputs", "outputs", quota.Outputs, "Move resources into a stack of their own."},
		{"Mappings", "mappings", quota.Mappings, "Join mappings: one takes any number of keys."},
	} {
		node := expanded.Get(section.name)
		if count := len(node.Entries()); quota.IsNear(count, section.most) {
			problems.Add(problem.Problem{
				Severity: problem.Warning, Rule: RuleLimit, Path: section.name, Place: node.Place,
				Message: fmt.Sprintf("the expanded template has %d %s; CloudFormation takes at most %d", count, section.what, section.most),
				Advice:  section.advice,
			})
		}
	}
	return problems
}

// sized is a part of a document, and its bytes.
type sized struct {
	kind, name string
	bytes      int
}

// listed names the three largest parts, in a sentence.
func listed(parts []sized) string {
	if len(parts) == 0 {
		return ""
	}
	slices.SortStableFunc(parts, func(a, b sized) int { return cmp.Compare(b.bytes, a.bytes) })
	var texts []string
	for _, part := range parts[:min(3, len(parts))] {
		if part.bytes*100 < parts[0].bytes { // it would help nobody
			break
		}
		texts = append(texts, fmt.Sprintf("%s %s (%d)", part.kind, wording.Quote(part.name), part.bytes))
	}
	return ". Largest: " + strings.Join(texts, ", ")
}

// states are a definition's tasks and other states without states in them, with their
// sizes.
func states(machine *cfn.Node, found []sized) []sized {
	for _, field := range machine.Get("States").Entries() {
		nested := []*cfn.Node{field.Value.Get("ItemProcessor"), field.Value.Get("Iterator")}
		if branches := field.Value.Get("Branches"); branches.IsList() {
			nested = append(nested, branches.Items...)
		}
		before := len(found)
		for _, inner := range nested {
			found = states(inner, found)
		}
		if len(found) == before {
			found = append(found, sized{"step", field.Key, measure(field.Value, 2).bytes})
		}
	}
	return found
}

func definitionOf(resource *cfn.Node) *cfn.Node {
	if resource.Get("Type").IsString() && resource.Get("Type").Text == "AWS::Serverless::StateMachine" {
		return resource.At("Properties", "Definition")
	}
	return nil
}
