package plan

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// checkNames checks what the names of steps must not be in a template: an
// intrinsic function's. Their length and that they are unique is the States
// Language's matter.
func (r *reader) checkNames(m *Machine) {
	r.checkOnlyName(m)
	for _, s := range m.States {
		if strings.HasPrefix(s.Name, "Fn::") {
			r.report(RuleStepName, stepSubject(s.Name), s.Path, s.Place, "the name begins with Fn::, so it would be taken for an intrinsic function")
		}
		for _, nested := range s.Machines {
			r.checkNames(nested)
		}
	}
}

// origin explains a name that the user did not write.
func (s *State) origin() string {
	if s.AddedFor == "" {
		return ""
	}
	return fmt.Sprintf(" (of the step that is added after %s)", wording.Quote(s.AddedFor))
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
