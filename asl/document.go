package asl

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Document is a JSON document that paths are looked up in, as states look them up in their input.
type Document struct{ value any }

// ParseDocument reads a document from JSON.
func ParseDocument(text []byte) (Document, error) {
	value, err := decode(text)
	if err != nil {
		return Document{}, fmt.Errorf("read a document: %w", err)
	}
	return Document{value}, nil
}

// Find returns what a path such as $.output.Build selects; ok is false if there is nothing. A path that can select several values gives a list.
// Its errors are those of the path.
func (d Document) Find(path string) (value json.RawMessage, ok bool, err error) {
	p, err := parsePath(path)
	if err != nil {
		return nil, false, err
	}
	found, err := p.find(&scope{input: d.value, context: func() *Object { return NewObject(0) }})
	var missing *missingError
	if errors.As(err, &missing) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	text, err := encode(found)
	return text, true, err
}

// CheckPath says what is wrong with a path of the state's data, such as $.output.Build.
func CheckPath(path string) error {
	_, _, err := Document{}.Find(path)
	return err
}

// Equal compares two JSON texts: numbers by value, objects without regard to order. A text that is not JSON equals nothing.
func Equal(a, b json.RawMessage) bool {
	left, err := decode(a)
	if err != nil {
		return false
	}
	right, err := decode(b)
	return err == nil && equal(left, right)
}
