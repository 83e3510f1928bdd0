package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// outputName finds the names of steps in paths: $.output.Build, and
// $.output['Build it'].
var outputName = regexp.MustCompile(`\$\.output(?:\.([A-Za-z_][A-Za-z0-9_]*)|\['([^'\]]*)'\])`)

// oldOutputs is where early versions of the framework had the outputs of stacks.
const oldOutputs = "$.cfnOutput"

// outputs warns of paths to the output of a step that no step writes. Where a
// step may put anything into the payload, nothing is certain.
func (d *doubts) outputs() {
	written, ok := d.writtenOutputs()
	if !ok {
		return
	}
	d.readOutputs(d.plan.Machine, written)
}

// writtenOutputs are the names under which steps write; false when others may.
func (d *doubts) writtenOutputs() (names []string, ok bool) {
	if defaults := d.plan.PayloadDefaults; defaults != nil {
		if isIntrinsic(defaults) {
			return nil, false
		}
		for _, field := range defaults.Get("output").Entries() {
			names = append(names, field.Key)
		}
	}
	for s := range d.plan.Machine.All() {
		path := s.Node.Get("ResultPath")
		switch {
		case d.isJSONata(s):
			return nil, false
		case IsTask(s.Type) && path == nil:
			names = append(names, s.Name)
		case path != nil && path.Kind == cfn.Null:
		case isWhole(path):
			if mayReplacePayload(s) {
				return nil, false
			}
		default:
			found := outputName.FindStringSubmatch(path.Text)
			if found == nil && strings.HasPrefix(path.Text, "$.output") {
				return nil, false
			}
			if found != nil {
				names = append(names, found[1]+found[2])
			}
		}
		for _, catch := range itemsOf(s.Node.Get("Catch")) {
			if found := outputName.FindStringSubmatch(textOf(catch.Get("ResultPath"))); found != nil {
				names = append(names, found[1]+found[2])
			}
		}
		if !isWhole(s.Node.Get("OutputPath")) {
			return nil, false
		}
	}
	return names, true
}

// mayReplacePayload reports whether a step's result, which takes the place of the
// payload, may have an output in it that no step is named for.
func mayReplacePayload(s *State) bool {
	switch s.Type {
	case "Task":
		return true
	case "Pass":
		return s.Node.Has("Result") || s.Node.Has("Parameters")
	case "Map", "Parallel":
		return s.Node.Has("ResultSelector")
	}
	return false
}

// readOutputs looks at the paths of a machine's steps. Those inside a Map are of
// its items, and those inside a Parallel with Parameters of these.
func (d *doubts) readOutputs(m *Machine, written []string) {
	for _, s := range m.States {
		for _, field := range s.Node.Fields {
			if !slices.Contains([]string{"Branches", "Iterator", "ItemProcessor", "ResultSelector", "ResultPath", "OutputPath"}, field.Key) {
				d.readPaths(s, field, s.Path.Key(field.Key), written)
			}
		}
		if s.Type == "Parallel" && !s.Node.Has("Parameters") && !changesInput(s) {
			for _, nested := range s.Machines {
				d.readOutputs(nested, written)
			}
		}
	}
}

// readPaths looks at the values that Step Functions takes for paths.
func (d *doubts) readPaths(s *State, field cfn.Field, at cfn.Path, written []string) {
	n := field.Value
	isPath := strings.HasSuffix(field.Key, ".$") || strings.HasSuffix(field.Key, "Path") || field.Key == "Variable"
	if n.IsString() && isPath && field.Key != "ResultPath" {
		for _, found := range outputName.FindAllStringSubmatch(n.Text, -1) {
			d.readOutput(s, found[1]+found[2], n, at, written)
		}
		if strings.HasPrefix(n.Text, oldOutputs) {
			d.warn(RuleOutputOfStep, s, problem.Problem{
				Path: string(at), Place: n.Place,
				Message: below(s, at) + ": the payload has no cfnOutput, as early versions of the framework had",
				Advice:  "Read $.output.STEP.OUTPUT, by the name of the step that deploys the stack.",
			})
		}
	}
	for i, item := range itemsOf(n) {
		d.readPaths(s, cfn.Field{Key: field.Key, Value: item}, at.Index(i), written)
	}
	for _, inside := range n.Entries() {
		d.readPaths(s, inside, at.Key(inside.Key), written)
	}
}

func (d *doubts) readOutput(s *State, name string, n *cfn.Node, at cfn.Path, written []string) {
	if slices.Contains(written, name) {
		return
	}
	message := fmt.Sprintf("%s: no step writes $.output.%s", below(s, at), wording.Brief(name))
	if near := wording.Nearest(name, written); near != "" {
		message += "; did you mean " + near + "?"
	}
	d.warn(RuleOutputOfStep, s, problem.Problem{Path: string(at), Place: n.Place, Message: message})
}

// below is a path as it leads from a step.
func below(s *State, at cfn.Path) string { return strings.TrimPrefix(string(at), string(s.Path)+".") }
