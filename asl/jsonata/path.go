package jsonata

import "math"

// path evaluates the steps of a path, each for all that the one before has found.
func (ev *evaluator) path(n *node, form pathForm, input any, env *frame) (any, error) {
	var current []any
	if items, ok := itemsOf(input); ok && !startsWithVariable(form) {
		current = items
	} else {
		current = []any{input}
	}
	var (
		result any
		tuples *tupleStream
		err    error
	)
	for i, step := range form.steps {
		switch {
		case i == 0 && step.cons:
			result, err = ev.eval(step, input, env)
		case tuples != nil || step.tuple:
			tuples, err = ev.tupleStep(step, current, tuples, env)
		default:
			result, err = ev.step1(step, current, env, i == len(form.steps)-1)
		}
		if err != nil {
			return nil, err
		}
		if tuples == nil {
			current = asItems(result)
			if len(current) == 0 {
				break
			}
		}
	}
	if tuples != nil {
		if n.tuple {
			result = tuples // an outer path needs what it binds
		} else {
			result = tuples.values()
		}
	}
	if form.keep {
		result = keepArray(result)
	}
	if n.group != nil {
		if tuples != nil {
			result = tuples
		}
		return ev.group(n.group, result, env)
	}
	return result, nil
}

func startsWithVariable(form pathForm) bool {
	_, ok := form.steps[0].form.(variableForm)
	return ok
}

// keepArray makes an array stay one though it has one item.
func keepArray(value any) any {
	found, ok := value.(*array)
	switch {
	case !ok:
		if items, ok := itemsOf(value); ok {
			return &array{items: items, keep: true}
		}
		return value
	case found.cons && !found.sequence:
		return &array{items: []any{found}, sequence: true, keep: true}
	default:
		kept := *found
		kept.keep = true
		return &kept
	}
}

// step1 evaluates a step for each item and flattens what it finds by one level.
func (ev *evaluator) step1(step *node, items []any, env *frame, last bool) (any, error) {
	if order, ok := step.form.(orderForm); ok {
		sorted, err := ev.sortItems(order, items, env)
		if err != nil {
			return nil, locate(err, step.position, "^")
		}
		return ev.filterAll(step.stages, newSequence(sorted...), env)
	}
	found := make([]any, 0, len(items))
	for _, item := range items {
		value, err := ev.eval(step, item, env)
		if err == nil {
			value, err = ev.filterAll(step.stages, value, env)
		}
		if err != nil {
			return nil, err
		}
		if !isUndefined(value) {
			found = append(found, value)
		}
	}
	if last && len(found) == 1 && !isSequence(found[0]) {
		if _, isArray := itemsOf(found[0]); isArray {
			return found[0], nil
		}
	}
	result := newSequence()
	for _, value := range found {
		items, isArray := itemsOf(value)
		if made, ok := value.(*array); !isArray || ok && made.cons {
			items = []any{value}
		}
		if err := ev.spend(len(items)); err != nil {
			return nil, err
		}
		result.items = append(result.items, items...)
	}
	return result, nil
}

func (ev *evaluator) filterAll(stages []stage, value any, env *frame) (any, error) {
	for _, stage := range stages {
		var err error
		if value, err = ev.filter(stage.predicate, value, env); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// filter applies a predicate: a number picks an item, anything else is a condition.
func (ev *evaluator) filter(predicate *node, value any, env *frame) (any, error) {
	if tuples, ok := value.(*tupleStream); ok {
		return ev.filterTuples(predicate, tuples, env)
	}
	items, isArray := itemsOf(value)
	if !isArray {
		items = []any{value} // also of nothing, so that a fault of the predicate shows
	}
	if literal, ok := predicate.form.(literalForm); ok && len(predicate.predicates) == 0 {
		if number, ok := literal.value.(float64); ok {
			item, ok := at(items, number)
			if _, isArray := itemsOf(item); isArray {
				return item, nil
			}
			if !ok || isUndefined(item) {
				return newSequence(), nil
			}
			return newSequence(item), nil
		}
	}
	result := newSequence()
	for i, item := range items {
		times, err := ev.selects(predicate, item, env, i, len(items))
		if err != nil {
			return nil, err
		}
		for range times {
			result.items = append(result.items, item)
		}
	}
	return result, ev.spend(len(result.items))
}

// at returns an item by its place. A negative place counts from the end.
func at(items []any, place float64) (any, bool) {
	index := math.Floor(place)
	if index < 0 {
		index += float64(len(items))
	}
	if index < 0 || index >= float64(len(items)) {
		return Undefined{}, false
	}
	return items[int(index)], true
}

// selects reports how often a predicate picks the item at a place.
func (ev *evaluator) selects(predicate *node, item any, env *frame, place, length int) (int, error) {
	value, err := ev.eval(predicate, item, env)
	if err != nil {
		return 0, err
	}
	places := []any{value}
	if items, ok := itemsOf(value); ok {
		places = items
	}
	if err := ev.read(len(places)); err != nil {
		return 0, err
	}
	times := 0
	for _, value := range places {
		number, ok, err := finite(value)
		if err != nil {
			return 0, err
		}
		if !ok {
			holds, err := ev.truth(value)
			if err == nil && !holds && len(places) != 1 {
				holds, err = ev.truth(any(places))
			}
			if holds {
				return 1, err
			}
			return 0, err
		}
		if number = math.Floor(number); number < 0 {
			number += float64(length)
		}
		if number == float64(place) {
			times++
		}
	}
	return times, nil
}
