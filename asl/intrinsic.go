package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxIntrinsicNesting is the service's quota: "You can nest up to 10 intrinsic functions within a field".
const maxIntrinsicNesting = 10

// call is an invocation of an intrinsic function.
type call struct {
	text      string // as it is written
	name      string
	function  intrinsic
	arguments []expression
}

// literal is a constant argument. A text also keeps the pieces between its {} places, which only States.Format fills.
type literal struct {
	value  any
	pieces []string
}

func (l *literal) evaluate(*scope) (any, error) { return l.value, nil }

// parseExpression compiles the value of a ".$" field.
func parseExpression(text string) (expression, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "$") {
		return parsePath(text)
	}
	if !utf8.ValidString(text) {
		return nil, errors.New("the text is not valid UTF-8")
	}
	if !strings.HasPrefix(text, "States.") {
		return nil, fmt.Errorf("%q is neither a path (starting with $) nor a call of an intrinsic function (States....)", text)
	}
	p := intrinsicParser{rest: text}
	e, err := p.call(1)
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("unexpected %q after the call", p.rest)
	}
	if err != nil {
		return nil, fmt.Errorf("intrinsic %q: %w", text, err)
	}
	return e, nil
}

// intrinsicParser reads "States.Name(argument, ...)" from the front of rest. An argument is a path, a 'text', a number, true, false, null or
// another call.
type intrinsicParser struct{ rest string }

func (p *intrinsicParser) call(depth int) (*call, error) {
	if depth > maxIntrinsicNesting {
		return nil, fmt.Errorf("more than %d nested calls", maxIntrinsicNesting)
	}
	name, after, ok := strings.Cut(p.rest, "(")
	if !ok {
		return nil, fmt.Errorf("%q lacks its (arguments)", p.rest)
	}
	function, ok := intrinsicNamed(name)
	if !ok {
		return nil, fmt.Errorf("there is no function %q", name)
	}
	start := p.rest
	p.rest = after
	c := &call{name: name, function: function, arguments: []expression{}}
	for p.space(); !p.take(")"); p.space() {
		if len(c.arguments) > 0 {
			if !p.take(",") {
				return nil, fmt.Errorf("want , or ) before %q in the arguments of %s", p.rest, name)
			}
			p.space()
		}
		argument, err := p.argument(depth)
		if err != nil {
			return nil, err
		}
		c.arguments = append(c.arguments, argument)
	}
	if n := len(c.arguments); n < function.least || function.most >= 0 && n > function.most {
		return nil, fmt.Errorf("%s takes %s, not %d", name, function.arity(), n)
	}
	c.text = start[:len(start)-len(p.rest)]
	return c, nil
}

func (p *intrinsicParser) argument(depth int) (expression, error) {
	switch {
	case p.rest == "":
		return nil, errors.New("an argument or ) is missing at the end")
	case p.rest[0] == '$':
		return p.path()
	case p.rest[0] == '\'':
		return p.text()
	case strings.HasPrefix(p.rest, "States."):
		return p.call(depth + 1)
	}
	end := strings.IndexAny(p.rest, ",()'$ \t\r\n")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	var value any
	switch {
	case word == "null":
	case word == "true" || word == "false":
		value = word == "true"
	case isNumber(word):
		value = json.Number(word)
	default:
		return nil, fmt.Errorf("want an argument before %q: a path, a 'text' in single quotes, a number, true, false, null or a call", p.rest)
	}
	p.rest = p.rest[end:]
	return &literal{value: value}, nil
}

// path reads a path argument: it ends at the , or ) outside of brackets.
func (p *intrinsicParser) path() (expression, error) {
	argument, rest, err := pathFrom(p.rest, nameEndArgument)
	if err != nil {
		return nil, fmt.Errorf("argument %q: %w", p.rest, err)
	}
	p.rest = rest
	return argument, nil
}

// text reads a 'text'. Backslash makes ' { } and \ stand for themselves; any other escape is an error ("Intrinsic Functions" in the
// specification).
func (p *intrinsicParser) text() (expression, error) {
	l := &literal{}
	var value, piece strings.Builder
	for i := 1; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == '\'':
			l.value, l.pieces = value.String(), append(l.pieces, piece.String())
			p.rest = p.rest[i+1:]
			return l, nil
		case c == '\\':
			if i++; i == len(p.rest) || !strings.ContainsRune(`'{}\`, rune(p.rest[i])) {
				return nil, fmt.Errorf(`a backslash in %s must be followed by ', {, } or \`, p.rest)
			}
			c = p.rest[i]
		case strings.HasPrefix(p.rest[i:], "{}"):
			l.pieces = append(l.pieces, piece.String())
			piece.Reset()
			value.WriteString("{}")
			i++
			continue
		}
		value.WriteByte(c)
		piece.WriteByte(c)
	}
	return nil, fmt.Errorf("the text %s lacks its closing '", p.rest)
}

func (p *intrinsicParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *intrinsicParser) take(prefix string) (ok bool) {
	p.rest, ok = strings.CutPrefix(p.rest, prefix)
	return ok
}

func isNumber(word string) bool {
	const digits = "0123456789"
	// JSON allows blanks around a number, a word has none.
	return word != "" && strings.IndexByte("-"+digits, word[0]) >= 0 && strings.IndexByte(digits, word[len(word)-1]) >= 0 && json.Valid([]byte(word))
}
