package jsonata

import (
	"fmt"
	"slices"
)

// maxResult bounds how many values a result has. Step Functions takes far fewer.
const maxResult = 2_000_000

// exporter turns a result into a plain value. It copies only what holds internal values.
type exporter struct{ values int }

func export(value any) (any, error) { return (&exporter{}).value(value, 0) }

func (e *exporter) value(value any, depth int) (any, error) {
	if depth > maxNesting {
		return nil, errTooDeep()
	}
	if e.values++; e.values > maxResult {
		return nil, limit("The result is too large")
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
		return e.items(value, depth)
	case *array:
		return e.items(value.items, depth)
	case *Object:
		return e.object(value, depth)
	default:
		if isFunction(value) {
			if depth == 0 {
				return nil, &Error{Code: CodeFunction, Position: -1, Message: "the result is a function, which has no JSON value"}
			}
			return Undefined{}, nil
		}
		return nil, &Error{Code: "U1002", Position: -1, Message: fmt.Sprintf("a value of Go type %T is no JSON value", value)}
	}
}

func (e *exporter) items(items []any, depth int) (any, error) {
	out := items
	for i, item := range items {
		exported, err := e.value(item, depth+1)
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

func (e *exporter) object(object *Object, depth int) (any, error) {
	out := object
	for i, key := range object.keys {
		exported, err := e.value(object.values[i], depth+1)
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
	case nil:
		return value == nil
	default:
		return true
	}
}
