package jsonata

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
