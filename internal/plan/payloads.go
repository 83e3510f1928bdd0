package plan

import (
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// payload says what can be known of the data between two steps.
type payload uint8

const (
	// somePayload is an object: what an execution begins with, and what jobs need.
	somePayload payload = 1 << iota
	// resultList is the list of a Map's or a Parallel's results.
	resultList
	// anything is what is not known.
	anything
)

// payloads warns of jobs whose input is certainly no object. first is what the
// machine begins with.
func (w *warner) payloads(m *Machine, first payload) {
	byName := make(map[string]*State, len(m.States))
	for _, s := range m.States {
		byName[s.Name] = s
	}
	input := map[string]payload{m.StartAt: first}
	source := map[string]string{} // the step that makes the list
	for open := []string{m.StartAt}; len(open) > 0; {
		s := byName[open[0]]
		open = open[1:]
		if s == nil {
			continue
		}
		output := w.after(s, input[s.Name])
		follow := func(to string, data payload) {
			if before := input[to]; before|data != before {
				input[to] = before | data
				open = append(open, to)
			}
			if data == resultList && source[to] == "" {
				source[to] = s.Name
				if makesList := s.Type == "Map" || s.Type == "Parallel"; !makesList {
					source[to] = source[s.Name]
				}
			}
		}
		for _, to := range s.successors() {
			follow(to, output)
		}
		for _, to := range s.catchTargets() {
			follow(to, input[s.Name]|somePayload|anything)
		}
	}
	for _, s := range m.States {
		if s.Job != nil && input[s.Name] == resultList && !changesInput(s) {
			w.warn(RulePayload, s, problem.Problem{
				Path: s.Path.String(), Place: s.Place,
				Message: fmt.Sprintf("its input is the list of results of %s, and a job needs an object, so that the step fails", wording.Quote(source[s.Name])),
				Advice:  "Put a step of Type AttiniMergeOutput between the two.",
			})
		}
		for _, nested := range s.Machines {
			w.payloads(nested, w.inside(s, input[s.Name]))
		}
	}
}

// inside is what the machines in a step begin with.
func (w *warner) inside(s *State, input payload) payload {
	if s.Type != "Parallel" || changesInput(s) || s.Node.Has("Parameters") || w.isJSONata(s) {
		return anything
	}
	return input
}

func changesInput(s *State) bool { return !isWhole(s.Node.Get("InputPath")) }

// isWhole reports whether a path, absent or written, takes everything.
func isWhole(path *cfn.Node) bool { return path == nil || cfn.IsNoValue(path) || textOf(path) == "$" }

func textOf(n *cfn.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// isJSONata reports whether a step's data are not those of paths.
func (w *warner) isJSONata(s *State) bool {
	for _, n := range []*cfn.Node{w.plan.Machine.Node, s.Node} {
		if textOf(n.Get("QueryLanguage")) == "JSONata" {
			return true
		}
	}
	return false
}

// after is what a step passes on.
func (w *warner) after(s *State, input payload) payload {
	switch {
	case w.isJSONata(s), !isWhole(s.Node.Get("OutputPath")):
		return anything
	case IsTask(s.Type):
		return somePayload
	case changesInput(s) && s.Type != "Task" && s.Type != "Map" && s.Type != "Parallel":
		return anything
	case slices.Contains([]string{"Wait", "Choice", "Succeed"}, s.Type):
		return input
	}
	path := s.Node.Get("ResultPath")
	switch {
	case path != nil && path.Kind == cfn.Null:
		return input
	case !isWhole(path):
		return somePayload
	}
	return result(s, input)
}

// result describes the result of a step that replaces its input.
func result(s *State, input payload) payload {
	switch {
	case s.Node.Has("ResultSelector"):
		return somePayload
	case s.Type == "Map" && s.Node.Has("ResultWriter"):
		return anything
	case s.Type == "Map", s.Type == "Parallel":
		return resultList
	case s.Type == "Pass" && !s.Node.Has("Result") && !s.Node.Has("Parameters"):
		return input
	case s.Type == "Pass" && isObjectNode(s.Node.Get("Result"), s.Node.Get("Parameters")):
		return somePayload
	}
	return anything
}

func isObjectNode(nodes ...*cfn.Node) bool {
	return slices.ContainsFunc(nodes, func(n *cfn.Node) bool { return n.IsMap() && !n.IsIntrinsic() })
}
