package regex

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// node is a part of a regular expression.
type node interface{}

type (
	alternatives []node // any of them
	sequence     []node // one behind the other
	char         rune
	set          struct{ class *class }
	assertion    rune // ^ $ b B
	group        struct {
		index int // 0 if it does not capture
		body  node
	}
	look struct {
		body           node
		behind, negate bool
	}
	backreference struct {
		index int
		name  string // until it is resolved
	}
	repeat struct {
		body     node
		min, max int // max is -1 if there is none
		lazy     bool
		from, to int // the groups inside, which each repetition resets
	}
)

// maxNesting bounds how deep groups may be nested.
const maxNesting = 200

type parser struct {
	source          []rune
	position        int
	fold, multiline bool
	groups          int
	names           map[string]int
	references      []*backreference
	total           int // groups of the whole expression
	depth           int
}

func (p *parser) parse() (node, error) {
	p.names = map[string]int{}
	p.total = p.countGroups()
	tree, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.more() {
		return nil, errors.New("unmatched )")
	}
	for _, reference := range p.references {
		if reference.name == "" {
			continue
		}
		index, ok := p.names[reference.name]
		if !ok {
			return nil, fmt.Errorf("no group is named %s", reference.name)
		}
		reference.index = index
	}
	return tree, nil
}

// countGroups counts capturing groups, since a backreference may come before its group.
func (p *parser) countGroups() int {
	count := 0
	inClass := false
	for i := 0; i < len(p.source); i++ {
		switch c := p.source[i]; {
		case c == '\\':
			i++
		case c == '[':
			inClass = true
		case c == ']':
			inClass = false
		case c == '(' && !inClass:
			rest := string(p.source[i+1 : min(i+4, len(p.source))])
			named := strings.HasPrefix(rest, "?<") && !strings.HasPrefix(rest, "?<=") && !strings.HasPrefix(rest, "?<!")
			if !strings.HasPrefix(rest, "?") || named {
				count++
			}
		}
	}
	return count
}

func (p *parser) more() bool { return p.position < len(p.source) }

func (p *parser) next() rune {
	c := p.source[p.position]
	p.position++
	return c
}

// accept reads over a text if it comes next.
func (p *parser) accept(text string) bool {
	runes := []rune(text)
	end := p.position + len(runes)
	if end > len(p.source) || !slices.Equal(p.source[p.position:end], runes) {
		return false
	}
	p.position = end
	return true
}

func (p *parser) alternatives() (node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, errors.New("groups are nested too deeply")
	}
	defer func() { p.depth-- }()
	var all alternatives
	for {
		one, err := p.sequence()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
		if !p.accept("|") {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

func (p *parser) sequence() (node, error) {
	var all sequence
	for p.more() && p.source[p.position] != '|' && p.source[p.position] != ')' {
		before := p.groups
		term, err := p.term()
		if err != nil {
			return nil, err
		}
		if term, err = p.quantified(term, before); err != nil {
			return nil, err
		}
		all = append(all, term)
	}
	return all, nil
}

func (p *parser) term() (node, error) {
	switch c := p.next(); c {
	case '^', '$':
		return assertion(c), nil
	case '(':
		return p.group()
	case '.':
		return set{anyClass()}, nil
	case '[':
		class, err := p.class()
		return set{class}, err
	case '\\':
		return p.escape()
	case '*', '+', '?':
		return nil, errors.New("nothing to repeat")
	case '{':
		if _, _, ok := p.bounds(); ok {
			return nil, errors.New("nothing to repeat")
		}
		return char(c), nil
	default:
		return char(c), nil
	}
}

func (p *parser) group() (node, error) {
	for _, kind := range []struct {
		prefix string
		look   look
	}{
		{"?=", look{}},
		{"?!", look{negate: true}},
		{"?<=", look{behind: true}},
		{"?<!", look{behind: true, negate: true}},
	} {
		if p.accept(kind.prefix) {
			body, err := p.closed()
			kind.look.body = body
			return kind.look, err
		}
	}
	if p.accept("?:") {
		return p.closed()
	}
	index := 0
	switch {
	case p.accept("?<"):
		name, ok := p.name()
		if !ok {
			return nil, errors.New("invalid name of a group")
		}
		if p.names[name] > 0 {
			return nil, fmt.Errorf("two groups are named %s", name)
		}
		p.groups++
		index = p.groups
		p.names[name] = index
	case p.accept("?"):
		return nil, errors.New("unknown kind of group")
	default:
		p.groups++
		index = p.groups
	}
	body, err := p.closed()
	return group{index, body}, err
}

func (p *parser) closed() (node, error) {
	body, err := p.alternatives()
	if err == nil && !p.accept(")") {
		err = errors.New("a group is not closed")
	}
	return body, err
}

// name reads a group's name up to its >.
func (p *parser) name() (string, bool) {
	end := slices.Index(p.source[p.position:], '>')
	if end <= 0 {
		return "", false
	}
	name := string(p.source[p.position : p.position+end])
	p.position += end + 1
	return name, true
}
