package jsonata

// objectFunction looks up the functions on objects, and those on any value.
func objectFunction(name string) (definition, bool) {
	d, ok := map[string]definition{
		"keys":   {"<x-:a<s>>", keys},
		"lookup": {"<x-s:x>", lookup},
		"spread": {"<x-:a<o>>", spread},
		"merge":  {"<a<o>:o>", mergeFunction},
		"type":   {"<x:s>", typeFunction},
		"clone":  {"<(oa)-:o>", func(c call) (any, error) { return c.clone(c.arg(0)) }},
		"error":  {"<s?:x>", errorFunction},
		"assert": {"<bs?:x>", assert},
	}[name]
	return d, ok
}

// keys returns the keys of an object, or those of all objects in an array, once each.
func keys(c call) (any, error) {
	seen := map[string]bool{}
	result := newSequence()
	var visit func(value any) error
	visit = func(value any) error {
		if err := c.look(); err != nil {
			return err
		}
		defer c.leave()
		if items, ok := itemsOf(value); ok {
			for _, item := range items {
				if err := visit(item); err != nil {
					return err
				}
			}
			return nil
		}
		object, ok := value.(*Object)
		if !ok {
			return nil
		}
		for _, key := range object.keys {
			if !seen[key] {
				seen[key] = true
				result.items = append(result.items, key)
			}
		}
		return c.spend(object.Len())
	}
	err := visit(c.arg(0))
	return result, err
}

func lookup(c call) (any, error) {
	key, _ := c.text(1)
	return c.field(c.arg(0), key)
}

// spread makes an object of each key.
func spread(c call) (any, error) { return c.spread(c.arg(0)) }

func (c call) spread(value any) (any, error) {
	if err := c.look(); err != nil {
		return nil, err
	}
	defer c.leave()
	if items, ok := itemsOf(value); ok {
		result := newSequence()
		for _, item := range items {
			parts, err := c.spread(item)
			if err != nil {
				return nil, err
			}
			if err := c.spend(len(asItems(parts))); err != nil {
				return nil, err
			}
			result.items = append(result.items, asItems(parts)...)
			result.sequence = false
		}
		return result, nil
	}
	object, ok := value.(*Object)
	if !ok {
		return value, nil
	}
	const objectCost = 10
	if err := c.spend(objectCost * object.Len()); err != nil {
		return nil, err
	}
	result := newSequence()
	for i, key := range object.keys {
		single := NewObject(1)
		single.Set(key, object.values[i])
		result.items = append(result.items, single)
	}
	return result, nil
}

// mergeFunction makes one object of many; of a repeated key, the last value counts.
func mergeFunction(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	result := &Object{}
	for _, item := range c.items(0) {
		object, ok := item.(*Object)
		if !ok {
			continue
		}
		const keyCost = 8 // with its place in the index
		if err := c.spend(keyCost * object.Len()); err != nil {
			return nil, err
		}
		for i, key := range object.keys {
			result.Set(key, object.values[i])
		}
	}
	return result, nil
}

func typeFunction(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	return typeName(c.arg(0)), nil
}

func errorFunction(c call) (any, error) {
	e := fault("D3137")
	e.Message = "$error() function evaluated"
	if message, ok := c.text(0); ok {
		e.Message = message
	}
	return nil, e
}

func assert(c call) (any, error) {
	if holds, _ := c.arg(0).(bool); holds {
		return Undefined{}, nil
	}
	e := fault("D3141")
	e.Message = "$assert() statement failed"
	if message, ok := c.text(1); ok {
		e.Message = message
	}
	return nil, e
}
