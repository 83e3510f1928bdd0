package plan

import (
	"slices"

	"github.com/attini-go/runner/internal/cfn"
)

// A way through a machine begins with its first step and goes on by Next, by a
// rule of a Choice, or by a Catch, until a step ends it. A step that fails
// without a Catch ends the execution and begins no way of its own.

// Passes reports whether every way through the machine comes to a job that is
// meant, whatever the payload decides. The branches of a Parallel all run; a
// Map may have nothing to run its steps for.
func (m *Machine) Passes(meant func(*State) bool) bool {
	return m.always(func(s *State) (met bool, next []string) {
		switch {
		case s.Job != nil && meant(s):
			return true, nil
		case s.Type == "Parallel" && slices.ContainsFunc(s.Machines, func(branch *Machine) bool { return branch.Passes(meant) }):
			// Another branch may have failed first.
			return true, s.caught()
		}
		return false, append(s.follow(), s.caught()...)
	})
}

// BeginsWith reports whether every way through the machine comes to a job that
// is meant before anything that takes time.
func (m *Machine) BeginsWith(meant func(*State) bool) bool {
	return m.always(func(s *State) (met bool, next []string) {
		begins := s.Job != nil && meant(s) ||
			s.Type == "Parallel" && slices.ContainsFunc(s.Machines, func(branch *Machine) bool { return branch.BeginsWith(meant) })
		if begins || s.Type != "Pass" && s.Type != "Choice" {
			return begins, nil
		}
		return false, s.follow()
	})
}

// always reports whether no way through the machine ends before a step that
// meets what is asked. look says whether a step does, and where a way that is
// still asked about goes on; one that neither meets it nor goes on is an end.
// A circle that no way leaves but through a step that meets it is no end.
func (m *Machine) always(look func(*State) (met bool, next []string)) bool {
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

// ends reports whether a step of the type is an end of its own.
func ends(stepType string) bool { return stepType == "Succeed" || stepType == "Fail" }

// mayEnd reports whether a way may end with a step.
func (s *State) mayEnd() bool {
	end := s.Node.Get("End")
	return ends(s.Type) || end != nil && end.Text == "true"
}

// follow names the steps that a step goes on with when it succeeds.
func (s *State) follow() []string {
	if s.Type != "Choice" {
		return nextOf(s.Node)
	}
	return append(nextOf(itemsOf(s.Node.Get("Choices"))...), textsOf(s.Node.Get("Default"))...)
}

// caught names the steps that a step goes on with when it fails.
func (s *State) caught() []string { return nextOf(itemsOf(s.Node.Get("Catch"))...) }

// nextOf has the Next of each node that has one.
func nextOf(nodes ...*cfn.Node) []string {
	var names []string
	for _, n := range nodes {
		names = append(names, textsOf(n.Get("Next"))...)
	}
	return names
}

func textsOf(n *cfn.Node) []string {
	if !n.IsString() {
		return nil
	}
	return []string{n.Text}
}

func itemsOf(n *cfn.Node) []*cfn.Node {
	if !n.IsList() {
		return nil
	}
	return n.Items
}
