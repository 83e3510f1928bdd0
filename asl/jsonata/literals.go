package jsonata

import (
	"strconv"
	"strings"
)

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
	if plain, ok := map[rune]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[c]; ok {
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
