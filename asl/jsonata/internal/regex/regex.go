// Package regex is a backtracking engine for the regular expressions of JavaScript.
//
// Go's regexp has no lookaround and no backreferences, which the language has, and
// other engines bound a search by the clock only. This one reports its work while it
// searches, so that the caller can bound it by whatever counts: the search of one
// text gives the same result on each machine.
//
// It works on characters, as JavaScript does with the flag u; \p{L} is a Unicode
// category or script.
package regex

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Regexp is a compiled regular expression. It is safe for concurrent use.
type Regexp struct {
	program   []instruction
	registers int
	groups    int
	first     rune // each match starts with it; -1 if that is not known
	fold      bool
	multiline bool
}

// Compile parses a regular expression. Its flags may be i (ignore case) and m (^ and
// $ match at line breaks).
func Compile(source, flags string) (*Regexp, error) {
	p := &parser{source: []rune(source)}
	for _, flag := range flags {
		switch flag {
		case 'i':
			p.fold = true
		case 'm':
			p.multiline = true
		default:
			return nil, fmt.Errorf("unknown flag %q of a regular expression", flag)
		}
	}
	tree, err := p.parse()
	if err != nil {
		return nil, fmt.Errorf("invalid regular expression /%s/: %w", source, err)
	}
	c := &compiler{fold: p.fold}
	c.emit(instruction{op: opSave, n: 0})
	c.node(tree, false)
	c.emit(instruction{op: opSave, n: 1})
	c.emit(instruction{op: opMatch})
	re := &Regexp{program: c.program, registers: c.registers, groups: p.groups, first: -1, fold: p.fold, multiline: p.multiline}
	if next := c.program[1]; next.op == opChar && !p.fold {
		re.first = next.char
	}
	return re, nil
}

// Groups returns the number of capturing groups.
func (re *Regexp) Groups() int { return re.groups }

// Find returns the first match at or behind a byte offset: the start and end of the
// match and of each group, as byte offsets, -1 for a group that took no part; or nil
// if there is no match. work is called now and then with the steps done since; an
// error of it ends the search.
func (re *Regexp) Find(text string, from int, work func(steps int) error) ([]int, error) {
	m := newMachine(re, text, work)
	for at := from; at <= len(text); {
		if re.first >= 0 && !hasRuneAt(text, at, re.first) {
			next := strings.IndexRune(text[at:], re.first)
			if next < 0 {
				return nil, m.report()
			}
			at += next
		}
		matched, err := m.run(0, at)
		if err != nil {
			return nil, err
		}
		if matched {
			return m.captures, m.report()
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		at += max(size, 1)
	}
	return nil, m.report()
}
