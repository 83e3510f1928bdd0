package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// maxFilterDepth bounds the nesting of parentheses and of filters inside filters.
const maxFilterDepth = 30

// filter is the condition of ?( ), asked of each item of a list, or of an object itself.
type filter interface {
	holds(item, root any, b *budget) bool
}

type (
	filterAnd []filter
	filterOr  []filter
	filterNot struct{ filter }
	// filterExists is a path alone: whether it finds something.
	filterExists struct{ path *filterPath }
	// filterCompare compares two operands.
	filterCompare struct {
		operator    string
		left, right operand
	}
)

// operand gives a side of a comparison; ok is false where a path finds nothing.
type operand interface {
	value(item, root any, b *budget) (value any, ok bool)
}

// filterPath is a path from the item, @, or from the document, $.
type filterPath struct {
	path     *path
	document bool
	function string // length() or size() at the end
}

type filterLiteral struct{ literal any }

// filter reads (condition)] after ?.
func (r *pathReader) filter(s *step, text string) error {
	if r.depth++; r.depth > maxFilterDepth {
		return errors.New("filters are nested too deep")
	}
	defer func() { r.depth-- }()
	text = strings.TrimLeft(text, " ")
	if !strings.HasPrefix(text, "(") {
		return errors.New("after ? comes a condition in parentheses, as in [?(@.name == 'x')]")
	}
	outer := r.text
	r.text = text[1:]
	condition, err := r.or()
	if err == nil && !r.take(")") {
		err = fmt.Errorf("want ) before %q", r.text)
	}
	if err == nil && !r.take("]") {
		err = fmt.Errorf("want ] before %q", r.text)
	}
	if err != nil {
		return fmt.Errorf("filter %q: %w", outer[:min(len(outer), 80)], err)
	}
	s.kind, s.where = filtered, condition
	return nil
}

func (r *pathReader) take(prefix string) (ok bool) {
	r.text, ok = strings.CutPrefix(strings.TrimLeft(r.text, " \t\r\n"), prefix)
	return ok
}

func (r *pathReader) or() (filter, error) {
	first, err := r.and()
	if err != nil {
		return nil, err
	}
	all := filterOr{first}
	for r.take("||") {
		next, err := r.and()
		if err != nil {
			return nil, err
		}
		all = append(all, next)
	}
	return all, nil
}

func (r *pathReader) and() (filter, error) {
	first, err := r.condition()
	if err != nil {
		return nil, err
	}
	all := filterAnd{first}
	for r.take("&&") {
		next, err := r.condition()
		if err != nil {
			return nil, err
		}
		all = append(all, next)
	}
	return all, nil
}

// condition reads !condition, (condition), or one or two operands.
func (r *pathReader) condition() (filter, error) {
	if r.depth++; r.depth > maxFilterDepth {
		return nil, errors.New("filters are nested too deep")
	}
	defer func() { r.depth-- }()
	switch {
	case r.take("!"):
		inner, err := r.condition()
		return filterNot{inner}, err
	case r.take("("):
		inner, err := r.or()
		if err == nil && !r.take(")") {
			err = fmt.Errorf("want ) before %q", r.text)
		}
		return inner, err
	}
	left, err := r.operand()
	if err != nil {
		return nil, err
	}
	operator := r.operator()
	if operator == "" {
		p, ok := left.(*filterPath)
		if !ok {
			return nil, errors.New("a condition alone must be a path such as @.name")
		}
		return filterExists{p}, nil
	}
	if operator == "=~" {
		expression, err := r.regularExpression()
		return filterCompare{operator, left, expression}, err
	}
	right, err := r.operand()
	if err != nil {
		return nil, err
	}
	return filterCompare{operator, left, right}, nil
}

// operator reads a comparison; empty if none follows.
func (r *pathReader) operator() string {
	for _, symbol := range []string{"===", "!==", "==", "!=", "<=", ">=", "=~", "<", ">"} {
		if r.take(symbol) {
			return symbol
		}
	}
	rest := strings.TrimLeft(r.text, " ")
	word := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))]
	switch name := strings.ToLower(word); name {
	case "in", "nin", "contains", "all", "size", "empty", "subsetof", "anyof", "noneof":
		r.text = rest[len(word):]
		return name
	}
	return ""
}

// operand reads a path, a text in quotes, a number, true, false, null, or a list or an object as JSON.
func (r *pathReader) operand() (operand, error) {
	r.text = strings.TrimLeft(r.text, " \t\r\n")
	switch {
	case r.text == "":
		return nil, errors.New("an operand is missing at the end")
	case r.text[0] == '@' || r.text[0] == '$':
		return r.operandPath()
	case r.text[0] == '\'' || r.text[0] == '"':
		text, rest, err := quoted(r.text)
		r.text = rest
		return filterLiteral{text}, err
	case r.text[0] == '[' || r.text[0] == '{':
		return r.operandJSON()
	}
	end := strings.IndexAny(r.text, ")=<>!&|~ \t\r\n")
	if end <= 0 {
		return nil, fmt.Errorf("want an operand before %q: a path such as @.name, a 'text', a number, true, false or null", r.text)
	}
	word := r.text[:end]
	r.text = r.text[end:]
	switch {
	case word == "null" || word == "true" || word == "false" || isNumber(word):
		return filterLiteral{constant(word)}, nil
	case strings.ContainsFunc(word, func(c rune) bool { return !variableRune(c, false) }):
		return nil, fmt.Errorf("%q is not an operand; write a text in quotes", word)
	default:
		return filterLiteral{word}, nil // a text without quotes, as published workflows have it
	}
}

func (r *pathReader) operandPath() (operand, error) {
	p := &filterPath{path: &path{text: r.text}, document: r.text[0] == '$'}
	r.text = r.text[1:]
	r.depth++
	ends := r.ends
	r.ends = nameEndFilter
	steps, err := r.steps()
	r.ends = ends
	r.depth--
	if err != nil {
		var function pathFunction
		if !errors.As(err, &function) || strings.HasPrefix(r.text, "(") {
			return nil, err
		}
		p.function = string(function)
	}
	p.path.steps = steps
	return p, nil
}

// operandJSON reads a list or an object; texts in it may have single quotes.
func (r *pathReader) operandJSON() (operand, error) {
	depth := 0
	var text strings.Builder
	for rest := r.text; rest != ""; {
		c := rest[0]
		if c == '\'' || c == '"' {
			content, after, err := quoted(rest)
			if err != nil {
				return nil, err
			}
			text.Write(appendString(nil, content))
			rest = after
			continue
		}
		text.WriteByte(c)
		rest = rest[1:]
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth == 0 {
			r.text = rest
			value, err := decode([]byte(text.String()))
			if err != nil {
				return nil, fmt.Errorf("%s is not JSON", text.String())
			}
			return filterLiteral{value}, nil
		}
	}
	return nil, errors.New("a list or an object is not closed")
}

func (l filterLiteral) value(any, any, *budget) (any, bool) { return l.literal, true }

func (p *filterPath) value(item, root any, b *budget) (any, bool) {
	start := item
	if p.document {
		start = root
	}
	value, err := p.path.findWithin(&scope{input: start}, b)
	if err != nil {
		return nil, false
	}
	if p.function == "" {
		return value, true
	}
	switch value := value.(type) {
	case []any:
		return json.Number(fmt.Sprint(len(value))), true
	case *Object:
		return json.Number(fmt.Sprint(value.Len())), true
	default:
		return nil, false
	}
}

func (f filterExists) holds(item, root any, b *budget) bool {
	value, ok := f.path.value(item, root, b)
	if list, isList := value.([]any); isList && !f.path.path.definite() {
		return len(list) > 0
	}
	return ok
}

func (f filterAnd) holds(item, root any, b *budget) bool {
	for _, inner := range f {
		if !inner.holds(item, root, b) {
			return false
		}
	}
	return true
}

func (f filterOr) holds(item, root any, b *budget) bool {
	for _, inner := range f {
		if inner.holds(item, root, b) {
			return true
		}
	}
	return false
}

func (f filterNot) holds(item, root any, b *budget) bool { return !f.filter.holds(item, root, b) }
