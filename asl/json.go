package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// checkJSON reports where text is not one JSON document.
func checkJSON(text []byte) error {
	if json.Valid(text) {
		return nil
	}
	var ignored json.RawMessage
	err := json.Unmarshal(text, &ignored)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		source := jsonSource{text: string(text)}
		place := source.place(min(int(max(syntax.Offset-1, 0)), len(text)))
		return fmt.Errorf("line %d, column %d: %w", place.Line, place.Column, err)
	}
	return err
}

// scanner reads JSON that is known to be valid.
type scanner struct {
	text string
	next int
}

func (s *scanner) space() byte {
	for s.next < len(s.text) {
		switch c := s.text[s.next]; c {
		case ' ', '\t', '\r', '\n':
			s.next++
		default:
			return c
		}
	}
	return 0
}

// skip takes c, if it comes next.
func (s *scanner) skip(c byte) bool {
	if s.space() != c {
		return false
	}
	s.next++
	return true
}

func (s *scanner) str() string {
	start := s.next
	plain := true
	for s.next++; s.next < len(s.text) && s.text[s.next] != '"'; s.next++ {
		if s.text[s.next] == '\\' {
			plain = false
			s.next++
		}
	}
	s.next++
	inside := s.text[start+1 : s.next-1]
	if plain && utf8.ValidString(inside) {
		return inside
	}
	var text string
	if err := json.Unmarshal([]byte(s.text[start:s.next]), &text); err != nil {
		return inside // cannot be: the text is valid
	}
	return text
}

// word reads a number or a constant.
func (s *scanner) word() string {
	start := s.next
	for s.next < len(s.text) && strings.IndexByte(" \t\r\n,:]}", s.text[s.next]) < 0 {
		s.next++
	}
	return s.text[start:s.next]
}

// value reads one value of our own: *Object, []any, string, json.Number, bool, nil.
func (s *scanner) value() any {
	switch s.space() {
	case '{':
		s.next++
		o := NewObject(4)
		for !s.skip('}') {
			s.skip(',')
			s.space()
			name := s.str()
			s.skip(':')
			o.Set(name, s.value())
		}
		return o
	case '[':
		s.next++
		items := []any{}
		for !s.skip(']') {
			s.skip(',')
			items = append(items, s.value())
		}
		return items
	case '"':
		return s.str()
	default:
		return constant(s.word())
	}
}

func constant(word string) any {
	switch word {
	case "null":
		return nil
	case "true", "false":
		return word == "true"
	default:
		return json.Number(word)
	}
}

// decode reads one JSON document; numbers stay as they were written. Of fields with one name the last counts.
func decode(text []byte) (any, error) {
	if err := checkJSON(text); err != nil {
		return nil, err
	}
	s := scanner{text: string(text)}
	return s.value(), nil
}

// encode writes v as compact JSON without escaping HTML. Values that are not our own are written by encoding/json.
func encode(v any) ([]byte, error) { return appendJSON(nil, v) }

func appendJSON(text []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(text, "null"...), nil
	case bool:
		if v {
			return append(text, "true"...), nil
		}
		return append(text, "false"...), nil
	case json.Number:
		return append(text, v...), nil
	case string:
		return appendString(text, v), nil
	case []any:
		text = append(text, '[')
		for i, item := range v {
			if i > 0 {
				text = append(text, ',')
			}
			var err error
			if text, err = appendJSON(text, item); err != nil {
				return nil, err
			}
		}
		return append(text, ']'), nil
	case *Object:
		text = append(text, '{')
		first := true
		for name, value := range v.All() {
			if !first {
				text = append(text, ',')
			}
			first = false
			text = append(appendString(text, name), ':')
			var err error
			if text, err = appendJSON(text, value); err != nil {
				return nil, err
			}
		}
		return append(text, '}'), nil
	default:
		var foreign bytes.Buffer
		encoder := json.NewEncoder(&foreign)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			return nil, err
		}
		return append(text, bytes.TrimSuffix(foreign.Bytes(), []byte("\n"))...), nil
	}
}

const hexDigits = "0123456789abcdef"

func appendString(text []byte, s string) []byte {
	text = append(text, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				text = append(append(text, s[start:i]...), `\ufffd`...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		text = append(text, s[start:i]...)
		switch c {
		case '"', '\\':
			text = append(text, '\\', c)
		case '\n':
			text = append(text, '\\', 'n')
		case '\r':
			text = append(text, '\\', 'r')
		case '\t':
			text = append(text, '\\', 't')
		default:
			text = append(text, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(text, s[start:]...), '"')
}
