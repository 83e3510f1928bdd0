package jsonata

import "errors"

// tailCall is a call that replaces that of the function whose value it is.
type tailCall struct {
	procedure any
	arguments []any
	position  int
	token     string
}

// function evaluates a call. first is an argument before the others, or Undefined.
func (ev *evaluator) function(n *node, form callForm, input any, env *frame, first any) (any, error) {
	procedure, err := ev.eval(form.procedure, input, env)
	if err != nil {
		return nil, err
	}
	name := procedureName(form.procedure)
	if isUndefined(procedure) && ev.isFieldForVariable(form.procedure, env) {
		return nil, fault("T1005").at(n.position, name)
	}
	arguments := make([]any, 0, len(form.arguments)+1)
	if !isUndefined(first) {
		arguments = append(arguments, first)
	}
	for _, argument := range form.arguments {
		value, err := ev.eval(argument, input, env)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, value)
	}
	if form.tail {
		return &tailCall{procedure, arguments, n.position, name}, nil
	}
	value, err := ev.apply(procedure, arguments, input, env)
	return value, locate(err, n.position, name)
}

// procedureName is what errors call the function of a call.
func procedureName(procedure *node) string {
	switch form := procedure.form.(type) {
	case pathForm:
		if name, ok := form.steps[0].form.(nameForm); ok {
			return name.name
		}
		return procedureName(form.steps[0])
	case variableForm:
		return form.name
	default:
		return ""
	}
}

// isFieldForVariable reports whether a call names a field, where the variable of
// that name is a function: the $ is missing.
func (ev *evaluator) isFieldForVariable(procedure *node, env *frame) bool {
	if _, ok := procedure.form.(pathForm); !ok {
		return false
	}
	name := procedureName(procedure)
	if value, ok := env.lookup(name); ok {
		return !isUndefined(value)
	}
	_, isBuiltin := builtin(name)
	return isBuiltin
}

// apply calls a function, and then those that its tail calls replace it with.
func (ev *evaluator) apply(procedure any, arguments []any, input any, env *frame) (any, error) {
	value, err := ev.applyOnce(procedure, arguments, input, env)
	for err == nil {
		next, ok := value.(*tailCall)
		if !ok {
			return value, nil
		}
		if err := ev.step(); err != nil {
			return nil, err
		}
		value, err = ev.applyOnce(next.procedure, next.arguments, input, env)
		err = locate(err, next.position, next.token)
	}
	return nil, err
}

func (ev *evaluator) applyOnce(procedure any, arguments []any, input any, env *frame) (any, error) {
	switch procedure := procedure.(type) {
	case *lambda:
		valid, err := procedure.form.signature.validate(ev, arguments, input)
		if err != nil {
			return nil, err
		}
		scope := &frame{
			parent: procedure.env,
			names:  procedure.form.parameters[:len(procedure.form.parameters):len(procedure.form.parameters)],
			values: make([]any, len(procedure.form.parameters)),
		}
		for i := range scope.values {
			scope.values[i] = Undefined{}
			if i < len(valid) {
				scope.values[i] = valid[i]
			}
		}
		return ev.eval(procedure.form.body, procedure.input, scope)
	case *function:
		valid, err := procedure.signature.validate(ev, arguments, input)
		if err == nil {
			err = ev.beginCall(valid)
		}
		if err == nil {
			var value any
			value, err = procedure.call(call{ev, valid, input, env})
			if err == nil {
				ev.inside--
				return value, nil
			}
		}
		return nil, named(err, procedure.name)
	default:
		return nil, fault("T1006")
	}
}

// beginCall counts a call of a function that is not written in the language, and the texts that it is called with: most
// functions read all of them. Functions that call functions nest without an evaluation between them.
func (ev *evaluator) beginCall(arguments []any) error {
	const callWork = 20
	if ev.inside++; ev.inside > maxInside {
		return errTooRecursive()
	}
	if err := ev.read(callWork); err != nil {
		return err
	}
	for _, argument := range arguments {
		if text, ok := argument.(string); ok && len(text) > bytesOfWork {
			if err := ev.readText(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// named gives an error the name of the function that it comes from.
func named(err error, name string) error {
	var e *Error
	if errors.As(err, &e) && e.Token == "" {
		e.Token = name
	}
	return err
}

// partial evaluates a call with holes, which is a function of what goes into the holes.
func (ev *evaluator) partial(n *node, form partialForm, input any, env *frame) (any, error) {
	procedure, err := ev.eval(form.procedure, input, env)
	if err != nil {
		return nil, err
	}
	name := procedureName(form.procedure)
	if !isFunction(procedure) {
		if isUndefined(procedure) && ev.isFieldForVariable(form.procedure, env) {
			return nil, fault("T1007").at(n.position, name)
		}
		return nil, fault("T1008").about(procedure).at(n.position, name)
	}
	fixed := make([]any, len(form.arguments))
	holes := 0
	for i, argument := range form.arguments {
		if isHole(argument) {
			holes++
			continue
		}
		if fixed[i], err = ev.eval(argument, input, env); err != nil {
			return nil, err
		}
	}
	return &function{name: name, arity: holes, call: func(c call) (any, error) {
		arguments := make([]any, len(fixed))
		next := 0
		for i, argument := range form.arguments {
			arguments[i] = fixed[i]
			if isHole(argument) {
				arguments[i] = c.arg(next)
				next++
			}
		}
		return c.apply(procedure, arguments, input, env)
	}}, nil
}

// applyChain evaluates left ~> right: a value into a function, or two functions to one.
func (ev *evaluator) applyChain(n *node, form applyForm, input any, env *frame) (any, error) {
	left, err := ev.eval(form.left, input, env)
	if err != nil {
		return nil, err
	}
	if invocation, ok := form.right.form.(callForm); ok {
		invocation.tail = false
		return ev.callWith(form.right, invocation, input, env, left)
	}
	right, err := ev.eval(form.right, input, env)
	if err != nil {
		return nil, err
	}
	if !isFunction(right) {
		return nil, fault("T2006").about(right).at(n.position, "~>")
	}
	if !isFunction(left) {
		value, err := ev.apply(right, []any{left}, Undefined{}, env)
		return value, locate(err, n.position, "~>")
	}
	return &function{arity: 1, call: func(c call) (any, error) {
		value, err := c.apply(left, []any{c.arg(0)}, Undefined{}, env)
		if err != nil {
			return nil, err
		}
		return c.apply(right, []any{value}, Undefined{}, env)
	}}, nil
}

// callWith evaluates a call with an argument before its own. A value that does not
// exist is an argument too.
func (ev *evaluator) callWith(n *node, form callForm, input any, env *frame, first any) (any, error) {
	if !isUndefined(first) {
		return ev.function(n, form, input, env, first)
	}
	missing := &node{form: literalForm{Undefined{}}, position: n.position}
	form.arguments = append([]*node{missing}, form.arguments...)
	return ev.function(n, form, input, env, Undefined{})
}
