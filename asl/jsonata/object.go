package jsonata

import (
	"fmt"
	"slices"
)

// Object is a JSON object that keeps the order of its keys. The zero Object is
// empty and ready to use. It is safe for concurrent reading.
type Object struct {
	keys   []string
	values []any
	index  map[string]int // from a key to its place; only for large objects
}

// indexFrom is the number of keys above which an Object keeps an index. Below, a
// search through the keys is faster.
const indexFrom = 8

// NewObject returns an empty object with room for a number of keys.
func NewObject(size int) *Object {
	return &Object{keys: make([]string, 0, size), values: make([]any, 0, size)}
}

func (o *Object) find(key string) int {
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	return slices.Index(o.keys, key)
}

// Get returns the value of a key and whether the object has the key.
func (o *Object) Get(key string) (any, bool) {
	if i := o.find(key); i >= 0 {
		return o.values[i], true
	}
	return nil, false
}

// Set gives a key a value. A new key is the last in order.
func (o *Object) Set(key string, value any) {
	if i := o.find(key); i >= 0 {
		o.values[i] = value
		return
	}
	o.keys = append(o.keys, key)
	o.values = append(o.values, value)
	switch {
	case o.index != nil:
		o.index[key] = len(o.keys) - 1
	case len(o.keys) > indexFrom:
		o.reindex()
	}
}

// Delete removes a key, if the object has it. It takes time linear in the number of
// keys.
func (o *Object) Delete(key string) {
	i := o.find(key)
	if i < 0 {
		return
	}
	o.keys = slices.Delete(o.keys, i, i+1)
	o.values = slices.Delete(o.values, i, i+1)
	if o.index != nil {
		o.reindex()
	}
}

func (o *Object) reindex() {
	o.index = make(map[string]int, len(o.keys))
	for i, key := range o.keys {
		o.index[key] = i
	}
}

// Len returns the number of keys.
func (o *Object) Len() int { return len(o.keys) }

// Keys returns the keys in order.
func (o *Object) Keys() []string { return slices.Clone(o.keys) }

// All iterates over the keys and values in order.
func (o *Object) All() func(yield func(string, any) bool) {
	return func(yield func(string, any) bool) {
		for i, key := range o.keys {
			if !yield(key, o.values[i]) {
				return
			}
		}
	}
}

// MarshalJSON writes the object with its keys in order.
func (o *Object) MarshalJSON() ([]byte, error) { return Encode(o) }

// UnmarshalJSON reads an object and keeps the order of its keys. It ignores null.
func (o *Object) UnmarshalJSON(data []byte) error {
	value, err := Decode(data)
	if err != nil {
		return err
	}
	read, ok := value.(*Object)
	if value == nil {
		return nil // as encoding/json wants it of null
	}
	if !ok {
		return fmt.Errorf("cannot read a JSON object: the value is of type %s", typeName(value))
	}
	*o = *read
	return nil
}
