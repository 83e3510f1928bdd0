package asl

import "slices"

// Kind is the JSON type of a [Value].
type Kind uint8

// The kinds of values. The last two are not JSON: what they stand for is known only when a template is deployed.
const (
	Null Kind = iota
	Boolean
	Number
	Text
	Array
	ObjectKind
	// Deferred is a text that only the deployment knows, such as an intrinsic function of CloudFormation.
	Deferred
	// Opaque may be anything, and is not checked.
	Opaque
)

// String names the kind for messages.
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "a list", "an object", "an intrinsic function", "an unknown value"}[k]
}

// Place is a position in the source of a definition. Lines and columns count from 1; the zero Place is unknown.
type Place struct{ Line, Column int }

// Value is a value of a definition with its place in the source: JSON text, or a node of a template. [ParseValue] reads a definition from it.
// A Value does not change.
type Value interface {
	Kind() Kind
	// Text is a text's characters, a number as it is written, "true" or "false".
	Text() string
	// Len is how many items a list or fields an object has.
	Len() int
	Item(i int) Value
	// Field returns an object's field, in the order of the source.
	Field(i int) (name string, value Value)
	// FieldPlace is the place of a field's name.
	FieldPlace(i int) Place
	Place() Place
}

// jsonValue is a Value of JSON text. It is small, since a definition has very many.
type jsonValue struct {
	source *jsonSource
	text   string
	parts  []jsonPart // of a list or an object
	offset uint32
	kind   Kind
}

// jsonPart is a list's item, or an object's field with its name and where that is.
type jsonPart struct {
	value  *jsonValue
	name   string
	offset int
}

// jsonSource finds places. It remembers the last one, so that asking for many in the order of the text costs one walk through it.
type jsonSource struct {
	text   string
	offset int
	last   Place
}

var _ Value = (*jsonValue)(nil)

// Kind implements [Value].
func (v *jsonValue) Kind() Kind { return v.kind }

// Text implements [Value].
func (v *jsonValue) Text() string { return v.text }

// Len implements [Value].
func (v *jsonValue) Len() int { return len(v.parts) }

// Item implements [Value].
func (v *jsonValue) Item(i int) Value { return v.parts[i].value }

// Field implements [Value].
func (v *jsonValue) Field(i int) (name string, value Value) {
	return v.parts[i].name, v.parts[i].value
}

// FieldPlace implements [Value].
func (v *jsonValue) FieldPlace(i int) Place { return v.source.place(v.parts[i].offset) }

// Place implements [Value].
func (v *jsonValue) Place() Place { return v.source.place(int(v.offset)) }

// place is asked for only while a definition is parsed, by one goroutine.
func (s *jsonSource) place(offset int) Place {
	if offset < s.offset || s.last.Line == 0 {
		s.offset, s.last = 0, Place{Line: 1, Column: 1}
	}
	for _, r := range s.text[s.offset:offset] {
		if s.last.Column++; r == '\n' {
			s.last.Line++
			s.last.Column = 1
		}
	}
	s.offset = offset
	return s.last
}

// nodeReader makes nodes. They come from large blocks, and their parts from stacks that are used again: a definition has very many.
type nodeReader struct {
	scanner
	source *jsonSource
	block  []jsonValue
	parts  []jsonPart
}

func newNodeReader(text []byte) *nodeReader {
	source := &jsonSource{text: string(text)}
	return &nodeReader{scanner: scanner{text: source.text}, source: source}
}

const nodesPerBlock = 512

func (r *nodeReader) make() *jsonValue {
	if len(r.block) == 0 {
		r.block = make([]jsonValue, nodesPerBlock)
	}
	v := &r.block[0]
	r.block = r.block[1:]
	v.source, v.offset = r.source, uint32(r.next) //nolint:gosec // a definition has at most 1 MiB
	return v
}

// node reads one value of a definition.
func (r *nodeReader) node() *jsonValue {
	first := r.space()
	v := r.make()
	before := len(r.parts)
	switch first {
	case '{':
		v.kind = ObjectKind
		r.next++
		for !r.skip('}') {
			r.skip(',')
			r.space()
			part := jsonPart{offset: r.next}
			part.name = r.str()
			r.skip(':')
			part.value = r.node()
			r.parts = append(r.parts, part)
		}
	case '[':
		v.kind = Array
		r.next++
		for !r.skip(']') {
			r.skip(',')
			r.parts = append(r.parts, jsonPart{value: r.node()})
		}
	case '"':
		v.kind, v.text = Text, r.str()
	default:
		v.text = r.word()
		switch v.text {
		case "null":
			v.kind = Null
		case "true", "false":
			v.kind = Boolean
		default:
			v.kind = Number
		}
	}
	if len(r.parts) > before {
		v.parts = slices.Clone(r.parts[before:])
	}
	r.parts = r.parts[:before]
	return v
}

// decoded is a Value as the interpreter has values. What is deferred is null there: a machine with such values is checked, never run.
func decoded(v Value) any {
	switch v.Kind() {
	case Text:
		return v.Text()
	case Boolean, Number:
		return constant(v.Text())
	case Array:
		items := make([]any, v.Len())
		for i := range items {
			items[i] = decoded(v.Item(i))
		}
		return items
	case ObjectKind:
		o := NewObject(v.Len())
		for i := range v.Len() {
			name, value := v.Field(i)
			o.Set(name, decoded(value))
		}
		return o
	default:
		return nil
	}
}
