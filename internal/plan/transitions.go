package plan

import (
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// transition is one place that names the step to go on with.
type transition struct {
	to      string
	label   string
	subject string
	at      cfn.Path
	place   problem.Place
}

// checkMachine checks the transitions and numbers of a machine and of those
// inside it. top is the whole plan, to say where else a name stands.
func (r *reader) checkMachine(m, top *Machine) {
	r.checkOnlyName(m)
	subject := r.subject()
	if m != top {
		subject += ": " + string(m.Path)
	}
	r.checkNumberFields(m.Node, subject, "", m.Path, true)
	names := m.names()
	next := map[string][]string{}
	incomplete := len(m.invalidStates) > 0
	follow := func(from string, transitions ...transition) {
		for _, t := range transitions {
			next[from] = append(next[from], t.to)
			incomplete = !r.checkTarget(t, names, top) || incomplete
		}
	}
	if m.StartAt != "" {
		follow("", transition{m.StartAt, "StartAt", subject, m.Path.Key("StartAt"), m.Node.Get("StartAt").Place})
	}
	for _, s := range m.States {
		r.checkNumbers(s)
		r.checkEnd(s)
		follow(s.Name, r.transitions(s)...)
		for _, nested := range s.Machines {
			r.checkMachine(nested, top)
		}
	}
	// A step may seem out of reach only because another is misspelt or broken.
	if !incomplete && m.StartAt != "" {
		r.unreachable(m, next)
	}
}

// names are those of all the machine's steps, the broken ones too.
func (m *Machine) names() []string {
	var names []string
	for _, s := range m.States {
		names = append(names, s.Name)
	}
	return append(names, m.invalidStates...)
}

// unreachable reports the steps that no way leads to. leads has the steps that
// follow each step; those of "" begin the machine.
func (r *reader) unreachable(m *Machine, next map[string][]string) {
	reached := map[string]bool{}
	for open := next[""]; len(open) > 0; {
		name := open[len(open)-1]
		open = open[:len(open)-1]
		if !reached[name] {
			reached[name] = true
			open = append(open, next[name]...)
		}
	}
	for _, s := range m.States {
		if !reached[s.Name] {
			r.problems.Add(problem.Problem{
				Severity: problem.Error, Rule: RuleUnreachable, Path: string(s.Path), Place: s.Place,
				Message: fmt.Sprintf("%s: no way leads to it from the first step, %q", stepSubject(s.Name), m.StartAt),
				Advice:  "Lead to it or remove it: Step Functions refuses to create a state machine with a step out of reach.",
			})
		}
	}
}

// transitions finds the places of a step that name another.
func (r *reader) transitions(s *State) []transition {
	var found []transition
	add := func(n *cfn.Node, label string, at cfn.Path) {
		switch {
		case n == nil:
		case !n.IsString():
			r.report(RuleType, stepSubject(s.Name), at, n.Place, label+": must be the name of a step, not "+kindOf(n))
		default:
			found = append(found, transition{n.Text, label, stepSubject(s.Name), at, n.Place})
		}
	}
	rules := "Catch"
	if s.Type == "Choice" {
		rules = "Choices"
		add(s.Node.Get("Default"), "Default", s.Path.Key("Default"))
	} else if !isTerminal(s.Type) {
		add(s.Node.Get("Next"), "Next", s.Path.Key("Next"))
	}
	for i, rule := range r.rules(s, rules) {
		label, at := fmt.Sprintf("%s[%d].Next", rules, i), s.Path.Key(rules).Index(i).Key("Next")
		if !rule.Has("Next") && (s.Type != "Choice" || looksLikeRule(rule)) {
			r.report(RuleTransition, stepSubject(s.Name), at, rule.Place, label+" is required: the step to go on with")
		}
		add(rule.Get("Next"), label, at)
	}
	return found
}

// rules are the entries of a step's Choices or Catch.
func (r *reader) rules(s *State, key string) []*cfn.Node {
	rules := s.Node.Get(key)
	switch {
	case rules == nil:
		return nil
	case !rules.IsList():
		r.report(RuleType, stepSubject(s.Name), s.Path.Key(key), rules.Place, key+": must be a list of rules, not "+kindOf(rules))
		return nil
	case len(rules.Items) == 0 && key == "Choices":
		r.report(RuleRequired, stepSubject(s.Name), s.Path.Key(key), rules.Place, "Choices is empty: give at least one rule")
	}
	return rules.Items
}

// isTerminal reports whether a step of the type is an end of its own.
func isTerminal(stepType string) bool { return stepType == "Succeed" || stepType == "Fail" }

// checkEnd checks Next and End: a step has one of them, unless its type is an
// end or a fork of its own.
func (r *reader) checkEnd(s *State) {
	subject := stepSubject(s.Name)
	if isTerminal(s.Type) || s.Type == "Choice" {
		for _, key := range []string{"Next", "End"} {
			if s.Node.Has(key) {
				r.report(RuleTransition, subject, s.Path.Key(key), s.Node.KeyPlace(key), fmt.Sprintf("a %s step has no %s", s.Type, key))
			}
		}
		if s.Type == "Choice" && !s.Node.Has("Choices") {
			r.report(RuleRequired, subject, s.Path.Key("Choices"), s.Place, "Choices is required: a list of rules")
		}
		return
	}
	end := s.Node.Get("End")
	if end != nil && end.Kind != cfn.Bool {
		r.report(RuleType, subject, s.Path.Key("End"), end.Place, "End: must be true, not "+kindOf(end))
		return
	}
	hasNext, hasEnd := s.Node.Has("Next"), end != nil && end.Text == "true"
	switch {
	case hasNext && hasEnd:
		r.report(RuleTransition, subject, s.Path.Key("End"), s.Node.KeyPlace("End"), "has both Next and End; remove one of them")
	case !hasNext && !hasEnd:
		r.report(RuleTransition, subject, s.Path, s.Place, "has neither Next nor End; say which step follows, or End: true")
	}
}

// checkTarget checks that a transition leads to a step of the same machine, whose
// steps are names, and reports whether it does.
func (r *reader) checkTarget(t transition, names []string, top *Machine) bool {
	if len(names) == 0 || slices.Contains(names, t.to) {
		return true // without any steps, that is what was reported
	}
	message := fmt.Sprintf("%s: %q is no step here; %s", t.label, t.to, suggestion(t.to, names))
	for s := range top.All() {
		if s.Name == t.to {
			message = fmt.Sprintf("%s: %q stands at another level, at %s; a transition stays inside its branch", t.label, t.to, s.Path)
			break
		}
	}
	r.report(RuleUnknownStep, t.subject, t.at, t.place, message)
	return false
}
