package jsonata

import "fmt"

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

// equal compares values by what they contain. Functions equal themselves.
func (ev *evaluator) equal(left, right any) (bool, error) {
	if err := ev.look(); err != nil {
		return false, err
	}
	defer ev.leave()
	if first, ok := itemsOf(left); ok {
		second, ok := itemsOf(right)
		if !ok || len(first) != len(second) {
			return false, nil
		}
		for i := range first {
			if same, err := ev.equal(first[i], second[i]); err != nil || !same {
				return false, err
			}
		}
		return true, nil
	}
	if first, ok := left.(*Object); ok {
		return ev.equalObjects(first, right)
	}
	return ev.equalScalars(left, right)
}

func (ev *evaluator) equalObjects(left *Object, other any) (bool, error) {
	right, ok := other.(*Object)
	if !ok || left.Len() != right.Len() {
		return false, nil
	}
	for i, key := range left.keys {
		value, ok := right.Get(key)
		if !ok {
			return false, nil
		}
		if same, err := ev.equal(left.values[i], value); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

func (ev *evaluator) equalScalars(left, right any) (bool, error) {
	switch left := left.(type) {
	case string:
		right, ok := right.(string)
		if !ok || len(left) != len(right) {
			return false, nil
		}
		return left == right, ev.readText(left)
	case int64:
		if right, ok := right.(int64); ok {
			return left == right, nil
		}
	}
	if first, ok := numberOf(left); ok {
		second, ok := numberOf(right)
		return ok && first == second, nil
	}
	switch left.(type) {
	case nil, bool, *function, *lambda:
		return left == right, nil
	default:
		return false, nil
	}
}

// truth casts a value to a boolean, as $boolean does. Nothing is false.
func (ev *evaluator) truth(value any) (bool, error) {
	items, ok := itemsOf(value)
	if !ok {
		return truthOf(value), nil
	}
	if err := ev.look(); err != nil {
		return false, err
	}
	defer ev.leave()
	for _, item := range items {
		if holds, err := ev.truth(item); err != nil || holds {
			return holds, err
		}
		if err := ev.read(1); err != nil {
			return false, err
		}
	}
	return false, nil
}

// truthOf is the truth of a value that is no array.
func truthOf(value any) bool {
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
