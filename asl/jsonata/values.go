package jsonata

import (
	"fmt"
	"slices"
)

// array is an array with what the language notes about it besides its items. A
// plain []any is an array without any such note.
type array struct {
	items    []any
	sequence bool // found by a query: of one item, it becomes that item
	keep     bool // stays an array though it has one item
	cons     bool // built by [ ], so that a path does not flatten it
	outer    bool // wraps an input that is an array
}

func newSequence(items ...any) *array { return &array{items: items, sequence: true} }

// itemsOf returns the items of an array of either form.
func itemsOf(value any) ([]any, bool) {
	switch value := value.(type) {
	case []any:
		return value, true
	case *array:
		return value.items, true
	default:
		return nil, false
	}
}

func isSequence(value any) bool {
	a, ok := value.(*array)
	return ok && a.sequence
}

// asItems returns the items of an array, or anything else as one item.
func asItems(value any) []any {
	if items, ok := itemsOf(value); ok {
		return items
	}
	if isUndefined(value) {
		return nil
	}
	return []any{value}
}

func isUndefined(value any) bool {
	_, ok := value.(Undefined)
	return ok
}

// typeName returns the name of a value's type as $type does.
func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64, int64:
		return "number"
	case string:
		return "string"
	case []any, *array:
		return "array"
	case *Object:
		return "object"
	case Undefined:
		return "undefined"
	default:
		if isFunction(value) {
			return "function"
		}
		return fmt.Sprintf("Go type %T", value)
	}
}

// appendValues joins two values to one array, as $append does.
func appendValues(left, right any) any {
	switch {
	case isUndefined(left):
		return right
	case isUndefined(right):
		return left
	}
	first, second := asItems(left), asItems(right)
	return append(first[:len(first):len(first)], second...)
}

// deepEqual compares values by what they contain. Functions equal themselves.
func deepEqual(left, right any) bool {
	if first, ok := itemsOf(left); ok {
		second, ok := itemsOf(right)
		return ok && slices.EqualFunc(first, second, deepEqual)
	}
	switch left := left.(type) {
	case *Object:
		right, ok := right.(*Object)
		if !ok || left.Len() != right.Len() {
			return false
		}
		for i, key := range left.keys {
			value, ok := right.Get(key)
			if !ok || !deepEqual(left.values[i], value) {
				return false
			}
		}
		return true
	case int64:
		if right, ok := right.(int64); ok {
			return left == right
		}
	}
	if first, ok := numberOf(left); ok {
		second, ok := numberOf(right)
		return ok && first == second
	}
	switch left.(type) {
	case nil, bool, string, *function, *lambda:
		return left == right
	default:
		return false
	}
}

// truth casts a value to a boolean, as $boolean does. Nothing is false.
func truth(value any) bool {
	if items, ok := itemsOf(value); ok {
		return slices.ContainsFunc(items, truth)
	}
	switch value := value.(type) {
	case bool:
		return value
	case float64:
		return value != 0 && value == value
	case int64:
		return value != 0
	case string:
		return value != ""
	case *Object:
		return value.Len() > 0
	default:
		return false
	}
}
