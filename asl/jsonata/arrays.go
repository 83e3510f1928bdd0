package jsonata

import (
	"slices"
)

// arrayFunction looks up the functions on arrays.
func arrayFunction(name string) (definition, bool) {
	d, ok := map[string]definition{
		"append":   {"<xx:a>", appendFunction},
		"reverse":  {"<a:a>", reverse},
		"shuffle":  {"<a:a>", shuffle},
		"distinct": {"<x:x>", distinct},
		"zip":      {"<a+>", zip},
		"sort":     {"<af?:a>", sortFunction},
		"exists":   {"<x:b>", func(c call) (any, error) { return !isUndefined(c.arg(0)), nil }},
	}[name]
	return d, ok
}

func appendFunction(c call) (any, error) {
	if err := c.spend(len(c.items(0)) + len(c.items(1))); err != nil {
		return nil, err
	}
	return appendValues(c.arg(0), c.arg(1)), nil
}

// copied returns a copy of an array argument, to be changed.
func copied(c call) ([]any, error) {
	items := c.items(0)
	if err := c.spend(len(items)); err != nil {
		return nil, err
	}
	return append([]any{}, items...), nil
}

func reverse(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	items, err := copied(c)
	if err != nil {
		return nil, err
	}
	slices.Reverse(items)
	return items, nil
}

func shuffle(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	items, err := copied(c)
	if err != nil {
		return nil, err
	}
	c.surroundings.shuffle(items)
	return items, nil
}

// distinct drops items that equal an earlier one.
func distinct(c call) (any, error) {
	items, ok := itemsOf(c.arg(0))
	if !ok || len(items) <= 1 {
		return c.arg(0), nil
	}
	const itemCost = 8 // of a map
	if err := c.spend(itemCost * len(items)); err != nil {
		return nil, err
	}
	seen := map[any]bool{}       // strings, numbers, booleans and null
	byText := map[string][]any{} // arrays and objects, by what they look like
	result := []any{}
	for _, item := range items {
		known, err := c.remember(item, seen, byText)
		if err != nil {
			return nil, err
		}
		if !known {
			result = append(result, item)
		}
	}
	if isSequence(c.arg(0)) {
		return newSequence(result...), nil
	}
	return result, nil
}

// remember reports whether an equal item was remembered before.
func (c call) remember(item any, seen map[any]bool, byText map[string][]any) (bool, error) {
	switch key := item.(type) {
	case nil, bool, string, float64, Undefined, *function, *lambda:
		text, _ := key.(string)
		if err := c.readText(text); err != nil {
			return false, err
		}
		known := seen[key]
		seen[key] = true
		return known, nil
	}
	key, err := c.shape(item)
	if err != nil {
		return false, err
	}
	for _, other := range byText[key] {
		if known, err := c.equal(item, other); err != nil || known {
			return known, err
		}
	}
	byText[key] = append(byText[key], item)
	return false, nil
}

// shape returns a text that is the same for equal values, whatever the order of keys.
func (c call) shape(value any) (string, error) {
	if object, ok := value.(*Object); ok {
		sorted := NewObject(object.Len())
		for _, key := range slices.Sorted(slices.Values(object.keys)) {
			sorted.Set(key, typeName(object.values[object.find(key)]))
		}
		value = sorted
	}
	return c.writeJSON(value, jsonStyle{rounded: true})
}

// zip makes an array of the first items of all arrays, one of the second, and so
// on, as long as all have one.
func zip(c call) (any, error) {
	if len(c.arguments) == 0 {
		return []any{}, nil
	}
	size := len(c.items(0))
	for i := range c.arguments {
		size = min(size, len(c.items(i)))
	}
	if err := c.spend(size * len(c.arguments)); err != nil {
		return nil, err
	}
	result := make([]any, size)
	for place := range result {
		row := make([]any, len(c.arguments))
		for i := range c.arguments {
			row[i] = c.items(i)[place]
		}
		result[place] = row
	}
	return result, nil
}

// sortFunction sorts stably, by a function that says whether its first argument
// goes behind its second.
func sortFunction(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	items, err := copied(c)
	if err != nil || len(items) <= 1 {
		return items, err
	}
	behind := func(a, b any) (bool, error) {
		result, err := c.compareValues(a, b)
		return result > 0, err
	}
	if comparator := c.arg(1); isFunction(comparator) {
		behind = func(a, b any) (bool, error) {
			value, err := c.apply(comparator, []any{a, b}, Undefined{}, c.env)
			if err != nil {
				return false, err
			}
			return c.truth(value)
		}
	} else if !allOf[string](items) && !allNumbers(items) {
		return nil, fault("D3070")
	}
	return mergeSort(items, behind)
}

func allOf[T any](items []any) bool {
	return !slices.ContainsFunc(items, func(item any) bool {
		_, ok := item.(T)
		return !ok
	})
}

func allNumbers(items []any) bool {
	return !slices.ContainsFunc(items, func(item any) bool {
		_, ok := numberOf(item)
		return !ok
	})
}

// mergeSort sorts stably. A comparison that contradicts itself cannot mislead it
// beyond the order.
func mergeSort(items []any, behind func(a, b any) (bool, error)) ([]any, error) {
	if len(items) <= 1 {
		return items, nil
	}
	middle := len(items) / 2
	left, err := mergeSort(items[:middle], behind)
	if err != nil {
		return nil, err
	}
	right, err := mergeSort(items[middle:], behind)
	if err != nil {
		return nil, err
	}
	merged := make([]any, 0, len(items))
	for len(left) > 0 && len(right) > 0 {
		swap, err := behind(left[0], right[0])
		if err != nil {
			return nil, err
		}
		if swap {
			merged, right = append(merged, right[0]), right[1:]
		} else {
			merged, left = append(merged, left[0]), left[1:]
		}
	}
	return append(append(merged, left...), right...), nil
}
