package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// Member is a member of a JSON object.
type Member struct {
	Key string
	// Literal is the key as the object writes it, with its quotes and escapes.
	Literal []byte
	Value   json.RawMessage
}

// Members are the members of a JSON object in their order; keys are unique.
type Members []Member

// SplitObject splits a JSON object into its members and keeps their text. If a
// key occurs twice, the last value counts, in the place of the first. Errors
// contain nothing of the object.
func SplitObject(object []byte) (Members, error) {
	if !json.Valid(object) {
		return nil, errors.New("it is not JSON")
	}
	members := fieldsOf(object)
	if members == nil {
		return nil, errors.New("it is not a JSON object")
	}
	return members, nil
}

// fieldsOf is SplitObject for what is known to be JSON, or nothing; nil for what is no
// object.
func fieldsOf(object []byte) Members {
	const blanks = " \t\r\n"
	rest := bytes.TrimLeft(object, blanks)
	if len(rest) == 0 || rest[0] != '{' {
		return nil
	}
	members := Members{}
	var index map[string]int
	for rest = bytes.TrimLeft(rest[1:], blanks); rest[0] != '}'; rest = bytes.TrimLeft(rest, ","+blanks) {
		var literal, value []byte
		literal, rest = cutValue(rest)
		value, rest = cutValue(bytes.TrimLeft(rest, ":"+blanks))
		key := unquote(literal)
		if at := members.find(key, &index); at >= 0 {
			members[at].Value = value
			continue
		}
		members = append(members, Member{key, literal, value})
	}
	return members
}

// find returns where a key is, -1 for nowhere. Many members get an index, into which a
// key comes that is not found.
func (m Members) find(key string, index *map[string]int) int {
	const few = 16
	if len(m) < few {
		return slices.IndexFunc(m, func(member Member) bool { return member.Key == key })
	}
	if *index == nil {
		*index = map[string]int{}
		for i, member := range m {
			(*index)[member.Key] = i
		}
	}
	at, there := (*index)[key]
	if !there {
		(*index)[key] = len(m)
		return -1
	}
	return at
}

// cutValue cuts the first value off a text that has been found to be JSON.
func cutValue(text []byte) (value, rest []byte) {
	depth, end := 0, 0
	for {
		switch text[end] {
		case '{', '[':
			depth++
			end++
		case '}', ']':
			depth--
			end++
		case '"':
			for end++; text[end] != '"'; end++ {
				if text[end] == '\\' {
					end++
				}
			}
			end++
		case ',', ':', ' ', '\t', '\r', '\n':
			end++ // inside an object or a list
		default:
			for end < len(text) && strings.IndexByte(",]} \t\r\n", text[end]) < 0 {
				end++
			}
		}
		if depth == 0 {
			return text[:end:end], text[end:]
		}
	}
}

// unquote returns what a JSON string says; "" for another value.
func unquote(literal []byte) (text string) {
	if inner := bytes.Trim(literal, `"`); len(inner) == len(literal)-2 && bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	if json.Unmarshal(literal, &text) != nil {
		return ""
	}
	return text
}

// Value returns the value of a key, nil if the object does not have it.
func (m Members) Value(key string) json.RawMessage {
	at := slices.IndexFunc(m, func(member Member) bool { return member.Key == key })
	if at < 0 {
		return nil
	}
	return m[at].Value
}
