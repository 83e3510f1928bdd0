package jsonata

import "slices"

// tupleCost is how many items a tuple counts for.
const tupleCost = 8

// tuple is a value on its way through a path, with what the steps have bound: a
// focus (@), a place (#) or what a % refers to.
type tuple struct {
	value any
	names []string
	bound []any
}

// tupleStream is what the steps of a path that binds something pass on.
type tupleStream struct{ tuples []tuple }

// with returns a tuple that binds a name besides.
func (t tuple) with(name string, value any) tuple {
	return t.extend([]string{name}, []any{value})
}

// extend returns a tuple that binds names besides. They replace those of before.
func (t tuple) extend(names []string, values []any) tuple {
	extended := tuple{value: t.value, names: names, bound: values}
	for i, name := range t.names {
		if !slices.Contains(names, name) {
			extended.names = append(extended.names[:len(extended.names):len(extended.names)], name)
			extended.bound = append(extended.bound, t.bound[i])
		}
	}
	return extended
}

// frame returns the scope of an expression that is evaluated for the tuple.
func (t tuple) frame(env *frame) *frame {
	return &frame{parent: env, names: t.names, values: t.bound, shared: true}
}

func (s *tupleStream) values() *array {
	result := newSequence()
	for _, t := range s.tuples {
		result.items = append(result.items, t.value)
	}
	return result
}

// tupleStep evaluates a step for each tuple, or for each item if it is the first
// step that binds something.
func (ev *evaluator) tupleStep(step *node, items []any, tuples *tupleStream, env *frame) (*tupleStream, error) {
	if order, ok := step.form.(orderForm); ok {
		return ev.sortStep(step, order, items, tuples, env)
	}
	if tuples == nil {
		tuples = &tupleStream{}
		for _, item := range items {
			tuples.tuples = append(tuples.tuples, tuple{value: item})
		}
	}
	result := &tupleStream{}
	for _, t := range tuples.tuples {
		value, err := ev.eval(step, t.value, t.frame(env))
		if err != nil {
			return nil, err
		}
		found, err := ev.bindStep(step, t, value)
		if err != nil {
			return nil, err
		}
		result.tuples = append(result.tuples, found...)
	}
	return ev.tupleStages(step.stages, result, env)
}

// bindStep returns a tuple for each value that a step has found for one.
func (ev *evaluator) bindStep(step *node, t tuple, value any) ([]tuple, error) {
	if inner, ok := value.(*tupleStream); ok {
		found := make([]tuple, 0, len(inner.tuples))
		for _, from := range inner.tuples {
			next := t
			next.value = from.value
			found = append(found, next.extend(from.names, slices.Clone(from.bound)))
		}
		return found, ev.spend(tupleCost * len(found))
	}
	items := asItems(value)
	if err := ev.spend(tupleCost * len(items)); err != nil {
		return nil, err
	}
	names := step.bindings()
	for _, name := range t.names {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	found := make([]tuple, 0, len(items))
	for i, item := range items {
		next := tuple{value: item, names: names, bound: make([]any, 0, len(names))}
		if step.focus != "" {
			next.value = t.value
			next.bound = append(next.bound, item)
		}
		if step.index != "" {
			next.bound = append(next.bound, float64(i))
		}
		if step.ancestor != nil {
			next.bound = append(next.bound, t.value)
		}
		for _, name := range names[len(next.bound):] {
			next.bound = append(next.bound, t.bound[slices.Index(t.names, name)])
		}
		found = append(found, next)
	}
	return found, nil
}

// bindings returns the names that a step binds: its focus, its place, and what a %
// refers to.
func (n *node) bindings() []string {
	var names []string
	if n.focus != "" {
		names = append(names, n.focus)
	}
	if n.index != "" {
		names = append(names, n.index)
	}
	if n.ancestor != nil {
		names = append(names, n.ancestor.name())
	}
	return names
}

func (ev *evaluator) sortStep(step *node, order orderForm, items []any, tuples *tupleStream, env *frame) (*tupleStream, error) {
	result := &tupleStream{}
	if tuples != nil {
		sorted, err := ev.sortTuples(order, tuples.tuples, env)
		if err != nil {
			return nil, locate(err, step.position, "^")
		}
		result.tuples = sorted
	} else {
		sorted, err := ev.sortItems(order, items, env)
		if err != nil {
			return nil, locate(err, step.position, "^")
		}
		for i, item := range sorted {
			t := tuple{value: item}
			if step.index != "" {
				t = t.with(step.index, float64(i))
			}
			result.tuples = append(result.tuples, t)
		}
	}
	return ev.tupleStages(step.stages, result, env)
}

// tupleStages applies the predicates of a step, and the bindings of places between them.
func (ev *evaluator) tupleStages(stages []stage, tuples *tupleStream, env *frame) (*tupleStream, error) {
	for _, stage := range stages {
		if stage.predicate == nil {
			for i, t := range tuples.tuples {
				tuples.tuples[i] = t.with(stage.index, float64(i))
			}
			continue
		}
		var err error
		if tuples, err = ev.filterTuples(stage.predicate, tuples, env); err != nil {
			return nil, err
		}
	}
	return tuples, nil
}

func (ev *evaluator) filterTuples(predicate *node, tuples *tupleStream, env *frame) (*tupleStream, error) {
	result := &tupleStream{}
	for i, t := range tuples.tuples {
		times, err := ev.selects(predicate, t.value, t.frame(env), i, len(tuples.tuples))
		if err != nil {
			return nil, err
		}
		for range times {
			result.tuples = append(result.tuples, t)
		}
	}
	return result, ev.spend(len(result.tuples))
}

// merge joins the tuples of a group to one, whose values are the values of all.
func (ev *evaluator) merge(tuples []tuple) (tuple, error) {
	if len(tuples) == 1 {
		return tuples[0], nil
	}
	value := make([]any, 0, len(tuples))
	names, bound := []string{}, map[string][]any{}
	for _, t := range tuples {
		value = append(value, t.value)
		for i, name := range t.names {
			if _, ok := bound[name]; !ok {
				names = append(names, name)
			}
			bound[name] = append(bound[name], t.bound[i])
		}
	}
	merged := tuple{names: names, bound: make([]any, len(names))}
	var err error
	for i, name := range names {
		if merged.bound[i], err = ev.appendAll(bound[name]); err != nil {
			return tuple{}, err
		}
	}
	merged.value, err = ev.appendAll(value)
	return merged, err
}

// appendAll appends values one after the other, as $append does.
func (ev *evaluator) appendAll(values []any) (any, error) {
	defined := slices.DeleteFunc(values, isUndefined)
	switch len(defined) {
	case 0:
		return Undefined{}, nil
	case 1:
		return defined[0], nil
	}
	all := []any{}
	for _, value := range defined {
		items := asItems(value)
		if err := ev.spend(len(items)); err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}
