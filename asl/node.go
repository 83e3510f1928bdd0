package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// node is a JSON value of the definition that still knows the order of its fields, so that problems and tasks come in the definition's order.
type node struct {
	value  any // the decoded value, as everywhere else
	keys   []string
	fields map[string]*node
	items  []*node
}

// readNode reads the whole definition; text must be valid JSON. duplicate is called for each field that occurs twice in one object.
func readNode(text []byte, duplicate func(place, key string)) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	r := nodeReader{decoder, duplicate}
	return r.read("")
}

type nodeReader struct {
	decoder   *json.Decoder
	duplicate func(place, key string)
}

func (r nodeReader) read(place string) (*node, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return r.object(place)
	case json.Delim('['):
		return r.array(place)
	default:
		return &node{value: token}, nil
	}
}

func (r nodeReader) object(place string) (*node, error) {
	value := map[string]any{}
	n := &node{value: value, fields: map[string]*node{}}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		field, err := r.read(within(place, key))
		if err != nil {
			return nil, err
		}
		if _, twice := n.fields[key]; twice {
			r.duplicate(place, key)
			continue
		}
		n.keys = append(n.keys, key)
		n.fields[key], value[key] = field, field.value
	}
	_, err := r.decoder.Token()
	return n, err
}

func (r nodeReader) array(place string) (*node, error) {
	values := []any{}
	n := &node{}
	for r.decoder.More() {
		item, err := r.read(element(place, len(values)))
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
		values = append(values, item.value)
	}
	n.value = values
	_, err := r.decoder.Token()
	return n, err
}

// within names a field's place in the definition, element an element's.
func within(place, key string) string {
	if place == "" {
		return key
	}
	return place + "." + key
}

func element(place string, i int) string { return fmt.Sprintf("%s[%d]", place, i) }
