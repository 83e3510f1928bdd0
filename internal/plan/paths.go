package plan

import (
	"slices"

	"github.com/attini-go/runner/internal/cfn"
)

// A way through a machine begins with its first step and goes on by Next, by a
// rule of a Choice, or by a Catch, until a step ends it. A step that fails
// without a Catch ends the execution and begins no way of its own.

// AlwaysRuns reports whether every way through the machine comes to a job that is
// meant, whatever the payload decides. The branches of a Parallel all run; a
// Map may have nothing to run its steps for.
func (m *Machine) AlwaysRuns(meant func(*State) bool) bool {
	return m.onEveryPath(func(s *State) (met bool, next []string) {
		switch {
		case s.Job != nil && meant(s):
			return true, nil
		case s.Type == "Parallel" && slices.ContainsFunc(s.Machines, func(branch *Machine) bool { return branch.AlwaysRuns(meant) }):
			// Another branch may have failed first.
			return true, s.catchTargets()
		}
		return false, append(s.successors(), s.catchTargets()...)
	})
}

// StartsWith reports whether every way through the machine comes to a job that
// is meant before anything that takes time.
func (m *Machine) StartsWith(meant func(*State) bool) bool {
	return m.onEveryPath(func(s *State) (met bool, next []string) {
		begins := s.Job != nil && meant(s) ||
			s.Type == "Parallel" && slices.ContainsFunc(s.Machines, func(branch *Machine) bool { return branch.StartsWith(meant) })
		if begins || s.Type != "Pass" && s.Type != "Choice" {
			return begins, nil
		}
		return false, s.successors()
	})
}

// onEveryPath reports whether no way through the machine ends before a step that
// meets what is asked. look says whether a step does, and where a way that is
// still asked about goes on; one that neither meets it nor goes on is an end.
// A circle that no way leaves but through a step that meets it is no end.
func (m *Machine) onEveryPath(look func(*State) (met bool, next []string)) bool {
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
		met, next := look(s)
		if !met && (len(next) == 0 || s.mayEnd()) {
			return false
		}
		somewhere = somewhere || met
		open = append(open, next...)
	}
	return somewhere
}

// isTerminal reports whether a step of the type is an end of its own.
func isTerminal(stepType string) bool { return stepType == "Succeed" || stepType == "Fail" }

// mayEnd reports whether a way may end with a step.
func (s *State) mayEnd() bool {
	end := s.Node.Get("End")
	return isTerminal(s.Type) || end != nil && end.Text == "true"
}

// successors names the steps that a step goes on with when it succeeds.
func (s *State) successors() []string {
	if s.Type != "Choice" {
		return nextOf(s.Node)
	}
	return append(nextOf(s.Node.Get("Choices").Elements()...), stringsOf(s.Node.Get("Default"))...)
}

// catchTargets names the steps that a step goes on with when it fails.
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
