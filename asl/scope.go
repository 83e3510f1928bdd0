package asl

import (
	"maps"
	"unicode"
)

// scope is what the expressions of a state see.
type scope struct {
	input     any // $
	context   func() *Object
	variables variables
	random    func() float64
	newID     func() string
	// result and errorOutput are $states.result and $states.errorOutput of JSONata, where there is one.
	result      any
	hasResult   bool
	errorOutput any
	hasError    bool
	eval        *evaluation
	converted   *converted // the input for JSONata
}

// root is what a path starts from; ok is false for a variable that has no value.
func (s *scope) root(p *path) (value any, ok bool) {
	switch {
	case p.root == contextRoot && s.context != nil:
		return s.context(), true
	case p.root == variableRoot:
		value, ok = s.variables[p.variable]
		return value, ok
	default:
		return s.input, true
	}
}

// at is the same scope with another input.
func (s *scope) at(input any) *scope {
	other := *s
	other.input, other.converted = input, &converted{}
	return &other
}

// variables are the values that Assign gave. They do not change: Assign makes new ones, so a Map's iterations and a Parallel's branches see those
// around them, and nothing outside sees theirs.
type variables map[string]any

func (v variables) with(assigned *Object) variables {
	if assigned == nil || assigned.Len() == 0 {
		return v
	}
	all := make(variables, len(v)+assigned.Len())
	maps.Copy(all, v)
	for name, value := range assigned.All() {
		all[name] = value
	}
	return all
}

// The service's limits of variables.
const (
	maxVariableName = 80      // characters
	maxVariable     = 262_144 // bytes of JSON
)

// variableRune reports whether a variable's name may have r: an identifier of Unicode (UAX 31).
func variableRune(r rune, first bool) bool {
	return r == '_' || unicode.IsLetter(r) || !first && (unicode.IsDigit(r) || unicode.IsMark(r))
}
