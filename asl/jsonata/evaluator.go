package jsonata

import (
	"context"
	"time"
)

// evaluator is the state of one evaluation.
type evaluator struct {
	ctx          context.Context
	functions    map[string]*function
	limits       limits
	now          time.Time
	steps        int
	items        int
	work         int
	depth        int // of evaluations
	inside       int // of calls of functions that are not written in the language
	nesting      int // of the value that a function or an operator looks into
	surroundings Surroundings
}

// eval returns the value of a node for an input.
func (ev *evaluator) eval(n *node, input any, env *frame) (any, error) {
	if err := ev.enter(); err != nil {
		return nil, err
	}
	defer func() { ev.depth-- }()
	value, err := ev.form(n, input, env)
	if err != nil {
		return nil, err
	}
	for _, stage := range n.predicates {
		if value, err = ev.filter(stage.predicate, value, env); err != nil {
			return nil, err
		}
	}
	if _, isPath := n.form.(pathForm); n.group != nil && !isPath {
		if value, err = ev.group(n.group, value, env); err != nil {
			return nil, err
		}
	}
	return collapse(n, value), nil
}

// collapse makes of a sequence what it stands for: nothing, its item, or itself.
func collapse(n *node, value any) any {
	found, ok := value.(*array)
	if !ok || !found.sequence {
		return value
	}
	if n.keepArray && !found.keep {
		kept := *found
		kept.keep = true
		found = &kept
	}
	switch {
	case len(found.items) == 0:
		return Undefined{}
	case len(found.items) == 1 && !found.keep:
		return found.items[0]
	default:
		return found
	}
}

func (ev *evaluator) form(n *node, input any, env *frame) (any, error) {
	switch form := n.form.(type) {
	case pathForm:
		return ev.path(n, form, input, env)
	case nameForm:
		return ev.field(input, form.name)
	case literalForm:
		return form.value, nil
	case variableForm:
		return ev.variable(form.name, input, env), nil
	case binaryForm:
		return ev.binary(n, form, input, env)
	case callForm:
		return ev.function(n, form, input, env, Undefined{})
	case conditionForm:
		return ev.condition(form, input, env)
	case blockForm:
		return ev.block(form, input, env)
	case assignForm:
		value, err := ev.eval(form.value, input, env)
		if err == nil {
			env.bind(form.name, value)
		}
		return value, err
	case lambdaForm:
		return &lambda{form: form, input: input, env: env}, nil
	case objectForm:
		return ev.group(form.grouping, input, env)
	case arrayForm:
		return ev.array(n, form, input, env)
	case parentForm:
		value, ok := env.lookup(form.slot.name())
		if !ok {
			return Undefined{}, nil
		}
		return value, nil
	default:
		return ev.rareForm(n, input, env)
	}
}

func (ev *evaluator) rareForm(n *node, input any, env *frame) (any, error) {
	switch form := n.form.(type) {
	case applyForm:
		return ev.applyChain(n, form, input, env)
	case partialForm:
		return ev.partial(n, form, input, env)
	case negateForm:
		return ev.negate(n, form, input, env)
	case wildcardForm:
		return ev.wildcard(input)
	case descendForm:
		return ev.descendants(input)
	case regexForm:
		return form.pattern.function(), nil
	case transformForm:
		return ev.transform(form, env), nil
	default:
		return nil, fault("S0201").at(n.position, describe(n))
	}
}

func (ev *evaluator) variable(name string, input any, env *frame) any {
	if name == "" {
		if wrapped, ok := input.(*array); ok && wrapped.outer {
			return wrapped.items[0]
		}
		return input
	}
	if value, ok := env.lookup(name); ok {
		return value
	}
	if builtin, ok := ev.functions[name]; ok {
		return builtin
	}
	return Undefined{}
}

func (ev *evaluator) condition(form conditionForm, input any, env *frame) (any, error) {
	condition, err := ev.eval(form.condition, input, env)
	if err != nil {
		return nil, err
	}
	holds, err := ev.truth(condition)
	switch {
	case err != nil:
		return nil, err
	case holds:
		return ev.eval(form.yes, input, env)
	case form.no != nil:
		return ev.eval(form.no, input, env)
	default:
		return Undefined{}, nil
	}
}

func (ev *evaluator) block(form blockForm, input any, env *frame) (any, error) {
	inner := &frame{parent: env}
	var value any = Undefined{}
	for _, part := range form.parts {
		var err error
		if value, err = ev.eval(part, input, inner); err != nil {
			return nil, err
		}
	}
	return value, nil
}
