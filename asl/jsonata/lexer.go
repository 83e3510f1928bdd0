package jsonata

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	endToken tokenKind = iota
	operatorToken
	nameToken
	variableToken
	stringToken
	numberToken
	literalToken // true, false, null
	regexToken
)

// token is one symbol of the source.
type token struct {
	kind     tokenKind
	text     string // of an operator, name or variable (without $), and as errors show it
	value    any    // of a literal: string, float64, bool, nil, *pattern
	position int
}

// lexer splits the source into tokens, one at a time, since the meaning of / depends
// on what the parser expects.
type lexer struct {
	source   []rune
	position int
}

// next returns the next token. After an operand, a / divides; elsewhere it starts a
// regular expression.
func (l *lexer) next(afterOperand bool) (token, error) {
	if err := l.skipBlanks(); err != nil {
		return token{}, err
	}
	start := l.position
	if start >= len(l.source) {
		return token{kind: endToken, text: "(end)", position: start}, nil
	}
	switch c := l.source[start]; {
	case c == '/' && !afterOperand:
		return l.regex()
	case c == '"' || c == '\'':
		return l.string()
	case c == '`':
		return l.quotedName()
	case '0' <= c && c <= '9':
		return l.number()
	}
	if operator := l.operator(); operator != "" {
		if operator == "!" || operator == "~" {
			return token{}, fault("S0204").at(start, operator)
		}
		l.position += utf8.RuneCountInString(operator)
		return token{kind: operatorToken, text: operator, position: start}, nil
	}
	return l.name(), nil
}

func (l *lexer) skipBlanks() error {
	for l.position < len(l.source) {
		switch {
		case strings.ContainsRune(" \t\n\r\v", l.source[l.position]):
			l.position++
		case l.hasPrefix("/*"):
			start := l.position
			for l.position += 2; !l.hasPrefix("*/"); l.position++ {
				if l.position >= len(l.source) {
					return fault("S0106").at(start, "/*")
				}
			}
			l.position += 2
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) hasPrefix(prefix string) bool {
	end := l.position + len(prefix)
	return end <= len(l.source) && string(l.source[l.position:end]) == prefix
}

const singleOperators = ".[]{}(),@#;:?+-*/%|=<>^&!~"

func (l *lexer) operator() string {
	for _, double := range []string{"..", ":=", "!=", ">=", "<=", "**", "~>"} {
		if l.hasPrefix(double) {
			return double
		}
	}
	if c := l.source[l.position]; strings.ContainsRune(singleOperators, c) {
		return string(c)
	}
	return ""
}

func (l *lexer) quotedName() (token, error) {
	start := l.position
	for end := start + 1; end < len(l.source); end++ {
		if l.source[end] == '`' {
			l.position = end + 1
			return token{kind: nameToken, text: string(l.source[start+1 : end]), position: start}, nil
		}
	}
	return token{}, fault("S0105").at(start, "`")
}

func (l *lexer) number() (token, error) {
	start := l.position
	digits := func() (any bool) {
		for ; l.position < len(l.source) && '0' <= l.source[l.position] && l.source[l.position] <= '9'; l.position++ {
			any = true
		}
		return any
	}
	if l.source[start] == '0' {
		l.position++ // a number has no leading zeros
	} else {
		digits()
	}
	// Only with a digit behind, a point belongs to the number: 1..5 is a range.
	if whole := l.position; l.hasPrefix(".") {
		l.position++
		if !digits() {
			l.position = whole
		}
	}
	if mantissa := l.position; l.hasPrefix("e") || l.hasPrefix("E") {
		l.position++
		if l.hasPrefix("+") || l.hasPrefix("-") {
			l.position++
		}
		if !digits() {
			l.position = mantissa
		}
	}
	text := string(l.source[start:l.position])
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) {
		return token{}, fault("S0102").at(start, text)
	}
	return token{kind: numberToken, text: text, value: value, position: start}, nil
}

func (l *lexer) name() token {
	start := l.position
	for l.position < len(l.source) {
		c := l.source[l.position]
		if strings.ContainsRune(" \t\n\r\v", c) || strings.ContainsRune(singleOperators, c) {
			break
		}
		l.position++
	}
	text := string(l.source[start:l.position])
	switch {
	case text[0] == '$':
		return token{kind: variableToken, text: text[1:], position: start}
	case text == "or" || text == "in" || text == "and":
		return token{kind: operatorToken, text: text, position: start}
	case text == "true" || text == "false":
		return token{kind: literalToken, text: text, value: text == "true", position: start}
	case text == "null":
		return token{kind: literalToken, text: text, position: start}
	default:
		return token{kind: nameToken, text: text, position: start}
	}
}
