package cfn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadJSON reads JSON, such as a macro's fragment: without places, in the
// order of the text, number literals kept. Of two equal keys the last counts,
// as in every JSON reader of AWS's.
func ReadJSON(data []byte) (*Node, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	n, err := readJSON(decoder, 0)
	if err != nil {
		return nil, fmt.Errorf("read JSON at byte %d: %w", decoder.InputOffset(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read JSON at byte %d: text after the value", decoder.InputOffset())
	}
	return n, nil
}

func readJSON(decoder *json.Decoder, depth int) (*Node, error) {
	if depth > maxTemplateDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxTemplateDepth)
	}
	token, err := decoder.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case string:
		return Str(value), nil
	case json.Number:
		return &Node{Kind: Number, Text: value.String()}, nil
	case bool:
		return Boolean(value), nil
	case nil:
		return &Node{}, nil
	case json.Delim:
		if value == '[' {
			return readJSONList(decoder, depth)
		}
		return readJSONMap(decoder, depth)
	}
	return nil, fmt.Errorf("unexpected token %v", token)
}

func readJSONList(decoder *json.Decoder, depth int) (*Node, error) {
	n := &Node{Kind: List}
	for decoder.More() {
		item, err := readJSON(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, item)
	}
	_, err := decoder.Token()
	return n, err
}

func readJSONMap(decoder *json.Decoder, depth int) (*Node, error) {
	n := &Node{Kind: Map}
	index := map[string]int{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		key, isText := token.(string)
		if !isText {
			return nil, fmt.Errorf("key %v is no text", token)
		}
		value, err := readJSON(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		if at, twice := index[key]; twice {
			n.Fields[at].Value = value
			continue
		}
		index[key] = len(n.Fields)
		n.Fields = append(n.Fields, Field{Key: key, Value: value})
	}
	_, err := decoder.Token()
	return n, err
}
