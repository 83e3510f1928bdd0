package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Start is a state in the middle of a machine, as an execution came to it.
type Start struct {
	State     string          // a state of the top level
	Input     json.RawMessage // the state's input; empty means {}
	Variables json.RawMessage // an object with the variables assigned before; empty means none
}

// RunFrom executes the machine from a state of its top level on, as Run does from the first one. e.Input stays the execution's own input.
func (m *Machine) RunFrom(ctx context.Context, start Start, e Execution, o Options) (json.RawMessage, error) {
	if !slices.Contains(m.TopStateNames(), start.State) {
		return nil, fmt.Errorf("start at state %q: the machine has no such state on its top level (it has %s)", start.State, strings.Join(m.TopStateNames(), ", "))
	}
	input, err := start.input()
	if err != nil {
		return nil, err
	}
	assigned, err := start.variables()
	if err != nil {
		return nil, err
	}
	return m.execute(ctx, e, o, func(ctx context.Context, r *run, _ any) (any, error) {
		return r.graphFrom(ctx, m.graph, start.State, place{variables: variables(nil).with(assigned)}, input)
	})
}

func (s Start) input() (any, error) {
	if len(s.Input) == 0 {
		return &Object{}, nil
	}
	input, err := decode(s.Input)
	if err != nil {
		return nil, fmt.Errorf("read the input of state %q: %w", s.State, err)
	}
	return input, nil
}

func (s Start) variables() (*Object, error) {
	if len(s.Variables) == 0 {
		return nil, nil //nolint:nilnil // none is a valid answer
	}
	value, err := decode(s.Variables)
	if err != nil {
		return nil, fmt.Errorf("read the variables of state %q: %w", s.State, err)
	}
	if value == nil {
		return nil, nil //nolint:nilnil // JSON's null
	}
	object, ok := value.(*Object)
	if !ok {
		return nil, fmt.Errorf("read the variables of state %q: they are not a JSON object", s.State)
	}
	return object, nil
}

// TopStateNames lists the names of the states on the top level, in the definition's order.
func (m *Machine) TopStateNames() []string {
	var names []string
	for _, name := range m.StateNames() {
		if _, ok := m.graph.states[name]; ok {
			names = append(names, name)
		}
	}
	return names
}
