package asl

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Values are decoded JSON: nil, bool, string, json.Number, []any, *Object. They are shared between states, so nothing ever changes one.

// typeName names a value's JSON type for messages, which must not show the value itself.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	case *Object:
		return "an object"
	default:
		return "not JSON"
	}
}

// equal compares two values as JSON: numbers by value, so 1 equals 1.0, objects without regard to order.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && compareNumbers(a, b) == 0
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case *Object:
		b, ok := b.(*Object)
		if !ok || a.Len() != b.Len() {
			return false
		}
		for name, value := range a.All() {
			other, ok := b.Get(name)
			if !ok || !equal(value, other) {
				return false
			}
		}
		return true
	case nil, bool, string:
		// The dynamic types are comparable, but b may be a slice: that differs in type and compares unequal without a panic.
		return a == b
	default:
		return false
	}
}

// appendCanonical writes a value so that two have the same text if, and only if, they are equal.
func appendCanonical(text []byte, value any) []byte {
	switch value := value.(type) {
	case json.Number:
		d := parseDecimal(value)
		text = append(strconv.AppendBool(append(text, '#'), d.negative), d.digits...)
		return strconv.AppendInt(append(text, 'e'), d.exponent, 10)
	case []any:
		text = append(text, '[')
		for _, item := range value {
			text = append(appendCanonical(text, item), ',')
		}
		return append(text, ']')
	case *Object:
		names := value.Keys()
		slices.Sort(names)
		text = append(text, '{')
		for _, name := range names {
			field, _ := value.Get(name)
			text = append(appendCanonical(append(appendString(text, name), ':'), field), ',')
		}
		return append(text, '}')
	default:
		written, _ := appendJSON(text, value) // a text, a boolean or null
		return written
	}
}
