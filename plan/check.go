package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
)

// maxNameLength is Step Functions' limit of a state's name, in characters.
const maxNameLength = 80

// checkNames checks the names of all steps; they are unique in the whole plan,
// nested ones too, as a state machine demands it.
func (r *reader) checkNames(m *Machine) {
	seen := map[string]*State{}
	for s := range m.All() {
		switch reason := badName(s.Name); {
		case reason != "":
			r.report(RuleStepName, stepSubject(s.Name), s.Path, s.Place, "the name "+reason)
		case seen[s.Name] != nil:
			r.report(RuleStepName, stepSubject(s.Name), s.Path, s.Place, fmt.Sprintf("the name is taken by %s; names are unique in the whole plan, nested steps included", seen[s.Name].Path))
		default:
			seen[s.Name] = s
		}
	}
}

func badName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case utf8.RuneCountInString(name) > maxNameLength:
		return fmt.Sprintf("has %d characters (at most %d)", utf8.RuneCountInString(name), maxNameLength)
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has a control character"
	}
	return ""
}

// checkMachine checks the transitions of a machine and of those inside it. top
// is the whole plan, to say where else a name stands.
func (r *reader) checkMachine(m, top *Machine) {
	targets := map[string]bool{}
	astray := false
	if m.StartAt != "" {
		start := m.Node.Get("StartAt")
		astray = !r.target(m, top, m.StartAt, "StartAt", r.machineSubject(m, top), m.Path.Key("StartAt"), start.Place)
		targets[m.StartAt] = true
	}
	for _, s := range m.States {
		r.numbers(s, s.Node, s.Path)
		r.heartbeat(s)
		for _, t := range r.transitions(s) {
			found := r.target(m, top, t.to, t.label, stepSubject(s.Name), t.at, t.place)
			targets[t.to] = true
			astray = astray || !found
		}
		for _, nested := range s.Machines {
			r.checkMachine(nested, top)
		}
	}
	if astray || m.StartAt == "" {
		return // a step may seem out of reach only because a name is misspelt
	}
	for _, s := range m.States {
		if !targets[s.Name] {
			r.problems.Add(problem.Problem{
				Severity: problem.Warning, Rule: RuleUnreachable, Path: string(s.Path), Place: s.Place,
				Message: stepSubject(s.Name) + ": no other step leads to it",
			})
		}
	}
}

func (r *reader) machineSubject(m, top *Machine) string {
	if m == top {
		return r.subject()
	}
	return r.subject() + ": " + string(m.Path)
}

// transition is one place that names the step to go on with.
type transition struct {
	to, label string
	at        cfn.Path
	place     problem.Place
}

// transitions finds them all and checks that the step has an end.
func (r *reader) transitions(s *State) []transition {
	var found []transition
	add := func(n *cfn.Node, label string, at cfn.Path) {
		switch {
		case n == nil:
		case !n.IsString():
			r.report(RuleType, stepSubject(s.Name), at, n.Place, label+" must be the name of a step")
		default:
			found = append(found, transition{to: n.Text, label: label, at: at, place: n.Place})
		}
	}
	add(s.Node.Get("Next"), "Next", s.Path.Key("Next"))
	add(s.Node.Get("Default"), "Default", s.Path.Key("Default"))
	for _, key := range []string{"Choices", "Catch"} {
		rules := s.Node.Get(key)
		if rules == nil {
			continue
		}
		if !rules.IsList() || len(rules.Items) == 0 {
			r.report(RuleType, stepSubject(s.Name), s.Path.Key(key), rules.Place, key+" must be a list with at least one rule")
			continue
		}
		for i, rule := range rules.Items {
			label := fmt.Sprintf("%s[%d].Next", key, i)
			at := s.Path.Key(key).Index(i).Key("Next")
			if !rule.Has("Next") {
				r.report(RuleTransition, stepSubject(s.Name), at, rule.Place, label+" is required: the step to go on with")
			}
			add(rule.Get("Next"), label, at)
		}
	}
	r.ending(s)
	return found
}

// ending checks Next and End: a step has one of them, unless its type is an
// end or a fork of its own.
func (r *reader) ending(s *State) {
	subject := stepSubject(s.Name)
	hasNext, end := s.Node.Has("Next"), s.Node.Get("End")
	hasEnd := end != nil && end.Text == "true"
	switch s.Type {
	case "Succeed", "Fail", "Choice":
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
	switch {
	case hasNext && hasEnd:
		r.report(RuleTransition, subject, s.Path.Key("End"), s.Node.KeyPlace("End"), "has both Next and End; remove one of them")
	case !hasNext && !hasEnd:
		r.report(RuleTransition, subject, s.Path, s.Place, "has neither Next nor End; say which step follows, or End: true")
	}
}

// target checks that a transition leads to a step of the same machine, and
// reports whether it does.
func (r *reader) target(m, top *Machine, to, label, subject string, at cfn.Path, place problem.Place) bool {
	var names []string
	for _, s := range m.States {
		names = append(names, s.Name)
	}
	if slices.Contains(names, to) {
		return true
	}
	message := fmt.Sprintf("%s: %q is no step here; %s", label, to, suggestion(to, names))
	for s := range top.All() {
		if s.Name == to {
			message = fmt.Sprintf("%s: %q stands at another level, at %s; a transition stays inside its branch", label, to, s.Path)
		}
	}
	r.report(RuleUnknownStep, subject, at, place, message)
	return false
}

func numberKeys() []string {
	return []string{
		"TimeoutSeconds", "HeartbeatSeconds", "Seconds", "MaxConcurrency", "IntervalSeconds", "MaxAttempts",
		"BackoffRate", "MaxDelaySeconds", "ToleratedFailureCount", "ToleratedFailurePercentage",
	}
}

// numbers refuses intrinsic functions where a number stands: CloudFormation
// substitutes text, so the number would arrive as a string.
func (r *reader) numbers(s *State, n *cfn.Node, at cfn.Path) {
	for _, field := range n.Entries() {
		where := at.Key(field.Key)
		switch _, _, intrinsic := cfn.Intrinsic(field.Value); {
		case slices.Contains([]string{"Properties", "Parameters", "Result", "ResultSelector", "ItemSelector", "Branches", "Iterator", "ItemProcessor"}, field.Key):
		case !slices.Contains(numberKeys(), field.Key):
			for i, item := range field.Value.Items {
				r.numbers(s, item, where.Index(i))
			}
		case intrinsic:
			r.report(RuleNumber, stepSubject(s.Name), where, field.Value.Place, fmt.Sprintf("%s: a number must be written out: what a function comes to arrives as a string; or take it from the payload with %sPath", field.Key, field.Key))
		case field.Value.Kind != cfn.Number:
			r.report(RuleNumber, stepSubject(s.Name), where, field.Value.Place, fmt.Sprintf("%s: must be a number, not a %s", field.Key, field.Value.Kind))
		}
	}
}

func (r *reader) heartbeat(s *State) {
	beat, timeout := s.Node.Get("HeartbeatSeconds"), s.Node.Get("TimeoutSeconds")
	if beat == nil || timeout == nil {
		return
	}
	b, err := strconv.Atoi(beat.Text)
	t, err2 := strconv.Atoi(timeout.Text)
	if err == nil && err2 == nil && b >= t {
		r.report(RuleRange, stepSubject(s.Name), s.Path.Key("HeartbeatSeconds"), beat.Place, fmt.Sprintf("HeartbeatSeconds: %d must be less than TimeoutSeconds, %d", b, t))
	}
}
