package jsonata

// member is what falls under one key of a group.
type member struct {
	pair   int
	tuples []tuple
}

// group makes an object: the values under one key are those for which the key
// expression gives that key.
func (ev *evaluator) group(g *grouping, value any, env *frame) (any, error) {
	keys := []string{}
	members := map[string]*member{}
	tuples, isTuples := value.(*tupleStream)
	if !isTuples {
		tuples = &tupleStream{}
		items, isArray := itemsOf(value)
		if !isArray || len(items) == 0 {
			items = []any{value}
			if isArray {
				items[0] = Undefined{} // so that a literal object comes about
			}
		}
		for _, item := range items {
			tuples.tuples = append(tuples.tuples, tuple{value: item})
		}
	}
	for _, t := range tuples.tuples {
		for i, pair := range g.pairs {
			scope := env
			if isTuples {
				scope = t.frame(env)
			}
			key, err := ev.groupKey(g, pair.key, t.value, scope)
			if err != nil || key == nil {
				if err != nil {
					return nil, err
				}
				continue
			}
			existing, ok := members[*key]
			if !ok {
				keys = append(keys, *key)
				members[*key] = &member{pair: i, tuples: []tuple{t}}
				continue
			}
			if existing.pair != i {
				return nil, fault("D1009").about(*key).at(g.position, "{")
			}
			existing.tuples = append(existing.tuples, t)
		}
	}
	return ev.groupValues(g, keys, members, isTuples, env)
}

// groupKey returns a key, or nil if the expression gives none.
func (ev *evaluator) groupKey(g *grouping, key *node, input any, env *frame) (*string, error) {
	value, err := ev.eval(key, input, env)
	if err != nil || isUndefined(value) {
		return nil, err
	}
	text, ok := value.(string)
	if !ok {
		return nil, fault("T1003").about(value).at(g.position, "{")
	}
	return &text, ev.readText(text)
}

func (ev *evaluator) groupValues(g *grouping, keys []string, members map[string]*member, isTuples bool, env *frame) (any, error) {
	result := NewObject(len(keys))
	if err := ev.spend(len(keys)); err != nil {
		return nil, err
	}
	for _, key := range keys {
		member := members[key]
		var input any
		scope := env
		if isTuples {
			merged, err := ev.merge(member.tuples)
			if err != nil {
				return nil, err
			}
			input, scope = merged.value, merged.frame(env)
		} else {
			var err error
			if input, err = ev.joined(member.tuples); err != nil {
				return nil, err
			}
		}
		value, err := ev.eval(g.pairs[member.pair].value, input, scope)
		if err != nil {
			return nil, err
		}
		if !isUndefined(value) {
			result.Set(key, value)
		}
	}
	return result, nil
}

// joined returns the values of a group: the only one as it is, more as an array.
func (ev *evaluator) joined(tuples []tuple) (any, error) {
	if len(tuples) == 1 {
		return tuples[0].value, nil
	}
	all := []any{}
	for _, t := range tuples {
		items := asItems(t.value)
		if err := ev.spend(len(items)); err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}
