package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Values are decoded JSON: nil, bool, string, json.Number, []any, map[string]any. They are shared between states, so nothing ever changes one.

// decode reads one JSON document, keeping numbers as they were written.
func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text follows the JSON document")
	}
	return value, nil
}

// encode writes v as compact JSON: sorted keys, no HTML escaping.
func encode(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// normalise turns whatever a task returned into a value of our own.
func normalise(v any) (any, error) {
	text, err := encode(v)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// typeName names a value's JSON type for messages, which must not show the value itself.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "text"
	case json.Number:
		return "a number"
	case []any:
		return "an array"
	case map[string]any:
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
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, value := range a {
			other, ok := b[key]
			if !ok || !equal(value, other) {
				return false
			}
		}
		return true
	case nil, bool, string:
		// The dynamic types are comparable, but b may be a slice or a map: those differ in type and compare unequal without a panic.
		return a == b
	default:
		return false
	}
}
