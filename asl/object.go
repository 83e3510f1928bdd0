package asl

import (
	"fmt"

	"github.com/attini-go/runner/asl/jsonata"
)

// Object is a JSON object that keeps the order of its fields, as Step Functions does. Its numbers are json.Number, as they were written. Once it is
// part of a value it does not change.
type Object struct{ jsonata.Object }

// NewObject returns an object with room for n fields.
func NewObject(n int) *Object { return &Object{Object: *jsonata.NewObject(n)} }

// ObjectOf returns an object with the given names and values in turn.
func ObjectOf(namesAndValues ...any) *Object {
	o := NewObject(len(namesAndValues) / 2)
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		name, _ := namesAndValues[i].(string)
		o.Set(name, namesAndValues[i+1])
	}
	return o
}

// MarshalJSON writes the fields in their order, without escaping HTML.
func (o *Object) MarshalJSON() ([]byte, error) { return encode(o) }

// UnmarshalJSON reads an object, its fields in the order of the text.
func (o *Object) UnmarshalJSON(text []byte) error {
	value, err := decode(text)
	if err != nil {
		return err
	}
	read, ok := value.(*Object)
	if !ok {
		return fmt.Errorf("read a JSON object: it is %s", typeName(value))
	}
	*o = *read
	return nil
}

// clone returns a shallow copy that may be changed.
func clone(o *Object) *Object {
	c := NewObject(o.Len() + 1)
	for name, value := range o.All() {
		c.Set(name, value)
	}
	return c
}
