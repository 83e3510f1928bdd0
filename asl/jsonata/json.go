package jsonata

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep values that leave or enter the package may be nested.
const maxNesting = 10_000

// Decode reads one JSON value. Of a repeated key, the last value counts.
func Decode(data []byte) (any, error) {
	return decode(data, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func decode(data []byte, options ...jsontext.Options) (any, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), options...)
	value, err := readValue(decoder)
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more text follows the JSON value at offset %d", decoder.InputOffset())
	}
	return value, nil
}

func readValue(decoder *jsontext.Decoder) (any, error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return token.Bool(), nil
	case '"':
		return token.String(), nil
	case '0':
		return readNumber(token.String())
	case '[':
		items := []any{}
		for decoder.PeekKind() != ']' {
			item, err := readValue(decoder)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err := decoder.ReadToken()
		return items, err
	default:
		return readObject(decoder)
	}
}

func readObject(decoder *jsontext.Decoder) (any, error) {
	object := &Object{}
	for decoder.PeekKind() != '}' {
		key, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name := key.String()
		value, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		object.Set(name, value)
	}
	_, err := decoder.ReadToken()
	return object, err
}

// readNumber keeps an integer that a float64 would round.
func readNumber(text string) (any, error) {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("the number %s is out of range", text)
	}
	if len(text) > 15 && !strings.ContainsAny(text, ".eE") {
		if exact, err := strconv.ParseInt(text, 10, 64); err == nil && !isExact(exact) {
			return exact, nil
		}
	}
	if number == 0 {
		return 0.0, nil // JSON's -0 is 0
	}
	return number, nil
}

// isExact reports whether a float64 holds an integer.
func isExact(n int64) bool {
	const limit = 1 << 53
	return -limit <= n && n <= limit
}

// Encode writes a value as JSON, with the keys of objects in order and numbers as
// JavaScript writes them.
func Encode(value any) ([]byte, error) {
	return appendJSON(nil, value, jsonStyle{}, 0)
}

// jsonStyle is how JSON is written.
type jsonStyle struct {
	pretty bool
	// rounded writes fractions with 15 significant digits, as $string does.
	rounded bool
}

func appendJSON(out []byte, value any, style jsonStyle, depth int) ([]byte, error) {
	if depth > maxNesting {
		return nil, errTooDeep()
	}
	if items, ok := itemsOf(value); ok {
		return appendArray(out, items, style, depth)
	}
	switch value := value.(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, value), nil
	case int64:
		return strconv.AppendInt(out, value, 10), nil
	case float64:
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return nil, fault("D1001").about(value)
		}
		if style.rounded {
			value = round15(value)
		}
		return append(out, formatNumber(value)...), nil
	case string:
		// Invalid UTF-8 is written as replacement characters.
		out, _ = jsontext.AppendQuote(out, value)
		return out, nil
	case *Object:
		return appendObject(out, value, style, depth)
	case Undefined:
		return append(out, "null"...), nil
	default:
		if isFunction(value) {
			if depth == 0 || style.rounded {
				return append(out, `""`...), nil
			}
			return append(out, "null"...), nil
		}
		return nil, fmt.Errorf("a value of Go type %T is no JSON value", value)
	}
}

func appendArray(out []byte, items []any, style jsonStyle, depth int) ([]byte, error) {
	out = append(out, '[')
	var err error
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendBreak(out, style, depth+1)
		if out, err = appendJSON(out, item, style, depth+1); err != nil {
			return nil, err
		}
	}
	if len(items) > 0 {
		out = appendBreak(out, style, depth)
	}
	return append(out, ']'), nil
}

func appendObject(out []byte, object *Object, style jsonStyle, depth int) ([]byte, error) {
	out = append(out, '{')
	for i, key := range object.keys {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendBreak(out, style, depth+1)
		out, _ = jsontext.AppendQuote(out, key)
		out = append(out, ':')
		if style.pretty {
			out = append(out, ' ')
		}
		var err error
		if out, err = appendJSON(out, object.values[i], style, depth+1); err != nil {
			return nil, err
		}
	}
	if len(object.keys) > 0 {
		out = appendBreak(out, style, depth)
	}
	return append(out, '}'), nil
}

func appendBreak(out []byte, style jsonStyle, depth int) []byte {
	if !style.pretty {
		return out
	}
	out = append(out, '\n')
	for range depth {
		out = append(out, "  "...)
	}
	return out
}
