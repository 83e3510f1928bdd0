package jsonata

// pathOf returns a node as a path: itself, or a path of it alone.
func pathOf(n *node) (*node, pathForm) {
	if path, ok := n.form.(pathForm); ok {
		return n, path
	}
	path := pathForm{steps: []*node{n}}
	return &node{form: path, position: n.position}, path
}

func lastStep(n *node) *node {
	if path, ok := n.form.(pathForm); ok {
		return path.steps[len(path.steps)-1]
	}
	return n
}

// path resolves left.right.
func (r *resolver) path(n *node, form binaryForm) (*node, error) {
	left, err := r.node(form.left)
	if err != nil {
		return nil, err
	}
	right, err := r.node(form.right)
	if err != nil {
		return nil, err
	}
	result, path := pathOf(left)
	if parent, ok := left.form.(parentForm); ok {
		result.seeking = []*slot{parent.slot}
	}
	if rest, ok := right.form.(pathForm); ok {
		path.steps = append(path.steps, rest.steps...)
	} else {
		right.stages, right.predicates = append(right.stages, right.predicates...), nil
		path.steps = append(path.steps, right)
	}
	for _, step := range path.steps {
		if err := asStep(step); err != nil {
			return nil, err
		}
		path.keep = path.keep || step.keepArray
	}
	for _, step := range []*node{path.steps[0], path.steps[len(path.steps)-1]} {
		if _, ok := step.form.(arrayForm); ok {
			step.cons = true
		}
	}
	result.form = path
	return result, resolveParents(result)
}

// asStep makes a string in a path the name it stands for, and refuses what can be no step.
func asStep(step *node) error {
	literal, ok := step.form.(literalForm)
	if !ok {
		return nil
	}
	name, ok := literal.value.(string)
	if !ok {
		return fault("S0213").about(literal.value).at(step.position, describe(step))
	}
	step.form = nameForm{name}
	return nil
}

// filter resolves left[right].
func (r *resolver) filter(n *node, form filterForm) (*node, error) {
	result, err := r.node(form.left)
	if err != nil {
		return nil, err
	}
	step := lastStep(result)
	if step.group != nil {
		return nil, fault("S0209").at(n.position, "[")
	}
	predicate, err := r.node(form.right)
	if err != nil {
		return nil, err
	}
	for _, slot := range predicate.seeking {
		if slot.level == 1 {
			if err := seekParent(step, slot); err != nil {
				return nil, err
			}
		} else {
			slot.level--
		}
	}
	if len(predicate.seeking) > 0 {
		step.seeking = append(step.seeking, predicate.seeking...)
	}
	if _, ok := result.form.(pathForm); ok {
		step.stages = append(step.stages, stage{predicate: predicate})
	} else {
		step.predicates = append(step.predicates, stage{predicate: predicate})
	}
	return result, nil
}

// group resolves left{key: value}.
func (r *resolver) group(n *node, form groupForm) (*node, error) {
	result, err := r.node(form.left)
	if err != nil {
		return nil, err
	}
	if result.group != nil {
		return nil, fault("S0210").at(n.position, "{")
	}
	if err := r.pairs(nil, form.pairs); err != nil {
		return nil, err
	}
	result.group = &grouping{form.pairs, n.position}
	return result, nil
}

// sort resolves left^(terms) to a step of the path.
func (r *resolver) sort(n *node, form sortForm) (*node, error) {
	left, err := r.node(form.left)
	if err != nil {
		return nil, err
	}
	result, path := pathOf(left)
	step := &node{position: n.position}
	for i, term := range form.terms {
		expression, err := r.child(step, term.expression)
		if err != nil {
			return nil, err
		}
		form.terms[i].expression = expression
	}
	step.form = orderForm{form.terms}
	path.steps = append(path.steps, step)
	result.form = path
	return result, resolveParents(result)
}

// bind resolves step@$name and step#$name.
func (r *resolver) bind(n *node, form bindForm) (*node, error) {
	result, err := r.node(form.left)
	if err != nil {
		return nil, err
	}
	step := lastStep(result)
	if form.operator == "@" {
		switch _, sorts := step.form.(orderForm); {
		case len(step.stages)+len(step.predicates) > 0:
			return nil, fault("S0215").at(n.position, "@")
		case sorts:
			return nil, fault("S0216").at(n.position, "@")
		}
		step.keepArray = step.keepArray || n.keepArray
		step.focus = form.name
		step.tuple = true
		return result, nil
	}
	if _, ok := result.form.(pathForm); !ok {
		result, _ = pathOf(result)
		step.stages, step.predicates = append(step.stages, step.predicates...), nil
	}
	if len(step.stages) == 0 {
		step.index = form.name
	} else {
		step.stages = append(step.stages, stage{index: form.name})
	}
	step.tuple = true
	return result, nil
}

// sought returns the slots that an expression leaves open.
func sought(n *node) []*slot {
	if parent, ok := n.form.(parentForm); ok {
		return append(n.seeking, parent.slot)
	}
	return n.seeking
}

// resolveParents finds the steps that the %s in the last step of a path refer to.
func resolveParents(n *node) error {
	path := n.form.(pathForm)
	last := path.steps[len(path.steps)-1]
	for _, slot := range sought(last) {
		index := len(path.steps) - 2
		for slot.level > 0 {
			if index < 0 {
				n.seeking = append(n.seeking, slot)
				break
			}
			step := path.steps[index]
			index--
			// Steps that bind a focus have the same input; they count as one.
			for index >= 0 && step.focus != "" && path.steps[index].focus != "" {
				step = path.steps[index]
				index--
			}
			if err := seekParent(step, slot); err != nil {
				return err
			}
		}
	}
	return nil
}

// seekParent takes a slot one step further out.
func seekParent(step *node, slot *slot) error {
	switch form := step.form.(type) {
	case nameForm, wildcardForm:
		slot.level--
		if slot.level == 0 {
			if step.ancestor == nil {
				step.ancestor = slot
			} else {
				slot.shared = step.ancestor
			}
			step.tuple = true
		}
	case parentForm:
		slot.level++
	case blockForm:
		if last := len(form.parts) - 1; last >= 0 {
			step.tuple = true
			return seekParent(form.parts[last], slot)
		}
	case pathForm:
		step.tuple = true
		for index := len(form.steps) - 1; index >= 0; index-- {
			if err := seekParent(form.steps[index], slot); err != nil {
				return err
			}
			if slot.level <= 0 {
				break
			}
		}
	default:
		return fault("S0217").at(step.position, "%")
	}
	return nil
}
