package jsonata

// field returns the value of a name in an object, or in all objects of an array.
func (ev *evaluator) field(input any, name string) (any, error) {
	switch input := input.(type) {
	case *Object:
		if value, ok := input.Get(name); ok {
			return value, nil
		}
	case []any:
		return ev.fieldOfItems(input, name)
	case *array:
		return ev.fieldOfItems(input.items, name)
	}
	return Undefined{}, nil
}

func (ev *evaluator) fieldOfItems(items []any, name string) (any, error) {
	result := newSequence()
	if err := ev.spend(len(items)); err != nil {
		return nil, err
	}
	for _, item := range items {
		value, err := ev.field(item, name)
		if err != nil {
			return nil, err
		}
		if found, ok := itemsOf(value); ok {
			if err := ev.spend(len(found)); err != nil {
				return nil, err
			}
			result.items = append(result.items, found...)
		} else if !isUndefined(value) {
			result.items = append(result.items, value)
		}
	}
	return result, nil
}

// wildcard finds all values of an object, or all items of an array.
func (ev *evaluator) wildcard(input any) (any, error) {
	if wrapped, ok := input.(*array); ok && wrapped.outer && len(wrapped.items) > 0 {
		input = wrapped.items[0]
	}
	var values []any
	if object, ok := input.(*Object); ok {
		values = object.values
	} else if items, ok := itemsOf(input); ok {
		values = items
	}
	result := newSequence()
	for _, value := range values {
		if _, ok := itemsOf(value); ok {
			result.sequence = false
		}
		var err error
		if result.items, err = ev.flatten(result.items, value); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// flatten appends a value, or all that is in arrays in it.
func (ev *evaluator) flatten(out []any, value any) ([]any, error) {
	items, ok := itemsOf(value)
	if !ok {
		return append(out, value), ev.spend(2)
	}
	if err := ev.look(); err != nil {
		return nil, err
	}
	defer ev.leave()
	for _, item := range items {
		var err error
		if out, err = ev.flatten(out, item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// descendants finds a value and all that is inside it, but no arrays.
func (ev *evaluator) descendants(input any) (any, error) {
	result := newSequence()
	var visit func(value any) error
	visit = func(value any) error {
		if err := ev.look(); err != nil {
			return err
		}
		defer ev.leave()
		if err := ev.step(); err != nil {
			return err
		}
		if items, ok := itemsOf(value); ok {
			for _, item := range items {
				if err := visit(item); err != nil {
					return err
				}
			}
			return nil
		}
		result.items = append(result.items, value)
		if object, ok := value.(*Object); ok {
			for _, inner := range object.values {
				if err := visit(inner); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if isUndefined(input) {
		return input, nil
	}
	if err := visit(input); err != nil {
		return nil, err
	}
	if len(result.items) == 1 {
		return result.items[0], nil
	}
	return result, nil
}
