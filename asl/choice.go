package asl

import (
	"context"
	"slices"
	"strings"
)

// choice is a Choice state: the first rule that holds says where to go.
type choice struct {
	rules    []rule
	fallback string
}

type rule struct {
	condition condition
	next      string
}

// condition is a compiled choice rule.
type condition interface {
	holds(*scope) (bool, error)
}

type (
	and []condition
	or  []condition
	not struct{ condition }
)

func (o *object) choice(s *state) {
	o.filters(s)
	w := choice{}
	if n := o.get("Choices"); n == nil {
		o.problem(o.place, "Choices is missing")
	} else if values, ok := n.value.([]any); ok && len(values) == 0 {
		o.problem(o.at("Choices"), "must hold at least one rule")
	}
	o.each("Choices", func(r *object, _ bool) {
		condition := r.condition(true)
		next := r.next(s)
		if !r.has("Next") {
			r.problem(r.place, "Next is missing")
		}
		r.rest("a choice rule")
		w.rules = append(w.rules, rule{condition, next})
	})
	if name, ok := o.text("Default"); ok {
		w.fallback = name
		s.transitions = append(s.transitions, transition{o.at("Default"), name})
	}
	s.work = w
}

// condition reads one rule: And, Or, Not, or Variable with one comparison.
func (o *object) condition(top bool) condition {
	o.text("Comment")
	if !top && o.get("Next") != nil {
		o.problem(o.at("Next"), "belongs to the outermost rule only")
	}
	kinds := []string{"And", "Or", "Not", "Variable"}
	if !o.oneOf(true, kinds...) {
		for _, key := range o.node.keys {
			o.read[key] = true // what they mean cannot be told
		}
		return and{}
	}
	switch {
	case o.has("And"):
		return and(o.conditions("And"))
	case o.has("Or"):
		return or(o.conditions("Or"))
	case o.has("Not"):
		inner := o.object(o.at("Not"), o.get("Not"))
		c := not{inner.condition(false)}
		inner.rest("a choice rule")
		return c
	default:
		return o.comparison()
	}
}

func (o *object) conditions(key string) []condition {
	if values, ok := o.get(key).value.([]any); ok && len(values) == 0 {
		o.problem(o.at(key), "must hold at least one rule")
	}
	var conditions []condition
	o.each(key, func(inner *object, _ bool) {
		conditions = append(conditions, inner.condition(false))
		inner.rest("a choice rule")
	})
	return conditions
}

// comparison reads Variable and the one operator beside it.
func (o *object) comparison() condition {
	variable, _ := compile(o, "Variable", parsePath)
	var operators []string
	for _, key := range o.node.keys {
		if _, known := operatorNamed(key); known {
			o.read[key] = true
			operators = append(operators, key)
		}
	}
	if len(operators) != 1 {
		unknown := slices.DeleteFunc(slices.Clone(o.node.keys), func(key string) bool { return o.read[key] || key == "Next" })
		switch {
		case len(operators) > 1:
			o.problem(o.place, "has %d comparisons, %s, and may have one", len(operators), strings.Join(operators, " and "))
		case len(unknown) == 0:
			o.problem(o.place, "a comparison such as StringEquals is missing")
		}
		return and{}
	}
	return o.operand(variable, operators[0])
}

func (w choice) do(_ context.Context, v *visit, input any) (any, string, error) {
	s := v.scope(input)
	for _, r := range w.rules {
		holds, err := r.condition.holds(s)
		if err != nil {
			return nil, "", err
		}
		if holds {
			return input, r.next, nil
		}
	}
	if w.fallback == "" {
		return nil, "", failure(NoChoiceMatched, "no rule of the Choice state holds and it has no Default")
	}
	return input, w.fallback, nil
}

func (c and) holds(s *scope) (bool, error) {
	for _, inner := range c {
		if holds, err := inner.holds(s); err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

func (c or) holds(s *scope) (bool, error) {
	for _, inner := range c {
		if holds, err := inner.holds(s); err != nil || holds {
			return holds, err
		}
	}
	return false, nil
}

func (c not) holds(s *scope) (bool, error) {
	holds, err := c.condition.holds(s)
	return !holds, err
}
