package jsonata

import (
	"maps"
	"slices"
)

// names is what an expression refers to by name.
type names struct {
	functions map[string]*function // of the language
	free      []string             // variables that the expression does not set
	fields    map[string][]string  // of those variables, as in $name.field
}

// analysis walks through an expression in the order of its evaluation.
type analysis struct {
	functions map[string]*function
	free      map[string]bool
	fields    map[string]map[string]bool
	// bodies are those of functions. They run when all around is set, themselves
	// included, so they are visited last.
	bodies []func()
}

// scope is the variables that are set where the walk is.
type scope struct {
	parent *scope
	names  map[string]bool
}

func (s *scope) inner(names ...string) *scope {
	inner := &scope{parent: s, names: map[string]bool{}}
	inner.set(names...)
	return inner
}

func (s *scope) set(names ...string) {
	for _, name := range names {
		if name != "" {
			s.names[name] = true
		}
	}
}

func (s *scope) has(name string) bool {
	for ; s != nil; s = s.parent {
		if s.names[name] {
			return true
		}
	}
	return false
}

func analyse(root *node) names {
	a := &analysis{functions: map[string]*function{}, free: map[string]bool{}, fields: map[string]map[string]bool{}}
	a.node(root, (*scope)(nil).inner())
	for len(a.bodies) > 0 {
		visit := a.bodies[0]
		a.bodies = a.bodies[1:]
		visit()
	}
	found := names{functions: a.functions, free: slices.Sorted(maps.Keys(a.free)), fields: map[string][]string{}}
	for variable, fields := range a.fields {
		found.fields[variable] = slices.Sorted(maps.Keys(fields))
	}
	return found
}

func (a *analysis) nodes(nodes []*node, s *scope) {
	for _, n := range nodes {
		a.node(n, s)
	}
}

func (a *analysis) node(n *node, s *scope) {
	if n == nil {
		return
	}
	switch form := n.form.(type) {
	case variableForm:
		a.variable(form.name, s)
	case pathForm:
		a.path(form, n, s)
		return
	case negateForm:
		a.node(form.operand, s)
	case arrayForm:
		a.nodes(form.items, s)
	case objectForm:
		a.pairs(form.grouping, s)
	case binaryForm:
		a.nodes([]*node{form.left, form.right}, s)
	case assignForm:
		a.node(form.value, s)
		s.set(form.name)
	case conditionForm:
		a.nodes([]*node{form.condition, form.yes, form.no}, s)
	case blockForm:
		a.nodes(form.parts, s.inner())
	case callForm:
		a.nodes(append([]*node{form.procedure}, form.arguments...), s)
	case partialForm:
		a.nodes(append([]*node{form.procedure}, form.arguments...), s)
	case lambdaForm:
		a.bodies = append(a.bodies, func() { a.node(form.body, s.inner(form.parameters...)) })
	case transformForm:
		a.nodes([]*node{form.pattern, form.update, form.remove}, s)
	case applyForm:
		a.nodes([]*node{form.left, form.right}, s)
	case orderForm:
		for _, term := range form.terms {
			a.node(term.expression, s)
		}
	}
	a.postfix(n, s)
}

// path walks through steps; what one binds, those that follow see.
func (a *analysis) path(form pathForm, n *node, s *scope) {
	a.field(form.steps, s)
	inner := s
	for _, step := range form.steps {
		a.node(step, inner)
		if step.focus != "" || step.index != "" {
			inner = inner.inner(step.focus, step.index)
		}
		for _, stage := range step.stages {
			if stage.index != "" {
				inner = inner.inner(stage.index)
			}
		}
	}
	a.postfix(n, inner)
}

// field notes the first field of a path that starts with a variable.
func (a *analysis) field(steps []*node, s *scope) {
	if len(steps) < 2 {
		return
	}
	variable, isVariable := steps[0].form.(variableForm)
	field, isField := steps[1].form.(nameForm)
	if !isVariable || !isField || s.has(variable.name) {
		return
	}
	if a.fields[variable.name] == nil {
		a.fields[variable.name] = map[string]bool{}
	}
	a.fields[variable.name][field.name] = true
}

func (a *analysis) postfix(n *node, s *scope) {
	inner := s
	if n.focus != "" || n.index != "" {
		inner = s.inner(n.focus, n.index)
	}
	for _, stage := range append(n.predicates, n.stages...) {
		if stage.index != "" {
			inner = inner.inner(stage.index)
		}
		a.node(stage.predicate, inner)
	}
	if n.group != nil {
		a.pairs(n.group, inner)
	}
}

func (a *analysis) pairs(g *grouping, s *scope) {
	for _, pair := range g.pairs {
		a.node(pair.key, s)
		a.node(pair.value, s)
	}
}

func (a *analysis) variable(name string, s *scope) {
	if name == "" || name == "$" || s.has(name) {
		return
	}
	if _, known := a.functions[name]; known {
		return
	}
	if definition, ok := builtin(name); ok {
		a.functions[name] = newFunction(name, definition)
		return
	}
	a.free[name] = true
}
