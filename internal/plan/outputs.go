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

// outputName finds the names of steps in paths: $.output.Build,
// $.output['Build it'] and $['output']["Build it"].
var outputName = regexp.MustCompile(`\$(?:\.output|\['output'\]|\["output"\])(?:\.([A-Za-z_][A-Za-z0-9_]*)|\['([^'\]]*)'\]|\["([^"\]]*)"\])`)

func nameIn(found []string) string { return found[1] + found[2] + found[3] }

// oldOutputs is where early versions of the framework had the outputs of stacks.
const oldOutputs = "$.cfnOutput"

// outputs warns of paths to the output of a step that no step writes. Where a
// step may put anything into the payload, nothing is certain.
func (w *warner) outputs() {
	if defaults := w.plan.PayloadDefaults; defaults == nil || !defaults.IsIntrinsic() && !defaults.Has("cfnOutput") {
		for s := range w.plan.Machine.All() {
			w.readOldPaths(s)
		}
	}
	written, ok := w.writtenOutputs()
	if !ok || slices.Contains(written, "") { // a step whose name is not known
		return
	}
	w.order = newOrder(w.plan.Machine)
	w.readOutputs(w.plan.Machine, written)
	w.readInCommands(written)
}

// writtenOutputs are the names under which steps write; false when others may.
func (w *warner) writtenOutputs() (names []string, ok bool) {
	if defaults := w.plan.PayloadDefaults; defaults != nil {
		if defaults.IsIntrinsic() {
			return nil, false
		}
		for _, field := range defaults.Get("output").Entries() {
			names = append(names, field.Key)
		}
	}
	names = append(names, w.plan.Machine.invalidStates...)
	for s := range w.plan.Machine.All() {
		for _, nested := range s.Machines {
			names = append(names, nested.invalidStates...)
		}
		path := s.Node.Get("ResultPath")
		switch {
		case w.isJSONata(s):
			return nil, false
		case (IsTask(s.Type) || !isSupported(s.Type)) && path == nil:
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
				names = append(names, nameIn(found))
			}
		}
		for _, catch := range s.Node.Get("Catch").Elements() {
			if found := outputName.FindStringSubmatch(textOf(catch.Get("ResultPath"))); found != nil {
				names = append(names, nameIn(found))
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

// readOutputs checks the paths of a machine's steps. Those inside a Map are of
// its items, and those inside a Parallel with Parameters of these.
func (w *warner) readOutputs(m *Machine, written []string) {
	for _, s := range m.States {
		w.eachPath(s, func(n *cfn.Node, at cfn.Path) {
			for _, found := range outputName.FindAllStringSubmatch(n.Text, -1) {
				w.readOutput(s, nameIn(found), n, at, written)
			}
		})
		if s.Type == "Parallel" && !s.Node.Has("Parameters") && !changesInput(s) {
			for _, nested := range s.Machines {
				w.readOutputs(nested, written)
			}
		}
	}
}

// eachPath visits the values of a step that Step Functions takes for paths into its
// input. Intrinsic functions may make them.
func (w *warner) eachPath(s *State, visit func(n *cfn.Node, at cfn.Path)) {
	for _, field := range s.Node.Fields {
		if slices.Contains([]string{"Branches", "Iterator", "ItemProcessor", "ResultSelector", "ResultPath", "OutputPath"}, field.Key) {
			continue
		}
		inJob := s.Job != nil && field.Value == s.Job.Properties // its keys are the user's names
		cfn.Walk(field.Value, s.Path.Key(field.Key), func(n *cfn.Node, at cfn.Path) bool {
			key := at.LastKey()
			if strings.HasSuffix(key, ".$") || !inJob && (strings.HasSuffix(key, "Path") || key == "Variable") {
				visit(n, at)
			}
			return true
		})
	}
}

// readOldPaths warns of paths to where early versions of the framework had outputs.
func (w *warner) readOldPaths(s *State) {
	w.eachPath(s, func(n *cfn.Node, at cfn.Path) {
		text := n.Text
		if name, argument, ok := cfn.Intrinsic(n); ok && name == "Fn::Sub" {
			if sub, err := cfn.ParseSub(argument); err == nil { // else another rule reports it
				text = sub.Text.Text
			}
		}
		if !strings.HasPrefix(text, oldOutputs) {
			return
		}
		w.warn(RuleOutputOfStep, s, problem.Problem{
			Path: at.String(), Place: n.Place,
			Message: at.From(s.Path) + ": the payload has no cfnOutput, as early versions of the framework had",
			Advice:  "Read $.output.STEP.OUTPUT, by the name of the step that deploys the stack.",
		})
	})
}

// readOutput warns of the output of a step that no step writes before.
func (w *warner) readOutput(s *State, name string, n *cfn.Node, at cfn.Path, written []string) {
	if slices.Contains(written, name) {
		if late := w.tooLate(s, name); late != "" {
			w.warn(RuleOutputOfStep, s, problem.Problem{Path: at.String(), Place: n.Place, Message: at.From(s.Path) + ": " + late})
		}
		return
	}
	message := fmt.Sprintf("%s: no step writes $.output.%s", at.From(s.Path), wording.Brief(name))
	if near := wording.Nearest(name, written); near != "" {
		message += "; did you mean " + near + "?"
	}
	w.warn(RuleOutputOfStep, s, problem.Problem{Path: at.String(), Place: n.Place, Message: message})
}

// jqOutput finds the names of steps in what a command asks jq for.
var jqOutput = regexp.MustCompile(`\bjq\b[^|\n]*?\.output\.([A-Za-z_][A-Za-z0-9_]*)`)

// readInCommands warns of names that commands read from the step's input and that are near to a
// step's: what a shell reads is not known, but such a name is a slip for it.
func (w *warner) readInCommands(written []string) {
	for s := range w.plan.Machine.All() {
		if s.Job == nil {
			continue
		}
		for i, command := range s.Job.Properties.Get("Commands").Elements() {
			if !strings.Contains(command.AsString(), "ATTINI_INPUT") {
				continue
			}
			for _, found := range jqOutput.FindAllStringSubmatch(command.AsString(), -1) {
				if near := wording.Nearest(found[1], written); near != "" && !slices.Contains(written, found[1]) {
					at := s.Path.Keys("Properties", "Commands").Index(i)
					w.readOutput(s, found[1], command, at, written)
				}
			}
		}
	}
}
