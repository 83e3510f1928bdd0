package jsonata

import (
	"context"
	"time"
)

// limits bound an evaluation.
type limits struct {
	steps int // nodes evaluated
	items int // array items, or 16 bytes of text each, allocated
	calls int // how deep evaluations nest
}

// usualLimits are far from what expressions need: a second, some hundred
// megabytes, and the depth that the language's own suite asks for.
func usualLimits() limits { return limits{steps: 3_000_000, items: 12_000_000, calls: 302} }

// pollEvery is after how many steps the context is asked whether it has ended.
const pollEvery = 256

// evaluator is the state of one evaluation.
type evaluator struct {
	ctx       context.Context
	functions map[string]*function
	limits    limits
	now       time.Time
	steps     int
	items     int
	depth     int
}

// enter counts one step of an evaluation and one level of its nesting.
func (ev *evaluator) enter() error {
	ev.depth++
	if ev.depth > ev.limits.calls {
		return limit("Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive.")
	}
	return ev.step()
}

func (ev *evaluator) step() error {
	ev.steps++
	if ev.steps > ev.limits.steps {
		return limit("Expression evaluation timeout: Check for infinite loop")
	}
	if ev.steps%pollEvery == 0 {
		return ev.poll()
	}
	return nil
}

func (ev *evaluator) poll() error {
	if err := ev.ctx.Err(); err != nil {
		e := limit("The evaluation was stopped: " + err.Error())
		e.cause = err
		return e
	}
	return nil
}

// spend counts what the evaluation allocates, before it does.
func (ev *evaluator) spend(items int) error {
	ev.items += items
	if items < 0 || ev.items > ev.limits.items {
		return limit("The expression needs too much memory")
	}
	if items > pollEvery {
		return ev.poll()
	}
	return nil
}

// spendText counts the bytes of a text.
func (ev *evaluator) spendText(bytes int) error { return ev.spend(bytes/16 + 1) }

func limit(message string) *Error {
	e := fault("U1001")
	e.Message = message
	return e
}

func errTooDeep() *Error { return limit("The value is nested too deeply") }

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
	switch {
	case err != nil:
		return nil, err
	case truth(condition):
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
