package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/attini-go/runner/agent/protocol"
)

// MergeError is the error name of a merge that cannot be done.
const MergeError = "MergeOutputError"

// AnswerMerge answers the request of an AttiniMergeOutput step: its branches,
// merged. An error is the step's to know, as a MergeError.
func AnswerMerge(request []byte) (json.RawMessage, error) {
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(request))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		return nil, fmt.Errorf("read a request to merge: %w", err)
	}
	branches, isList := members[protocol.KeyBranches].([]any)
	if !isList {
		return nil, errors.New("the step before has no list of results; merge after a Parallel or a Map")
	}
	merged, err := MergeOutput(branches)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // a payload's size is limited
	if err := encoder.Encode(merged); err != nil {
		return nil, fmt.Errorf("write what was merged: %w", err)
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

// MergeOutput is what an AttiniMergeOutput step does: the results of a Parallel
// or a Map, each a payload of its own, become one payload. Objects are merged
// key by key at every depth, of lists each value is kept once, and null
// overrides nothing; where two results differ in anything else, the later one
// counts. Values are decoded JSON. A Map over nothing has no results, which make
// an empty object.
func MergeOutput(branches []any) (any, error) {
	merged := map[string]any{}
	for i, branch := range branches {
		payload, isObject := branch.(map[string]any)
		if !isObject {
			return nil, fmt.Errorf("merge outputs: result %d is no payload object but %s", i, jsonType(branch))
		}
		merged = merge(merged, payload)
	}
	return merged, nil
}

func merge(into, from map[string]any) map[string]any {
	result := maps.Clone(into)
	for key, value := range from {
		here, known := result[key]
		switch later := value.(type) {
		case nil:
			if known {
				continue
			}
		case map[string]any:
			if earlier, both := here.(map[string]any); both {
				value = merge(earlier, later)
			}
		case []any:
			if earlier, both := here.([]any); both {
				value = union(later, earlier)
			}
		}
		result[key] = value
	}
	return result
}

// union has each value of two lists once, in their order. Numbers are the same if their
// digits are.
func union(first, second []any) []any {
	seen := make(map[string]bool, len(first)+len(second))
	all := []any{}
	for _, value := range slices.Concat(first, second) {
		text, err := json.Marshal(value)
		if err != nil || seen[string(text)] { // decoded JSON can always be written
			continue
		}
		seen[string(text)] = true
		all = append(all, value)
	}
	return all
}

func jsonType(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case []any:
		return "a list"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	default:
		return "a number"
	}
}
