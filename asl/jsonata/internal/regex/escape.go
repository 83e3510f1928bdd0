package regex

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// escape reads what follows a backslash outside a class.
func (p *parser) escape() (node, error) {
	if !p.more() {
		return nil, errors.New(`\ at the end`)
	}
	c := p.source[p.position]
	switch {
	case c == 'b' || c == 'B':
		p.position++
		return assertion(c), nil
	case c == 'k' && len(p.source) > p.position+1 && p.source[p.position+1] == '<':
		p.position += 2
		name, ok := p.name()
		if !ok {
			return nil, errors.New("invalid reference to a group's name")
		}
		reference := &backreference{name: name}
		p.references = append(p.references, reference)
		return reference, nil
	case '1' <= c && c <= '9':
		start := p.position
		if index, _ := p.integer(); index <= p.total {
			return &backreference{index: index}, nil
		}
		p.position = start
	}
	one, class, err := p.charOrClass()
	if class != nil {
		return set{class}, err
	}
	return char(one), err
}

// charOrClass reads an escape that stands for a character, or for a class of them.
func (p *parser) charOrClass() (rune, *class, error) {
	c := p.next()
	if one, ok := map[rune]rune{'t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r'}[c]; ok {
		return one, nil, nil
	}
	switch c {
	case 'd', 'D', 'w', 'W', 's', 'S':
		return 0, shorthand(c), nil
	case 'p', 'P':
		if p.accept("{") {
			class, err := p.property(c == 'P')
			return 0, class, err
		}
	case 'c':
		if p.more() && unicode.IsLetter(p.source[p.position]) && p.source[p.position] < unicode.MaxASCII {
			return p.next() % 32, nil, nil
		}
		p.position-- // \c alone is a backslash
		return '\\', nil, nil
	case 'x':
		return p.hex(2, 'x'), nil, nil
	case 'u':
		one := p.hex(4, 'u')
		if one >= 0xD800 && one < 0xDC00 && p.accept(`\u`) {
			if low := p.hex(4, 'u'); low >= 0xDC00 && low < 0xE000 {
				return (one-0xD800)<<10 + (low - 0xDC00) + 0x10000, nil, nil
			}
			p.position -= 2
		}
		return one, nil, nil
	case '0', '1', '2', '3', '4', '5', '6', '7':
		p.position--
		return p.octal(), nil, nil
	}
	return c, nil, nil
}

// hex reads a number of hexadecimal digits; without them, the letter means itself.
func (p *parser) hex(digits int, letter rune) rune {
	end := p.position + digits
	if end > len(p.source) {
		return letter
	}
	number, err := strconv.ParseUint(string(p.source[p.position:end]), 16, 32)
	if err != nil {
		return letter
	}
	p.position = end
	return rune(number)
}

// octal reads up to three octal digits, up to \377.
func (p *parser) octal() rune {
	number := rune(0)
	for digits := 0; digits < 3 && p.more(); digits++ {
		c := p.source[p.position]
		if c < '0' || c > '7' || number*8+c-'0' > 0o377 {
			break
		}
		number = number*8 + p.next() - '0'
	}
	return number
}

// property reads the name of a Unicode category or script, up to its }.
func (p *parser) property(negate bool) (*class, error) {
	name := ""
	for p.more() && p.source[p.position] != '}' {
		name += string(p.next())
	}
	if !p.accept("}") {
		return nil, errors.New(`\p{ is not closed`)
	}
	if _, value, ok := strings.Cut(name, "="); ok {
		name = value
	}
	for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts, unicode.Properties} {
		if table, ok := tables[name]; ok {
			return &class{tables: []*unicode.RangeTable{table}, negate: negate}, nil
		}
	}
	return nil, errors.New("unknown property " + name)
}
