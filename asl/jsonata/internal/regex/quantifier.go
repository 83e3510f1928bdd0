package regex

import (
	"errors"
	"math"
)

// quantified reads what repeats a term. groups is the number of groups before it.
func (p *parser) quantified(term node, groups int) (node, error) {
	least, most := 0, -1
	switch {
	case p.accept("*"):
	case p.accept("+"):
		least = 1
	case p.accept("?"):
		most = 1
	case p.accept("{"):
		var ok bool
		if least, most, ok = p.bounds(); !ok {
			p.position--
			return term, nil
		}
	default:
		return term, nil
	}
	switch term := term.(type) {
	case assertion:
		return nil, errors.New("nothing to repeat")
	case look:
		if term.behind {
			return nil, errors.New("nothing to repeat")
		}
	}
	if most >= 0 && least > most {
		return nil, errors.New("the numbers of a quantifier are out of order")
	}
	return repeat{body: term, min: least, max: most, lazy: p.accept("?"), from: groups + 1, to: p.groups}, nil
}

// bounds reads n}, n,} or n,m} behind a {; if there is none, it reads nothing.
func (p *parser) bounds() (least, most int, ok bool) {
	start := p.position
	least, ok = p.integer()
	most = least
	if ok && p.accept(",") {
		if most, ok = p.integer(); !ok {
			most, ok = -1, true
		}
	}
	if ok && p.accept("}") {
		return least, most, true
	}
	p.position = start
	return 0, 0, false
}

func (p *parser) integer() (int, bool) {
	start := p.position
	number := 0
	for p.more() && '0' <= p.source[p.position] && p.source[p.position] <= '9' {
		number = min(number*10+int(p.next()-'0'), math.MaxInt32)
	}
	return number, p.position > start
}
