package jsonata

// list reads what parse reads, separated by an operator, up to a closing operator.
func (p *parser) list(separator, end string, parse func() error) error {
	for !p.at(end) {
		if err := parse(); err != nil {
			return err
		}
		if !p.at(separator) {
			break
		}
		if err := p.advance(false); err != nil {
			return err
		}
		// Expressions may end with their separator; lists must not.
		if separator != ";" && p.at(end) {
			return fault("S0211").at(p.token.position, p.token.text)
		}
	}
	return p.expect(end, true)
}

func (p *parser) block(t token) (*node, error) {
	var parts []*node
	err := p.list(";", ")", func() error {
		part, err := p.expression(0)
		parts = append(parts, part)
		return err
	})
	return &node{form: blockForm{parts}, position: t.position}, err
}

func (p *parser) array(t token) (*node, error) {
	items := []*node{}
	err := p.list(",", "]", func() error {
		item, err := p.expression(0)
		if err == nil && p.at("..") {
			position := p.token.position
			if err = p.advance(false); err != nil {
				return err
			}
			var last *node
			last, err = p.expression(0)
			item = &node{form: binaryForm{"..", item, last}, position: position}
		}
		items = append(items, item)
		return err
	})
	return &node{form: arrayForm{items}, position: t.position}, err
}

func (p *parser) pairs() ([]pair, error) {
	var pairs []pair
	err := p.list(",", "}", func() error {
		key, err := p.expression(0)
		if err != nil {
			return err
		}
		if err := p.expect(":", false); err != nil {
			return err
		}
		value, err := p.expression(0)
		pairs = append(pairs, pair{key, value})
		return err
	})
	return pairs, err
}

func (p *parser) transform(t token) (*node, error) {
	pattern, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect("|", false); err != nil {
		return nil, err
	}
	update, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	var remove *node
	if p.at(",") {
		if err := p.advance(false); err != nil {
			return nil, err
		}
		if remove, err = p.expression(0); err != nil {
			return nil, err
		}
	}
	return &node{form: transformForm{pattern, update, remove}, position: t.position}, p.expect("|", true)
}

func (p *parser) filter(t token, left *node) (*node, error) {
	if p.at("]") {
		// name[] keeps the array; the mark belongs to what the predicates filter.
		step := left
		for {
			filter, ok := step.form.(filterForm)
			if !ok {
				break
			}
			step = filter.left
		}
		step.keepArray = true
		return left, p.advance(false)
	}
	predicate, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	return &node{form: filterForm{left, predicate}, position: t.position}, p.expect("]", true)
}

func (p *parser) order(t token, left *node) (*node, error) {
	if err := p.expect("(", false); err != nil {
		return nil, err
	}
	var terms []orderTerm
	for {
		descending := p.at(">")
		if descending || p.at("<") {
			if err := p.advance(false); err != nil {
				return nil, err
			}
		}
		expression, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		terms = append(terms, orderTerm{descending, expression})
		if !p.at(",") {
			break
		}
		if err := p.advance(false); err != nil {
			return nil, err
		}
	}
	return &node{form: sortForm{left, terms}, position: t.position}, p.expect(")", true)
}

func (p *parser) condition(t token, left *node) (*node, error) {
	yes, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	var no *node
	if p.at(":") {
		if err := p.advance(false); err != nil {
			return nil, err
		}
		if no, err = p.expression(0); err != nil {
			return nil, err
		}
	}
	return &node{form: conditionForm{left, yes, no}, position: t.position}, nil
}

func (p *parser) call(t token, left *node) (*node, error) {
	var arguments []*node
	partial := false
	err := p.list(",", ")", func() error {
		if p.at("?") {
			partial = true
			arguments = append(arguments, &node{form: holeForm{}, position: p.token.position})
			return p.advance(true)
		}
		argument, err := p.expression(0)
		arguments = append(arguments, argument)
		return err
	})
	switch name, ok := left.form.(nameForm); {
	case err != nil:
		return nil, err
	case ok && (name.name == "function" || name.name == "λ"):
		return p.lambda(left, arguments)
	case partial:
		return &node{form: partialForm{left, arguments}, position: t.position}, nil
	default:
		return &node{form: callForm{procedure: left, arguments: arguments}, position: t.position}, nil
	}
}

func (p *parser) lambda(keyword *node, arguments []*node) (*node, error) {
	lambda := lambdaForm{}
	for i, argument := range arguments {
		variable, ok := argument.form.(variableForm)
		if !ok {
			return nil, fault("S0208").about(i+1).at(argument.position, describe(argument))
		}
		lambda.parameters = append(lambda.parameters, variable.name)
	}
	if p.at("<") {
		if err := p.signature(&lambda); err != nil {
			return nil, err
		}
	}
	if err := p.expect("{", false); err != nil {
		return nil, err
	}
	var err error
	if lambda.body, err = p.expression(0); err != nil {
		return nil, err
	}
	return &node{form: lambda, position: keyword.position}, p.expect("}", true)
}

// signature reads the <…> of a function definition.
func (p *parser) signature(lambda *lambdaForm) error {
	position := p.token.position
	text := "<"
	for depth := 1; depth > 0; {
		if err := p.advance(false); err != nil {
			return err
		}
		if p.token.kind == endToken || p.at("{") {
			break
		}
		for _, c := range p.token.text {
			depth += map[rune]int{'<': 1, '>': -1}[c]
		}
		text += p.token.text
	}
	var err error
	if lambda.signature, err = parseSignature(text); err != nil {
		return locate(err, position, text)
	}
	return p.expect(">", true)
}

// isHole reports whether an argument is left open in a partial application.
func isHole(n *node) bool {
	_, ok := n.form.(holeForm)
	return ok
}
