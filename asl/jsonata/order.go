package jsonata

import (
	"slices"
	"strings"
)

// sortItems sorts by the terms of an order-by clause.
func (ev *evaluator) sortItems(order orderForm, items []any, env *frame) ([]any, error) {
	tuples := make([]tuple, len(items))
	for i, item := range items {
		tuples[i].value = item
	}
	sorted, err := ev.sortBy(order, tuples, func(tuple) *frame { return env })
	if err != nil {
		return nil, err
	}
	result := make([]any, len(sorted))
	for i, t := range sorted {
		result[i] = t.value
	}
	return result, nil
}

func (ev *evaluator) sortTuples(order orderForm, tuples []tuple, env *frame) ([]tuple, error) {
	return ev.sortBy(order, tuples, func(t tuple) *frame { return t.frame(env) })
}

func (ev *evaluator) sortBy(order orderForm, tuples []tuple, scope func(tuple) *frame) ([]tuple, error) {
	type keyed struct {
		tuple tuple
		keys  []any // one for each term, evaluated when first needed
	}
	rows := make([]keyed, len(tuples))
	for i, t := range tuples {
		rows[i] = keyed{t, make([]any, 0, len(order.terms))}
	}
	key := func(row *keyed, term int) (any, error) {
		for len(row.keys) <= term {
			value, err := ev.eval(order.terms[len(row.keys)].expression, row.tuple.value, scope(row.tuple))
			if err != nil {
				return nil, err
			}
			row.keys = append(row.keys, value)
		}
		return row.keys[term], nil
	}
	var failed error
	indexes := make([]int, len(rows))
	for i := range indexes {
		indexes[i] = i
	}
	slices.SortStableFunc(indexes, func(i, j int) int {
		for term := range order.terms {
			if failed != nil {
				return 0
			}
			left, err := key(&rows[i], term)
			if err == nil {
				var right any
				if right, err = key(&rows[j], term); err == nil {
					var result int
					if result, err = ev.compareKeys(left, right); err == nil && result != 0 {
						if order.terms[term].descending && !isUndefined(left) && !isUndefined(right) {
							return -result
						}
						return result
					}
				}
			}
			failed = err
		}
		return 0
	})
	if failed != nil {
		return nil, failed
	}
	sorted := make([]tuple, len(rows))
	for to, from := range indexes {
		sorted[to] = rows[from].tuple
	}
	return sorted, ev.spend(len(sorted))
}

// compareKeys compares two numbers or two strings. What does not exist comes last.
func (ev *evaluator) compareKeys(left, right any) (int, error) {
	switch {
	case isUndefined(left) && isUndefined(right):
		return 0, nil
	case isUndefined(left):
		return 1, nil
	case isUndefined(right):
		return -1, nil
	}
	for _, value := range []any{left, right} {
		if !isComparable(value) {
			return 0, fault("T2008").about(value)
		}
	}
	if typeName(left) != typeName(right) {
		e := fault("T2007").about(left)
		e.second = right
		return 0, e
	}
	return ev.compareValues(left, right)
}

func isComparable(value any) bool {
	switch value.(type) {
	case string, float64, int64:
		return true
	default:
		return false
	}
}

// compareValues compares two numbers, or two strings by their UTF-16 code units.
func (ev *evaluator) compareValues(left, right any) (int, error) {
	if first, ok := left.(string); ok {
		second := right.(string)
		// Byte by byte, which takes more time than other readings.
		if err := ev.read(min(len(first), len(second))/4 + 1); err != nil {
			return 0, err
		}
		return compareText(first, second), nil
	}
	if err := ev.read(1); err != nil {
		return 0, err
	}
	first, _ := numberOf(left)
	second, _ := numberOf(right)
	switch {
	case first < second:
		return -1, nil
	case first > second:
		return 1, nil
	default:
		return 0, nil
	}
}

// compareText orders as UTF-16 does: there, the surrogates of characters beyond
// the basic plane come before U+E000.
func compareText(left, right string) int {
	i := 0
	for i < len(left) && i < len(right) && left[i] == right[i] {
		i++
	}
	if i < len(left) && i < len(right) {
		// The lead bytes F0 to F4 begin characters beyond the basic plane, and EE
		// and EF those from U+E000 on.
		l, r := left[i], right[i]
		switch {
		case l >= 0xF0 && (r == 0xEE || r == 0xEF):
			return -1
		case r >= 0xF0 && (l == 0xEE || l == 0xEF):
			return 1
		}
	}
	return strings.Compare(left, right)
}
