package asl

import "fmt"

// Transition is a way out of a state, or back into it.
type Transition struct {
	State string // the state's name
	// Via is what leads on: Next, End, Choices[0], Default, Catch[0]; or to another attempt: Retry[0].
	Via string
	To  string // the state that follows; "" at an end, and the state itself for Retry
	// Errors are the ErrorEquals of Catch and Retry.
	Errors []string
}

// Transitions lists every way out of every state, nested ones too, in the definition's order. A state of type Succeed has an End; one of type Fail
// has none.
func (m *Machine) Transitions() []Transition {
	var all []Transition
	for _, s := range m.graph.all() {
		add := func(via, to string, errors ...string) { all = append(all, Transition{s.name, via, to, errors}) }
		switch w := s.work.(type) {
		case choice:
			for i, rule := range w.rules {
				add(indexed("Choices", i), rule.next)
			}
			if w.fallback != "" {
				add("Default", w.fallback)
			}
		case fail:
		default:
			add(s.via(), s.next)
		}
		for i, r := range s.retriers {
			add(indexed("Retry", i), s.name, r.errorEquals...)
		}
		for i, c := range s.catchers {
			add(indexed("Catch", i), c.next, c.errorEquals...)
		}
	}
	return all
}

// via is how the state is left when it succeeds.
func (s *state) via() string {
	if s.next == "" {
		return "End"
	}
	return "Next"
}

func indexed(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

// StatePath returns a path of a state as events have it, with the first iteration of each Map around it: Check[1].Scan. It is "" for a name that
// no state has.
func (m *Machine) StatePath(name string) string { return m.graph.pathOf(name) }

func (g *graph) pathOf(name string) string {
	for _, s := range g.order {
		if s.name == name {
			return name
		}
		for i, child := range s.children() {
			if path := child.pathOf(name); path != "" {
				return fmt.Sprintf("%s[%d].%s", s.name, i, path)
			}
		}
	}
	return ""
}
