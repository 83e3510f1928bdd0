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

func (l *lexer) string() (token, error) {
	start := l.position
	quote := l.source[start]
	var text strings.Builder
	for l.position++; l.position < len(l.source); l.position++ {
		switch c := l.source[l.position]; c {
		case quote:
			l.position++
			return token{kind: stringToken, text: text.String(), value: text.String(), position: start}, nil
		case '\\':
			if err := l.escape(&text); err != nil {
				return token{}, err
			}
		default:
			text.WriteRune(c)
		}
	}
	return token{}, fault("S0101").at(start, string(quote))
}

// escape reads an escape sequence and leaves the position at its last character.
func (l *lexer) escape(text *strings.Builder) error {
	start := l.position
	l.position++
	if l.position >= len(l.source) {
		return nil // the string is not terminated, as the caller finds
	}
	c := l.source[l.position]
	if plain, ok := map[rune]rune{'"': '"', '\'': '\'', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[c]; ok {
		text.WriteRune(plain)
		return nil
	}
	if c != 'u' {
		return fault("S0103").at(start, string(c))
	}
	unit, ok := l.hex(l.position + 1)
	if !ok {
		return fault("S0104").at(start, `\u`)
	}
	l.position += 4
	if isHighSurrogate(unit) && l.position+2 < len(l.source) && l.source[l.position+1] == '\\' && l.source[l.position+2] == 'u' {
		if low, ok := l.hex(l.position + 3); ok && isLowSurrogate(low) {
			l.position += 6
			text.WriteRune((unit-0xD800)<<10 + (low - 0xDC00) + 0x10000)
			return nil
		}
	}
	text.WriteString(encodeUnit(unit))
	return nil
}

func (l *lexer) hex(from int) (rune, bool) {
	if from+4 > len(l.source) {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(l.source[from:from+4]), 16, 32)
	return rune(unit), err == nil
}

func isHighSurrogate(unit rune) bool { return 0xD800 <= unit && unit < 0xDC00 }

func isLowSurrogate(unit rune) bool { return 0xDC00 <= unit && unit < 0xE000 }

// encodeUnit writes half of a surrogate pair as the invalid UTF-8 that its bits
// make, so that $encodeUrl can refuse it.
func encodeUnit(unit rune) string {
	if !isHighSurrogate(unit) && !isLowSurrogate(unit) {
		return string(unit)
	}
	return string([]byte{0xE0 | byte(unit>>12), 0x80 | byte(unit>>6)&0x3F, 0x80 | byte(unit)&0x3F})
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

// regex reads a regular expression. A / between brackets does not end it.
func (l *lexer) regex() (token, error) {
	start := l.position
	depth := 0
	escaped := false
	for l.position++; l.position < len(l.source); l.position++ {
		c := l.source[l.position]
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		case c == '/' && depth == 0:
			return l.endRegex(start)
		}
	}
	return token{}, fault("S0302").at(start, "/")
}

func (l *lexer) endRegex(start int) (token, error) {
	source := string(l.source[start+1 : l.position])
	if source == "" {
		return token{}, fault("S0301").at(start, "/")
	}
	flags := l.position + 1
	for l.position++; l.position < len(l.source) && (l.source[l.position] == 'i' || l.source[l.position] == 'm'); l.position++ {
	}
	pattern, err := compilePattern(source, string(l.source[flags:l.position]))
	if err != nil {
		return token{}, locate(err, start, "/")
	}
	return token{kind: regexToken, text: "/" + source + "/", value: pattern, position: start}, nil
}
