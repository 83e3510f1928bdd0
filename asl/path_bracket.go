package asl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// bracket reads [ ]: names in quotes, numbers, a slice, * or a filter.
func (r *pathReader) bracket(s *step) error {
	inside := strings.TrimLeft(r.text[1:], " ")
	switch {
	case strings.HasPrefix(inside, "'") || strings.HasPrefix(inside, `"`):
		return r.quotedNames(s, inside)
	case strings.HasPrefix(inside, "?"):
		return r.filter(s, inside[1:])
	}
	content, rest, closed := strings.Cut(inside, "]")
	if !closed {
		return errors.New("a bracket [ is not closed")
	}
	r.text = rest
	content = strings.TrimSpace(content)
	switch {
	case content == "*":
		s.kind = wildcard
		return nil
	case strings.Contains(content, ":"):
		return s.slice(content)
	case content == "":
		return errors.New("the brackets [] are empty")
	}
	s.kind = element
	for number := range strings.SplitSeq(content, ",") {
		i, err := strconv.ParseInt(strings.TrimSpace(number), 10, 32)
		if err != nil || strings.HasPrefix(strings.TrimSpace(number), "+") {
			return fmt.Errorf("[%s]: want a number, a slice such as 1:3, a 'name' in quotes, * or ?(a filter)", content)
		}
		s.index = append(s.index, int(i))
	}
	return nil
}

// slice reads from:to. A third number, the step of other dialects, is taken and has no effect, as in Jayway.
func (s *step) slice(content string) error {
	parts := strings.Split(content, ":")
	s.kind = slice
	for i, part := range parts {
		if part == "" {
			continue
		}
		n, err := strconv.ParseInt(part, 10, 32)
		if err != nil || part[0] == '+' {
			return fmt.Errorf("[%s]: a slice has whole numbers, as in 1:3", content)
		}
		number := int(n)
		switch i {
		case 0:
			s.from = &number
		case 1:
			s.to = &number
		}
	}
	if s.from == nil && s.to == nil {
		return fmt.Errorf("[%s]: a slice needs its start or its end", content)
	}
	return nil
}

// quotedNames reads 'a' or 'a','b' and the closing bracket.
func (r *pathReader) quotedNames(s *step, text string) error {
	for {
		name, rest, err := quoted(text)
		if err != nil {
			return err
		}
		s.names = append(s.names, name)
		text = strings.TrimLeft(rest, " ")
		switch {
		case strings.HasPrefix(text, "]"):
			r.text = text[1:]
			return nil
		case !strings.HasPrefix(text, ","):
			return errors.New("after a name in quotes comes , or ]")
		}
		text = strings.TrimLeft(text[1:], " ")
		if !strings.HasPrefix(text, "'") && !strings.HasPrefix(text, `"`) {
			return errors.New("after the comma a name in quotes is missing")
		}
	}
}

// quoted reads a text in quotes. A backslash escapes the quote, itself and the control characters, and \uXXXX is a character; before anything else
// it stands for itself, as Step Functions was recorded to read ['Test\""Name"'].
func quoted(text string) (content, rest string, err error) {
	quote := text[0]
	var plain strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == quote:
			return plain.String(), text[i+1:], nil
		case c == '\\' && i+1 < len(text):
			i++
			i += unescape(&plain, text[i:], quote)
		default:
			plain.WriteByte(c)
		}
	}
	return "", "", fmt.Errorf("the text %s has no closing quote", text)
}

// unescape writes the character that an escape stands for, and returns how many more bytes it took than one.
func unescape(plain *strings.Builder, text string, quote byte) int {
	switch c := text[0]; c {
	case quote, '\\':
		plain.WriteByte(c)
	case 'n':
		plain.WriteByte('\n')
	case 't':
		plain.WriteByte('\t')
	case 'r':
		plain.WriteByte('\r')
	case 'b':
		plain.WriteByte('\b')
	case 'f':
		plain.WriteByte('\f')
	case 'u':
		if len(text) >= 5 {
			if code, err := strconv.ParseUint(text[1:5], 16, 16); err == nil {
				plain.WriteRune(rune(code))
				return 4
			}
		}
		plain.WriteString(`\u`)
	default:
		plain.WriteByte('\\')
		plain.WriteByte(c)
	}
	return 0
}
