package regex

import (
	"errors"
	"unicode"
)

// class is a set of characters.
type class struct {
	negate bool
	ranges []span
	tables []*unicode.RangeTable
	parts  []*class // classes inside, as \W in [\W_]
}

type span struct{ low, high rune }

func anyClass() *class {
	return &class{negate: true, ranges: []span{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}}
}

// shorthand returns the class of \d, \w, \s and their opposites.
func shorthand(c rune) *class {
	result := &class{negate: unicode.IsUpper(c)}
	switch unicode.ToLower(c) {
	case 'd':
		result.ranges = []span{{'0', '9'}}
	case 'w':
		result.ranges = wordSpans()
	default:
		result.ranges = []span{{'\t', '\r'}, {' ', ' '}, {0xA0, 0xA0}, {0x2028, 0x2029}, {0xFEFF, 0xFEFF}}
		result.tables = []*unicode.RangeTable{unicode.Zs}
	}
	return result
}

func wordSpans() []span { return []span{{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {'_', '_'}} }

func isWord(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

// class reads a class up to its ].
func (p *parser) class() (*class, error) {
	result := &class{negate: p.accept("^")}
	for p.more() && !p.accept("]") {
		low, part, err := p.classAtom()
		if err != nil {
			return nil, err
		}
		if !p.atRange() {
			result.add(low, low, part)
			continue
		}
		p.position++
		high, other, err := p.classAtom()
		switch {
		case err != nil:
			return nil, err
		case part != nil || other != nil:
			// A class is no end of a range; the - means itself.
			result.add(low, low, part)
			result.add('-', '-', nil)
			result.add(high, high, other)
		case low > high:
			return nil, errors.New("a range of characters is out of order")
		default:
			result.add(low, high, nil)
		}
	}
	if p.source[p.position-1] != ']' {
		return nil, errors.New("a class is not closed")
	}
	return result, nil
}

// atRange reports whether a - comes next that is not the last character of the class.
func (p *parser) atRange() bool {
	return p.position+1 < len(p.source) && p.source[p.position] == '-' && p.source[p.position+1] != ']'
}

func (p *parser) classAtom() (rune, *class, error) {
	c := p.next()
	if c != '\\' {
		return c, nil, nil
	}
	if !p.more() {
		return 0, nil, errors.New("a class is not closed")
	}
	if p.accept("b") {
		return '\b', nil, nil
	}
	return p.charOrClass()
}

func (c *class) add(low, high rune, part *class) {
	if part != nil {
		c.parts = append(c.parts, part)
		return
	}
	c.ranges = append(c.ranges, span{low, high})
}

func (c *class) contains(r rune) bool {
	for _, s := range c.ranges {
		if s.low <= r && r <= s.high {
			return !c.negate
		}
	}
	for _, table := range c.tables {
		if unicode.Is(table, r) {
			return !c.negate
		}
	}
	for _, part := range c.parts {
		if part.contains(r) {
			return !c.negate
		}
	}
	return c.negate
}

// folds reports whether the class has a character that differs from r by case only.
func (c *class) folds(r rune) bool {
	plain := *c
	plain.negate = false
	found := plain.contains(r)
	for other := unicode.SimpleFold(r); other != r && !found; other = unicode.SimpleFold(other) {
		found = canonical(other) == canonical(r) && plain.contains(other)
	}
	return found != c.negate
}

// canonical returns the character that stands for those which differ by case only.
// A character outside ASCII never equals one inside.
func canonical(r rune) rune {
	upper := unicode.ToUpper(r)
	if r > unicode.MaxASCII && upper <= unicode.MaxASCII {
		return r
	}
	return upper
}
