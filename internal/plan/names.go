package plan

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNameLength is Step Functions' limit of a state's name, in characters.
const maxNameLength = 80

// checkNames checks the names of all steps. They are unique in the whole plan,
// nested steps included, as the States Language demands of a state machine.
func (r *reader) checkNames(m *Machine) {
	seen := map[string]*State{}
	for s := range m.All() {
		other := seen[s.Name]
		switch reason := nameProblem(s.Name); {
		case reason != "":
			r.report(RuleStepName, stepSubject(s.Name), s.Path, s.Place, "the name "+reason+s.origin())
		case other != nil:
			r.report(RuleStepName, stepSubject(s.Name), s.Path, s.Place, fmt.Sprintf(
				"the name%s is taken by %s%s; names are unique in the whole plan, nested steps included",
				s.origin(), other.Path, other.origin()))
		default:
			seen[s.Name] = s
		}
	}
}

// origin explains a name that the user did not write.
func (s *State) origin() string {
	if s.addedFor == "" {
		return ""
	}
	return fmt.Sprintf(" (of the step that is added after %q)", s.addedFor)
}

// nameProblem says what is wrong with a name. White space, brackets and the like,
// which the name of a state machine may not have, are allowed in a state's.
func nameProblem(name string) string {
	switch {
	case name == "":
		return "is empty"
	case utf8.RuneCountInString(name) > maxNameLength:
		return fmt.Sprintf("has %d characters (at most %d)", utf8.RuneCountInString(name), maxNameLength)
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has a control character"
	case strings.HasPrefix(name, "Fn::"):
		return "begins with Fn::, so it would be taken for an intrinsic function"
	}
	return ""
}

// checkOnlyName refuses a machine whose States would be taken for an intrinsic
// function by SAM: a Map with the one key Ref or Condition.
func (r *reader) checkOnlyName(m *Machine) {
	if len(m.States) != 1 || len(m.invalidStates) > 0 {
		return
	}
	if s := m.States[0]; s.Name == "Ref" || s.Name == "Condition" {
		r.report(RuleStepName, stepSubject(s.Name), s.Path, s.Place,
			"the name of an only step cannot be Ref or Condition: States would be taken for an intrinsic function")
	}
}
