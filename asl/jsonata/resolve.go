package jsonata

import "strconv"

// resolver turns the parser's tree into one that can be evaluated: chains of dots
// become paths, predicates and groups belong to their steps, and every % knows the
// step it refers to.
type resolver struct{ labels int }

func resolve(tree *node) (*node, error) {
	r := &resolver{}
	root, err := r.node(tree)
	if err != nil {
		return nil, err
	}
	if _, isParent := root.form.(parentForm); isParent || len(root.seeking) > 0 {
		return nil, fault("S0217").at(root.position, "%")
	}
	return root, nil
}

func (r *resolver) node(n *node) (*node, error) {
	keep := n.keepArray
	resolved, err := r.shape(n)
	if err == nil && keep {
		resolved.keepArray = true
	}
	return resolved, err
}

func (r *resolver) shape(n *node) (*node, error) {
	switch form := n.form.(type) {
	case nameForm:
		return &node{form: pathForm{steps: []*node{n}, keep: n.keepArray}, position: n.position}, nil
	case parentForm:
		r.labels++
		form.slot.label = "%" + strconv.Itoa(r.labels)
		return n, nil
	case binaryForm:
		if form.operator == "." {
			return r.path(n, form)
		}
		return r.binary(n, form)
	case filterForm:
		return r.filter(n, form)
	case groupForm:
		return r.group(n, form)
	case sortForm:
		return r.sort(n, form)
	case bindForm:
		return r.bind(n, form)
	case blockForm:
		return r.block(n, form)
	case negateForm:
		return r.negate(n, form)
	case endForm:
		return nil, fault("S0207").at(n.position, "(end)")
	default:
		return r.parts(n)
	}
}

// parts resolves the expressions inside a form that needs nothing else.
func (r *resolver) parts(n *node) (*node, error) {
	var err error
	switch form := n.form.(type) {
	case arrayForm:
		form.items, err = r.children(n, form.items)
		n.form = form
	case objectForm:
		err = r.pairs(n, form.grouping.pairs)
	case assignForm:
		form.value, err = r.child(n, form.value)
		n.form = form
	case conditionForm:
		var parts []*node
		if parts, err = r.children(n, []*node{form.condition, form.yes, form.no}); err == nil {
			n.form = conditionForm{parts[0], parts[1], parts[2]}
		}
	case callForm:
		form.procedure, form.arguments, err = r.invocation(n, form.procedure, form.arguments)
		n.form = form
	case partialForm:
		form.procedure, form.arguments, err = r.invocation(n, form.procedure, form.arguments)
		n.form = form
	case lambdaForm:
		if form.body, err = r.node(form.body); err == nil {
			form.body = markTail(form.body)
			n.form = form
		}
	case transformForm:
		var parts []*node
		if parts, err = r.children(nil, []*node{form.pattern, form.update, form.remove}); err == nil {
			n.form = transformForm{parts[0], parts[1], parts[2]}
		}
	case applyForm:
		var parts []*node
		if parts, err = r.children(n, []*node{form.left, form.right}); err == nil {
			n.form = applyForm{parts[0], parts[1]}
			n.keepArray = n.keepArray || parts[0].keepArray || parts[1].keepArray
		}
	}
	return n, err
}

// child resolves a part of n; what the part seeks, n seeks. A nil part stays nil.
func (r *resolver) child(n, part *node) (*node, error) {
	if part == nil {
		return nil, nil
	}
	resolved, err := r.node(part)
	if err != nil {
		return nil, err
	}
	if n != nil {
		n.seeking = append(n.seeking, sought(resolved)...)
	}
	return resolved, nil
}

// invocation resolves a function and its arguments.
func (r *resolver) invocation(n, procedure *node, arguments []*node) (*node, []*node, error) {
	resolved, err := r.children(n, arguments)
	if err != nil {
		return nil, nil, err
	}
	procedure, err = r.node(procedure)
	return procedure, resolved, err
}

func (r *resolver) children(n *node, parts []*node) ([]*node, error) {
	resolved := make([]*node, len(parts))
	for i, part := range parts {
		var err error
		if resolved[i], err = r.child(n, part); err != nil {
			return nil, err
		}
	}
	return resolved, nil
}

func (r *resolver) pairs(n *node, pairs []pair) error {
	for i, p := range pairs {
		parts, err := r.children(n, []*node{p.key, p.value})
		if err != nil {
			return err
		}
		pairs[i] = pair{parts[0], parts[1]}
	}
	return nil
}

func (r *resolver) binary(n *node, form binaryForm) (*node, error) {
	parts, err := r.children(n, []*node{form.left, form.right})
	if err != nil {
		return nil, err
	}
	n.form = binaryForm{form.operator, parts[0], parts[1]}
	return n, nil
}

func (r *resolver) negate(n *node, form negateForm) (*node, error) {
	operand, err := r.child(n, form.operand)
	if err != nil {
		return nil, err
	}
	if literal, ok := operand.form.(literalForm); ok {
		if number, ok := literal.value.(float64); ok {
			operand.form = literalForm{-number}
			return operand, nil
		}
	}
	n.form = negateForm{operand}
	return n, nil
}

func (r *resolver) block(n *node, form blockForm) (*node, error) {
	parts, err := r.children(n, form.parts)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		path, ok := part.form.(pathForm)
		n.cons = n.cons || part.cons || ok && path.steps[0].cons
	}
	n.form = blockForm{parts}
	return n, nil
}

// markTail marks the calls whose value is that of a function's body, so that they
// replace the function's call instead of nesting in it.
func markTail(body *node) *node {
	switch form := body.form.(type) {
	case callForm:
		form.tail = len(body.predicates) == 0
		body.form = form
	case conditionForm:
		form.yes = markTail(form.yes)
		if form.no != nil {
			form.no = markTail(form.no)
		}
		body.form = form
	case blockForm:
		if last := len(form.parts) - 1; last >= 0 {
			form.parts[last] = markTail(form.parts[last])
		}
	}
	return body
}
