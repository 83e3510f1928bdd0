package jsonata

import (
	"math"
	"strings"
)

// signature is what types of arguments a function takes, as in <a<n>-s?:b>.
type signature struct{ parameters []parameter }

type parameter struct {
	types    string // the letters of the types that it takes
	isArray  bool   // a value that is no array is made one
	itemType string // of an array: the type of all items
	context  bool   // the context value stands in for a missing argument
	optional bool
	repeated bool
}

// anyType has the letters of all types; m is a missing value.
const anyType = "asnblfom"

// parseSignature reads a signature. What it says of the result counts for nothing.
func parseSignature(text string) (*signature, error) {
	s := &signature{}
	for i := 1; i < len(text); i++ {
		previous := len(s.parameters) - 1
		switch c := text[i]; {
		case c == ':' || c == '>':
			return s, nil
		case strings.IndexByte("snblo", c) >= 0:
			s.parameters = append(s.parameters, parameter{types: string(c) + "m"})
		case c == 'a':
			s.parameters = append(s.parameters, parameter{types: anyType, isArray: true})
		case c == 'f':
			s.parameters = append(s.parameters, parameter{types: "f"})
		case c == 'j':
			s.parameters = append(s.parameters, parameter{types: "asnblom"})
		case c == 'x':
			s.parameters = append(s.parameters, parameter{types: anyType})
		case c == '(':
			end := closing(text, i, '(', ')')
			choice := text[i+1 : end]
			if strings.Contains(choice, "<") {
				return nil, fault("S0402").about(choice)
			}
			s.parameters = append(s.parameters, parameter{types: choice + "m"})
			i = end
		case previous < 0:
			// A modifier of nothing modifies nothing.
		case c == '-':
			s.parameters[previous].context = true
			s.parameters[previous].optional = true
		case c == '?':
			s.parameters[previous].optional = true
		case c == '+':
			s.parameters[previous].repeated = true
		case c == '<':
			end := closing(text, i, '<', '>')
			if !s.parameters[previous].isArray && s.parameters[previous].types != "f" {
				return nil, fault("S0401").about(s.parameters[previous].types)
			}
			s.parameters[previous].itemType = text[i+1 : end]
			i = end
		}
	}
	return s, nil
}

// closing returns the place of the bracket that closes the one at start.
func closing(text string, start int, open, shut byte) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch text[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// typeLetter returns the letter of a value's type in signatures.
func typeLetter(value any) byte {
	switch name := typeName(value); name {
	case "null":
		return 'l'
	case "undefined":
		return 'm'
	default:
		return name[0] // string, number, boolean, array, object, function
	}
}

// match splits the types of arguments among the parameters, as a regular
// expression would: it returns how many each takes, or false.
func (s *signature) match(types string) ([]int, bool) {
	counts := make([]int, len(s.parameters))
	var from func(index int, rest string) bool
	from = func(index int, rest string) bool {
		if index == len(s.parameters) {
			return rest == ""
		}
		p := s.parameters[index]
		most := 0
		for most < len(rest) && strings.IndexByte(p.types, rest[most]) >= 0 && (p.repeated || most == 0) {
			most++
		}
		for count := most; count > 0 || count == 0 && p.optional; count-- {
			counts[index] = count
			if from(index+1, rest[count:]) {
				return true
			}
		}
		return false
	}
	return counts, from(0, types)
}

// validate returns the arguments as a function takes them, or an error.
func (s *signature) validate(ev *evaluator, arguments []any, context any) ([]any, error) {
	if s == nil {
		return arguments, nil
	}
	types := make([]byte, len(arguments))
	for i, argument := range arguments {
		types[i] = typeLetter(argument)
	}
	counts, ok := s.match(string(types))
	if !ok {
		return nil, s.mismatch(arguments, string(types))
	}
	valid := make([]any, 0, len(arguments))
	next := 0
	for i, p := range s.parameters {
		if counts[i] == 0 {
			value, err := p.missing(arguments, next, context)
			if err != nil {
				return nil, err
			}
			valid = append(valid, value)
			if !p.context {
				next++
			}
			continue
		}
		for range counts[i] {
			// After an optional argument that is missing, there may be one too few.
			var argument any = Undefined{}
			if next < len(arguments) {
				argument = arguments[next]
			}
			value, err := p.convert(ev, argument, next)
			if err != nil {
				return nil, err
			}
			valid = append(valid, value)
			next++
		}
	}
	return valid, nil
}

// missing returns what stands in for an argument that is not given.
func (p parameter) missing(arguments []any, index int, context any) (any, error) {
	switch {
	case !p.context:
		if index < len(arguments) {
			return arguments[index], nil
		}
		return Undefined{}, nil
	case strings.IndexByte(p.types, typeLetter(context)) < 0:
		e := fault("T0411").about(context)
		e.index = index + 1
		return nil, e
	default:
		return context, nil
	}
}

// convert makes an array of what is to be one, and checks its items.
func (p parameter) convert(ev *evaluator, argument any, index int) (any, error) {
	if number, ok := argument.(float64); ok && p.types == "nm" && (math.IsInf(number, 0) || math.IsNaN(number)) {
		return nil, fault("D1001").about(number)
	}
	if !p.isArray || isUndefined(argument) {
		return argument, nil
	}
	items, isArray := itemsOf(argument)
	if !isArray {
		items = []any{argument}
	}
	if p.itemType != "" {
		if err := ev.read(len(items)); err != nil {
			return nil, err
		}
		for _, item := range items {
			letter := typeLetter(item)
			if letter != p.itemType[0] || letter != typeLetter(items[0]) {
				e := fault("T0412").about(argument)
				e.index = index + 1
				e.want = map[byte]string{'a': "arrays", 'b': "booleans", 'f': "functions", 'n': "numbers", 'o': "objects", 's': "strings"}[p.itemType[0]]
				return nil, e
			}
		}
	}
	if isArray {
		return argument, nil
	}
	return items, nil
}

// mismatch finds the first argument that no parameter takes.
func (s *signature) mismatch(arguments []any, types string) error {
	good := 0
	for i := range s.parameters {
		partial := &signature{parameters: s.parameters[:i+1]}
		longest, ok := partial.longest(types)
		if !ok {
			break
		}
		good = longest
	}
	e := fault("T0410")
	e.index = good + 1
	if good < len(arguments) {
		e.about(arguments[good])
	}
	return e
}

// longest returns how many of the arguments at the start the parameters take.
func (s *signature) longest(types string) (int, bool) {
	for end := len(types); end >= 0; end-- {
		if _, ok := s.match(types[:end]); ok {
			return end, true
		}
	}
	return 0, false
}
