package jsonata

import "math"

func (ev *evaluator) binary(n *node, form binaryForm, input any, env *frame) (any, error) {
	left, err := ev.eval(form.left, input, env)
	if err != nil {
		return nil, err
	}
	// These two need the right side only if the left does not decide.
	if form.operator == "and" || form.operator == "or" {
		holds, err := ev.truth(left)
		if err != nil || holds == (form.operator == "or") {
			return holds, err
		}
	}
	right, err := ev.eval(form.right, input, env)
	if err != nil {
		return nil, err
	}
	value, err := ev.operate(form.operator, left, right)
	return value, locate(err, n.position, form.operator)
}

func (ev *evaluator) operate(operator string, left, right any) (any, error) {
	switch operator {
	case "and", "or":
		return ev.truth(right)
	case "+", "-", "*", "/", "%":
		return arithmetic(operator, left, right)
	case "=", "!=":
		if isUndefined(left) || isUndefined(right) {
			return false, nil
		}
		same, err := ev.equal(left, right)
		return same == (operator == "="), err
	case "<", "<=", ">", ">=":
		return ev.order(operator, left, right)
	case "&":
		return ev.concatenate(left, right)
	case "..":
		return ev.countUp(left, right)
	case "in":
		return ev.contains(left, right)
	default:
		return nil, fault("S0204")
	}
}

func arithmetic(operator string, left, right any) (any, error) {
	a, ok, err := finite(left)
	if err != nil {
		return nil, err
	}
	if !ok && !isUndefined(left) {
		return nil, fault("T2001").about(left)
	}
	b, ok, err := finite(right)
	if err != nil {
		return nil, err
	}
	if !ok && !isUndefined(right) {
		return nil, fault("T2002").about(right)
	}
	if isUndefined(left) || isUndefined(right) {
		return Undefined{}, nil
	}
	switch operator {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/":
		return a / b, nil
	default:
		return math.Mod(a, b), nil
	}
}

func (ev *evaluator) order(operator string, left, right any) (any, error) {
	for _, value := range []any{left, right} {
		if !isComparable(value) && !isUndefined(value) {
			return nil, fault("T2010").about(value)
		}
	}
	if isUndefined(left) || isUndefined(right) {
		return Undefined{}, nil
	}
	if typeName(left) != typeName(right) {
		e := fault("T2009").about(left)
		e.second = right
		return nil, e
	}
	result, err := ev.compareValues(left, right)
	if err != nil {
		return nil, err
	}
	switch operator {
	case "<":
		return result < 0, nil
	case "<=":
		return result <= 0, nil
	case ">":
		return result > 0, nil
	default:
		return result >= 0, nil
	}
}

func (ev *evaluator) concatenate(left, right any) (any, error) {
	text := ""
	for _, value := range []any{left, right} {
		if isUndefined(value) {
			continue
		}
		part, err := ev.stringify(value, false)
		if err != nil {
			return nil, err
		}
		if err := ev.spendText(len(text) + len(part)); err != nil {
			return nil, err
		}
		text += part
	}
	return text, nil
}

// countUp returns the integers from left to right.
func (ev *evaluator) countUp(left, right any) (any, error) {
	first, ok := numberOf(left)
	if !isUndefined(left) && (!ok || !isInteger(first)) {
		return nil, fault("T2003").about(left)
	}
	last, ok := numberOf(right)
	if !isUndefined(right) && (!ok || !isInteger(last)) {
		return nil, fault("T2004").about(right)
	}
	if isUndefined(left) || isUndefined(right) || first > last {
		return Undefined{}, nil
	}
	const most = 1e7
	size := last - first + 1
	if size > most {
		return nil, fault("D2014").about(size)
	}
	if err := ev.spend(int(size)); err != nil {
		return nil, err
	}
	result := newSequence()
	result.items = make([]any, int(size))
	for i := range result.items {
		result.items[i] = first + float64(i)
	}
	return result, nil
}

// contains reports whether an array has an item that is a value.
func (ev *evaluator) contains(value, list any) (bool, error) {
	if isUndefined(value) || isUndefined(list) {
		return false, nil
	}
	for _, item := range asItems(list) {
		if same, err := ev.identical(value, item); err != nil || same {
			return same, err
		}
	}
	return false, nil
}

// identical compares as === does: arrays and objects equal only themselves.
func (ev *evaluator) identical(left, right any) (bool, error) {
	if _, ok := itemsOf(left); ok {
		return false, nil
	}
	if _, ok := left.(*Object); ok {
		return left == right, ev.read(1)
	}
	return ev.equal(left, right)
}

func (ev *evaluator) negate(n *node, form negateForm, input any, env *frame) (any, error) {
	value, err := ev.eval(form.operand, input, env)
	if err != nil || isUndefined(value) {
		return value, err
	}
	number, ok, err := finite(value)
	if err != nil {
		return nil, locate(err, n.position, "-")
	}
	if !ok {
		return nil, fault("D1002").about(value).at(n.position, "-")
	}
	return -number, nil
}

func (ev *evaluator) array(n *node, form arrayForm, input any, env *frame) (any, error) {
	result := &array{items: []any{}, cons: n.cons}
	for _, item := range form.items {
		value, err := ev.eval(item, input, env)
		if err != nil {
			return nil, err
		}
		if isUndefined(value) {
			continue
		}
		items := []any{value}
		if _, nested := item.form.(arrayForm); !nested {
			items = asItems(value)
		}
		if len(result.items) == 0 {
			// The first items need no copy: appending to them makes one.
			result.items = items[:len(items):len(items)]
			continue
		}
		if err := ev.spend(len(items)); err != nil {
			return nil, err
		}
		result.items = append(result.items, items...)
	}
	if result.items == nil {
		result.items = []any{}
	}
	if !result.cons {
		return result.items, nil
	}
	return result, nil
}
