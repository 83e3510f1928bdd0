package jsonata

// parser is a Pratt parser: an operator's binding power decides how far its
// operands reach.
type parser struct {
	lexer lexer
	token token // the next one
	depth int
}

// maxExpressionDepth bounds how deep an expression may be nested.
const maxExpressionDepth = 3000

func parse(source string) (*node, error) {
	p := &parser{lexer: lexer{source: []rune(source)}}
	tree, err := p.parse()
	if err != nil {
		return nil, complete(err)
	}
	root, err := resolve(tree)
	if err != nil {
		return nil, complete(err)
	}
	return root, nil
}

func (p *parser) parse() (*node, error) {
	if err := p.advance(false); err != nil {
		return nil, err
	}
	tree, err := p.expression(0)
	if err == nil && p.token.kind != endToken {
		err = fault("S0201").at(p.token.position, p.token.text)
	}
	return tree, err
}

func bindingPower(t token) int {
	if t.kind != operatorToken {
		return 0
	}
	switch t.text {
	case "[", "(", "@", "#":
		return 80
	case ".":
		return 75
	case "{":
		return 70
	case "*", "/", "%":
		return 60
	case "+", "-", "&":
		return 50
	case "=", "!=", "<", "<=", ">", ">=", "^", "~>", "in":
		return 40
	case "and":
		return 30
	case "or":
		return 25
	case "?":
		return 20
	case ":=":
		return 10
	default:
		return 0
	}
}

// advance reads the next token.
func (p *parser) advance(afterOperand bool) error {
	t, err := p.lexer.next(afterOperand)
	p.token = t
	return err
}

func (p *parser) at(operator string) bool {
	return p.token.kind == operatorToken && p.token.text == operator
}

// expect reads over an operator that has to come.
func (p *parser) expect(operator string, afterOperand bool) error {
	switch {
	case p.at(operator):
		return p.advance(afterOperand)
	case p.token.kind == endToken:
		return fault("S0203").about(operator).at(p.token.position, p.token.text)
	default:
		return fault("S0202").about(operator).at(p.token.position, p.token.text)
	}
}

// expression reads an expression whose operators bind stronger than power.
func (p *parser) expression(power int) (*node, error) {
	outer := p.depth
	defer func() { p.depth = outer }()
	first := p.token
	if err := p.deeper(first); err != nil {
		return nil, err
	}
	if err := p.advance(true); err != nil {
		return nil, err
	}
	left, err := p.prefix(first)
	for err == nil && power < bindingPower(p.token) {
		operator := p.token
		if err := p.deeper(operator); err != nil {
			return nil, err
		}
		if err := p.advance(false); err != nil {
			return nil, err
		}
		left, err = p.infix(operator, left)
	}
	return left, err
}

func (p *parser) deeper(t token) error {
	p.depth++
	if p.depth <= maxExpressionDepth {
		return nil
	}
	e := fault("U1001").at(t.position, t.text)
	e.Message = "The expression is nested too deeply"
	return e
}

// prefix parses what a token at the start of an expression begins.
func (p *parser) prefix(t token) (*node, error) {
	leaf := func(f form) (*node, error) { return &node{form: f, position: t.position}, nil }
	switch t.kind {
	case nameToken:
		return leaf(nameForm{t.text})
	case variableToken:
		return leaf(variableForm{t.text})
	case stringToken, numberToken, literalToken:
		return leaf(literalForm{t.value})
	case regexToken:
		return leaf(regexForm{t.value.(*pattern)})
	case endToken:
		return leaf(endForm{})
	}
	switch t.text {
	case "and", "or", "in":
		return leaf(nameForm{t.text})
	case "*":
		return leaf(wildcardForm{})
	case "**":
		return leaf(descendForm{})
	case "%":
		return leaf(parentForm{&slot{level: 1}})
	case "-":
		operand, err := p.expression(70)
		return &node{form: negateForm{operand}, position: t.position}, err
	case "(":
		return p.block(t)
	case "[":
		return p.array(t)
	case "{":
		pairs, err := p.pairs()
		return &node{form: objectForm{&grouping{pairs, t.position}}, position: t.position}, err
	case "|":
		return p.transform(t)
	default:
		return nil, fault("S0211").at(t.position, t.text)
	}
}

// infix parses what an operator makes of the operand to its left.
func (p *parser) infix(t token, left *node) (*node, error) {
	switch t.text {
	case "(":
		return p.call(t, left)
	case "[":
		return p.filter(t, left)
	case "{":
		pairs, err := p.pairs()
		return &node{form: groupForm{left, pairs}, position: t.position}, err
	case "^":
		return p.order(t, left)
	case ":=":
		variable, ok := left.form.(variableForm)
		if !ok {
			return nil, fault("S0212").at(left.position, describe(left))
		}
		value, err := p.expression(bindingPower(t) - 1)
		return &node{form: assignForm{variable.name, value}, position: t.position}, err
	case "@", "#":
		right, err := p.expression(bindingPower(t))
		if err != nil {
			return nil, err
		}
		variable, ok := right.form.(variableForm)
		if !ok {
			return nil, fault("S0214").at(t.position, t.text)
		}
		return &node{form: bindForm{t.text, left, variable.name}, position: t.position}, nil
	case "?":
		return p.condition(t, left)
	case "~>":
		right, err := p.expression(bindingPower(t))
		return &node{form: applyForm{left, right}, position: t.position}, err
	default:
		right, err := p.expression(bindingPower(t))
		return &node{form: binaryForm{t.text, left, right}, position: t.position}, err
	}
}

// describe names a node in an error.
func describe(n *node) string {
	switch form := n.form.(type) {
	case nameForm:
		return form.name
	case variableForm:
		return form.name
	case literalForm:
		if text, ok := form.value.(string); ok {
			return text
		}
		return quote(form.value)
	case binaryForm:
		return form.operator
	case filterForm, arrayForm:
		return "["
	case groupForm, objectForm:
		return "{"
	case callForm, blockForm, partialForm:
		return "("
	case sortForm:
		return "^"
	case bindForm:
		return form.operator
	case conditionForm:
		return "?"
	case applyForm:
		return "~>"
	default:
		return ""
	}
}
