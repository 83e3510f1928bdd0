package jsonata

// transform returns the function |pattern|update, remove|, which changes a copy of
// its argument.
func (ev *evaluator) transform(form transformForm, env *frame) any {
	signature, _ := parseSignature("<(oa):o>")
	return &function{signature: signature, arity: 1, call: func(c call) (any, error) {
		if isUndefined(c.arg(0)) {
			return Undefined{}, nil
		}
		cloner, ok := env.lookup("clone")
		if ok && !isFunction(cloner) {
			return nil, fault("T2013")
		}
		if !ok {
			cloner = &function{name: "clone", call: func(c call) (any, error) { return c.clone(c.arg(0)) }}
		}
		copied, err := c.apply(cloner, []any{c.arg(0)}, Undefined{}, env)
		if err != nil {
			return nil, err
		}
		matches, err := c.eval(form.pattern, copied, env)
		if err != nil {
			return nil, err
		}
		for _, match := range asItems(matches) {
			if err := c.change(form, match, env); err != nil {
				return nil, err
			}
		}
		return copied, nil
	}}
}

// change updates one object that the pattern of a transform has found.
func (ev *evaluator) change(form transformForm, match any, env *frame) error {
	update, err := ev.eval(form.update, match, env)
	if err != nil {
		return err
	}
	object, isObject := match.(*Object)
	if !isUndefined(update) {
		changes, ok := update.(*Object)
		if !ok {
			return fault("T2011").about(update).at(form.update.position, "|")
		}
		if isObject {
			if err := ev.spend(changes.Len()); err != nil {
				return err
			}
			for i, key := range changes.keys {
				object.Set(key, changes.values[i])
			}
		}
	}
	if form.remove == nil {
		return nil
	}
	removals, err := ev.eval(form.remove, match, env)
	if err != nil {
		return err
	}
	for _, key := range asItems(removals) {
		name, ok := key.(string)
		if !ok {
			return fault("T2012").about(removals).at(form.remove.position, "|")
		}
		if isObject {
			if err := ev.read(8 * object.Len()); err != nil {
				return err
			}
			object.Delete(name)
		}
	}
	return nil
}

// clone copies a value with all that is inside it.
func (ev *evaluator) clone(value any) (any, error) {
	if err := ev.look(); err != nil {
		return nil, err
	}
	defer ev.leave()
	if items, ok := itemsOf(value); ok {
		if err := ev.spend(len(items)); err != nil {
			return nil, err
		}
		copied := make([]any, len(items))
		for i, item := range items {
			var err error
			if copied[i], err = ev.clone(item); err != nil {
				return nil, err
			}
		}
		return copied, nil
	}
	object, ok := value.(*Object)
	if !ok {
		return value, nil
	}
	const keyCost = 8 // with its place in the index
	if err := ev.spend(keyCost * (1 + object.Len())); err != nil {
		return nil, err
	}
	copied := NewObject(object.Len())
	for i, key := range object.keys {
		inner, err := ev.clone(object.values[i])
		if err != nil {
			return nil, err
		}
		copied.Set(key, inner)
	}
	return copied, nil
}
