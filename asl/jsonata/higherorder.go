package jsonata

// higherOrderFunction looks up the functions that take a function.
func higherOrderFunction(name string) (definition, bool) {
	d, ok := map[string]definition{
		"map":    {"<af>", mapFunction},
		"filter": {"<af>", filterFunction},
		"single": {"<af?>", single},
		"reduce": {"<afj?:j>", reduce},
		"each":   {"<o-f:a>", each},
		"sift":   {"<o-f?:o>", sift},
	}[name]
	return d, ok
}

// applyTo calls a function with as many of the arguments as it has parameters.
func (c call) applyTo(function any, arguments ...any) (any, error) {
	if arity := max(arityOf(function), 1); arity < len(arguments) {
		arguments = arguments[:arity]
	}
	return c.apply(function, arguments, Undefined{}, c.env)
}

func mapFunction(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	items := c.items(0)
	result := newSequence()
	for i, item := range items {
		value, err := c.applyTo(c.arg(1), item, float64(i), c.arg(0))
		if err != nil {
			return nil, err
		}
		if !isUndefined(value) {
			result.items = append(result.items, value)
		}
	}
	return result, c.spend(len(items))
}

func filterFunction(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	result := newSequence()
	for i, item := range c.items(0) {
		value, err := c.applyTo(c.arg(1), item, float64(i), c.arg(0))
		if err != nil {
			return nil, err
		}
		fits, err := c.truth(value)
		if err != nil {
			return nil, err
		}
		if fits {
			result.items = append(result.items, item)
		}
	}
	return result, c.spend(len(result.items))
}

// single returns the one item that fits; it is an error if none or more do.
func single(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	var found any
	matches := 0
	for i, item := range c.items(0) {
		fits := true
		if isFunction(c.arg(1)) {
			value, err := c.applyTo(c.arg(1), item, float64(i), c.arg(0))
			if err != nil {
				return nil, err
			}
			if fits, err = c.truth(value); err != nil {
				return nil, err
			}
		}
		if !fits {
			continue
		}
		if matches++; matches > 1 {
			return nil, fault("D3138")
		}
		found = item
	}
	if matches == 0 {
		return nil, fault("D3139")
	}
	return found, nil
}

// reduce folds an array from its start.
func reduce(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	items := c.items(0)
	arity := arityOf(c.arg(1))
	if arity < 2 {
		return nil, fault("D3050").at(-1, "reduce")
	}
	result := c.arg(2)
	start := 0
	if isUndefined(result) && len(items) > 0 {
		result, start = items[0], 1
	}
	for i := start; i < len(items); i++ {
		var err error
		arguments := []any{result, items[i], float64(i), c.arg(0)}
		if result, err = c.apply(c.arg(1), arguments[:min(arity, 4)], Undefined{}, c.env); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// each calls a function for each key of an object.
func each(c call) (any, error) {
	object, ok := c.arg(0).(*Object)
	result := newSequence()
	if !ok {
		return result, nil
	}
	for i, key := range object.keys {
		value, err := c.applyTo(c.arg(1), object.values[i], key, object)
		if err != nil {
			return nil, err
		}
		if !isUndefined(value) {
			result.items = append(result.items, value)
		}
	}
	return result, c.spend(len(result.items))
}

// sift keeps the keys of an object that fit.
func sift(c call) (any, error) {
	object, ok := c.arg(0).(*Object)
	result := &Object{}
	if !ok {
		return Undefined{}, nil
	}
	for i, key := range object.keys {
		value, err := c.applyTo(c.arg(1), object.values[i], key, object)
		if err != nil {
			return nil, err
		}
		fits, err := c.truth(value)
		if err != nil {
			return nil, err
		}
		if fits {
			result.Set(key, object.values[i])
		}
	}
	if result.Len() == 0 {
		return Undefined{}, nil
	}
	return result, c.spend(result.Len())
}
