package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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
	decoder := json.NewDecoder(bytes.NewReader(object))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	var members Members
	index := map[string]int{}
	for decoder.More() {
		before := decoder.InputOffset()
		token, err := decoder.Token()
		if err != nil {
			return nil, errors.New("a key cannot be read")
		}
		key, _ := token.(string)
		// Before a key are blanks, and a comma if it is not the first.
		literal := bytes.TrimLeft(object[before:decoder.InputOffset()], ", \t\r\n")
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, errors.New("a value cannot be read")
		}
		if at, twice := index[key]; twice {
			members[at].Value = value
			continue
		}
		index[key] = len(members)
		members = append(members, Member{key, literal, value})
	}
	if _, err := decoder.Token(); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.New("its end cannot be read")
	}
	return members, nil
}

// Value returns the value of a key, nil if the object does not have it.
func (m Members) Value(key string) json.RawMessage {
	for _, member := range m {
		if member.Key == key {
			return member.Value
		}
	}
	return nil
}
