package plan

import (
	"slices"

	"github.com/attini-go/runner/internal/cfn"
)

// A path through a machine begins with its first step and continues by Next, by a
// rule of a Choice, or by a Catch, until a step ends it. A step that fails
// without a Catch ends the execution and begins no path of its own.

// AlwaysRuns reports whether every path through the machine reaches a job that
// matches, whatever the payload decides. The branches of a Parallel all run; a
// Map may have no items to run its steps for.
func (m *Machine) AlwaysRuns(match func(*State) bool) bool {
	return m.onEveryPath(func(s *State) (found bool, next []string) {
		switch {
		case s.Job != nil && match(s):
			return true, nil
		case s.Type == "Parallel" && slices.ContainsFunc(s.Machines, func(branch *Machine) bool { return branch.AlwaysRuns(match) }):
			// Another branch may have failed first.
			return true, s.catchTargets()
		}
		return false, append(s.successors(), s.catchTargets()...)
	})
}

// StartsWith reports whether every path through the machine reaches a job that
// matches before anything that takes time.
func (m *Machine) StartsWith(match func(*State) bool) bool {
	return m.onEveryPath(func(s *State) (found bool, next []string) {
		begins := s.Job != nil && match(s) ||
			s.Type == "Parallel" && slices.ContainsFunc(s.Machines, func(branch *Machine) bool { return branch.StartsWith(match) })
		if begins || s.Type != "Pass" && s.Type != "Choice" {
			return begins, nil
		}
		return false, s.successors()
	})
}

// onEveryPath reports whether every path through the machine reaches a step for
// which visit returns found. visit also returns the steps after it that are still
// to be visited; a step without any, that is not found itself, ends its path. A
// circle that only a found step leaves does not count as a path's end.
func (m *Machine) onEveryPath(visit func(*State) (found bool, next []string)) bool {
	byName := make(map[string]*State, len(m.States))
	for _, s := range m.States {
		byName[s.Name] = s
	}
	seen, somewhere := map[string]bool{}, false
	for open := []string{m.StartAt}; len(open) > 0; {
		name := open[len(open)-1]
		open = open[:len(open)-1]
		if seen[name] {
			continue
		}
		seen[name] = true
		s := byName[name]
		if s == nil {
			return false
		}
		found, next := visit(s)
		if !found && (len(next) == 0 || s.mayEnd()) {
			return false
		}
		somewhere = somewhere || found
		open = append(open, next...)
	}
	return somewhere
}

// isTerminal reports whether a step of the type ends its path.
func isTerminal(stepType string) bool { return stepType == "Succeed" || stepType == "Fail" }

// mayEnd reports whether a path may end with a step.
func (s *State) mayEnd() bool {
	end := s.Node.Get("End")
	return isTerminal(s.Type) || end != nil && end.Text == "true"
}

// successors names the steps that may follow a step when it succeeds.
func (s *State) successors() []string {
	if s.Type != "Choice" {
		return nextOf(s.Node)
	}
	return append(nextOf(s.Node.Get("Choices").Elements()...), stringsOf(s.Node.Get("Default"))...)
}

// catchTargets names the steps that may follow a step when it fails.
func (s *State) catchTargets() []string { return nextOf(s.Node.Get("Catch").Elements()...) }

// nextOf has the Next of each node that has one.
func nextOf(nodes ...*cfn.Node) []string {
	var names []string
	for _, n := range nodes {
		names = append(names, stringsOf(n.Get("Next"))...)
	}
	return names
}

func stringsOf(n *cfn.Node) []string {
	if !n.IsString() {
		return nil
	}
	return []string{n.Text}
}
