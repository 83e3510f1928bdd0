package plan

import (
	"fmt"

	"github.com/attini-go/runner/internal/wording"
)

// order says which steps can run before which.
type order struct {
	// within has the step around each step, and nil for those of the plan; machine has
	// the machine that a step belongs to.
	within  map[*State]*State
	machine map[*State]*Machine
	byName  map[string]*State
}

// maxOrdered bounds the work: each question takes as long as the plan.
const maxOrdered = 1000

// newOrder returns nil where the order is not known: for a plan with a step that could
// not be read, and for one that is too long.
func newOrder(m *Machine) *order {
	o := &order{within: map[*State]*State{}, machine: map[*State]*Machine{}, byName: map[string]*State{}}
	if !o.add(m, nil) || len(o.byName) > maxOrdered {
		return nil
	}
	return o
}

func (o *order) add(m *Machine, around *State) bool {
	if len(m.invalidStates) > 0 {
		return false
	}
	for _, s := range m.States {
		o.within[s], o.machine[s], o.byName[s.Name] = around, m, s
		for _, nested := range s.Machines {
			if !o.add(nested, s) {
				return false
			}
		}
	}
	return true
}

// canPrecede reports whether a step may have run when another begins.
func (o *order) canPrecede(first, second *State) bool {
	// The steps of one machine that the two are, or are in.
	for a := first; a != nil; a = o.within[a] {
		for b := second; b != nil; b = o.within[b] {
			if o.machine[a] == o.machine[b] {
				return o.machine[a].leads(a, b.Name)
			}
		}
	}
	return true
}

// leads reports whether a path of the machine leads from behind a step to another.
func (m *Machine) leads(from *State, to string) bool {
	byName := make(map[string]*State, len(m.States))
	for _, s := range m.States {
		byName[s.Name] = s
	}
	seen := map[string]bool{}
	for open := []*State{from}; len(open) > 0; {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		for _, next := range append(s.successors(), s.catchTargets()...) {
			if next == to {
				return true
			}
			if after := byName[next]; after != nil && !seen[next] {
				seen[next] = true
				open = append(open, after)
			}
		}
	}
	return false
}

// tooLate says why a step's output is certainly not there when another reads it; "" where
// it may be.
func (w *warner) tooLate(reader *State, output string) string {
	if w.order == nil || w.plan.PayloadDefaults != nil {
		return ""
	}
	writer := w.order.byName[output]
	switch {
	case writer == nil || w.writes(output) != 1 || w.order.canPrecede(writer, reader):
		return ""
	case writer == reader:
		return fmt.Sprintf("$.output.%s is this step's own output, which is there only after it", wording.Brief(output))
	default:
		return fmt.Sprintf("$.output.%s is written by a step that runs later, or beside this one", wording.Brief(output))
	}
}

// writes counts the steps that may write an output.
func (w *warner) writes(output string) int {
	count := 0
	for s := range w.plan.Machine.All() {
		paths := []string{textOf(s.Node.Get("ResultPath"))}
		for _, catch := range s.Node.Get("Catch").Elements() {
			paths = append(paths, textOf(catch.Get("ResultPath")))
		}
		if IsTask(s.Type) && paths[0] == "" && s.Name == output {
			count++
		}
		for _, path := range paths {
			if found := outputName.FindStringSubmatch(path); found != nil && nameIn(found) == output {
				count++
			}
		}
	}
	return count
}
