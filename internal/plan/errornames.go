package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// RuleUnknownError: ErrorEquals has a name like those that runners fail with, and no
// runner fails with it.
const RuleUnknownError = "unknown-error"

// HandledCauses returns, for each step of a plan, the error names by cause that the
// plan handles if the step fails with one: those in ErrorEquals of the step and of the
// steps around it, and those that a Choice compares with. The names are sorted.
func HandledCauses(p *Plan) map[*State][]string {
	var compared []string
	for s := range p.Machine.All() {
		if s.Type == "Choice" {
			compared = append(compared, causesIn(s.Node)...)
		}
	}
	handled := map[*State][]string{}
	addHandled(p.Machine, compared, handled)
	return handled
}

func addHandled(m *Machine, around []string, handled map[*State][]string) {
	for _, s := range m.States {
		all := slices.Concat(around, causesIn(s.Node.Get("Retry")), causesIn(s.Node.Get("Catch")))
		slices.Sort(all)
		handled[s] = slices.Compact(all)
		for _, nested := range s.Machines {
			addHandled(nested, handled[s], handled)
		}
	}
}

// causesIn returns the error names by cause in the texts below a node. An expression may
// have one among other words.
func causesIn(n *cfn.Node) []string {
	switch {
	case n.IsString():
		return slices.DeleteFunc(protocol.Causes(), func(name string) bool { return !strings.Contains(n.Text, name) })
	case n.IsList():
		var found []string
		for _, item := range n.Items {
			found = append(found, causesIn(item)...)
		}
		return found
	case n.IsMap():
		var found []string
		for _, field := range n.Fields {
			found = append(found, causesIn(field.Value)...)
		}
		return found
	}
	return nil
}

// errorSlip says what is wrong with an error name: no runner fails with it, or it is
// nearly one that the States Language has, whose names begin with States. Step Functions
// has more of those than the language.
func errorSlip(name string) (message, near string) {
	language := asl.ErrorNames()
	switch {
	case strings.HasPrefix(name, protocol.CausePrefix) && !slices.Contains(protocol.Causes(), name):
		return fmt.Sprintf("no step fails with the error %s; %s", wording.Quote(name), wording.Suggestion(name, protocol.Causes())), wording.Nearest(name, protocol.Causes())
	case strings.HasPrefix(name, "States.") && !slices.Contains(language, name) && wording.Nearest(name, language) != "":
		return fmt.Sprintf("no step fails with the error %s; did you mean %q?", wording.Quote(name), wording.Nearest(name, language)), wording.Nearest(name, language)
	default:
		return "", ""
	}
}

// errorNames warns of error names that no step fails with.
func (w *warner) errorNames(s *State) {
	for _, list := range []string{"Retry", "Catch"} {
		rules := s.Node.Get(list)
		if !rules.IsList() {
			continue
		}
		for i, rule := range rules.Items {
			names := rule.Get("ErrorEquals")
			if !names.IsList() {
				continue
			}
			for j, name := range names.Items {
				if !name.IsString() {
					continue
				}
				message, near := errorSlip(name.Text)
				if message == "" {
					continue
				}
				found := problem.Problem{
					Path: s.Path.Key(list).Index(i).Key("ErrorEquals").Index(j).String(), Place: name.Place, Message: message,
				}
				if near != "" {
					found.Fix = problem.Fix{Old: name.Text, New: near}
				}
				w.warn(RuleUnknownError, s, found)
			}
		}
	}
}
