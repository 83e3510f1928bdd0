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

// export turns a result into a plain value. It copies only what holds internal values.
func export(value any) (any, error) { return exportAt(value, 0) }

func exportAt(value any, depth int) (any, error) {
	if depth > maxNesting {
		return nil, errTooDeep()
	}
	switch value := value.(type) {
	case nil, bool, string, int64, Undefined:
		return value, nil
	case float64:
		if _, ok, err := finite(value); !ok || err != nil {
			return nil, fault("D1001").about(formatNumber(value))
		}
		return value, nil
	case []any:
		return exportItems(value, depth)
	case *array:
		return exportItems(value.items, depth)
	case *Object:
		return exportObject(value, depth)
	default:
		if isFunction(value) {
			return Undefined{}, nil
		}
		return nil, &Error{Code: "U1002", Position: -1, Message: fmt.Sprintf("a value of Go type %T is no JSON value", value)}
	}
}

func exportItems(items []any, depth int) (any, error) {
	out := items
	for i, item := range items {
		exported, err := exportAt(item, depth+1)
		if err != nil {
			return nil, err
		}
		if isUndefined(exported) {
			exported = nil
		}
		if same(exported, item) {
			continue
		}
		if &out[0] == &items[0] {
			out = slices.Clone(items)
		}
		out[i] = exported
	}
	if out == nil {
		out = []any{}
	}
	return out, nil
}

func exportObject(object *Object, depth int) (any, error) {
	out := object
	for i, key := range object.keys {
		exported, err := exportAt(object.values[i], depth+1)
		if err != nil {
			return nil, err
		}
		if same(exported, object.values[i]) {
			continue
		}
		if out == object {
			out = &Object{keys: slices.Clone(object.keys), values: slices.Clone(object.values)}
			out.reindex()
		}
		if isUndefined(exported) {
			out.Delete(key)
		} else {
			out.Set(key, exported)
		}
	}
	return out, nil
}

// same reports whether export left a value as it was.
func same(exported, value any) bool {
	switch exported := exported.(type) {
	case []any:
		value, ok := value.([]any)
		return ok && value != nil && len(exported) == len(value) && (len(value) == 0 || &exported[0] == &value[0])
	case *Object:
		return value == any(exported)
	case Undefined:
		return isUndefined(value)
	default:
		return true
	}
}
