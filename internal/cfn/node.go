// Package cfn reads, walks, evaluates and writes CloudFormation templates. A
// template is a tree of values, each with its place in the file. YAML (with the
// short forms of the intrinsic functions) and JSON are read without a loss of
// order, number literals or account ids. Intrinsic functions, parameters,
// conditions and mappings are evaluated as far as their values are known.
package cfn

import (
	"slices"
	"strconv"

	"github.com/attini-go/runner/internal/problem"
)

// Kind is the JSON type of a Node.
type Kind uint8

// The kinds of a Node.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// String names the kind as users know it.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "list", "object"}[k]
}

// Node is one value of a template. Numbers keep their literal, maps their
// order. Nodes made by this program have the zero Place.
type Node struct {
	Kind Kind
	// Text holds a String's text, a Number's literal, "true" or "false".
	Text string
	// Written is the text of a plain scalar in YAML that CloudFormation reads as
	// another one: yes, which is true, or 0644, which is 420. Empty for all else.
	Written string
	// Items holds the values of a List.
	Items []*Node
	// Fields holds the entries of a Map, in source order, keys unique.
	Fields []Field
	Place  problem.Place
}

// Field is one entry of a Map. Place is its key's.
type Field struct {
	Key   string
	Value *Node
	Place problem.Place
}

// Str makes a String.
func Str(text string) *Node { return &Node{Kind: String, Text: text} }

// Int makes a Number.
func Int(value int) *Node { return &Node{Kind: Number, Text: strconv.Itoa(value)} }

// Boolean makes a Bool.
func Boolean(value bool) *Node { return &Node{Kind: Bool, Text: strconv.FormatBool(value)} }

// Seq makes a List.
func Seq(items ...*Node) *Node { return &Node{Kind: List, Items: items} }

// Obj makes a Map.
func Obj(fields ...Field) *Node { return &Node{Kind: Map, Fields: fields} }

// F makes an entry of a Map.
func F(key string, value *Node) Field { return Field{Key: key, Value: value} }

// Ref makes {"Ref": name}.
func Ref(name string) *Node { return Obj(F("Ref", Str(name))) }

// GetAtt makes {"Fn::GetAtt": [resource, attribute]}.
func GetAtt(resource, attribute string) *Node {
	return Obj(F("Fn::GetAtt", Seq(Str(resource), Str(attribute))))
}

// Sub makes {"Fn::Sub": text}.
func Sub(text string) *Node { return Obj(F("Fn::Sub", Str(text))) }

// IsMap, IsList and IsString report the kind; they are false for nil.
func (n *Node) IsMap() bool    { return n != nil && n.Kind == Map }
func (n *Node) IsList() bool   { return n != nil && n.Kind == List }
func (n *Node) IsString() bool { return n != nil && n.Kind == String }

// IsScalar reports whether n is a string, number or boolean.
func (n *Node) IsScalar() bool {
	return n != nil && (n.Kind == String || n.Kind == Number || n.Kind == Bool)
}

// AsString returns the text of a String; "" for nil and every other kind.
func (n *Node) AsString() string {
	if n.IsString() {
		return n.Text
	}
	return ""
}

// Elements returns the items of a List; none for nil or another kind.
func (n *Node) Elements() []*Node {
	if !n.IsList() {
		return nil
	}
	return n.Items
}

// Get returns the value under key, or nil when n is no Map or lacks it.
func (n *Node) Get(key string) *Node {
	if i := n.index(key); i >= 0 {
		return n.Fields[i].Value
	}
	return nil
}

// At follows keys into nested Maps; nil when one is missing.
func (n *Node) At(keys ...string) *Node {
	for _, key := range keys {
		n = n.Get(key)
	}
	return n
}

// KeyPlace returns the place of key in the Map, or n's own when it lacks it.
func (n *Node) KeyPlace(key string) problem.Place {
	if i := n.index(key); i >= 0 {
		return n.Fields[i].Place
	}
	if n == nil {
		return problem.Place{}
	}
	return n.Place
}

// Entries returns the entries of a Map; none for nil or another kind.
func (n *Node) Entries() []Field {
	if !n.IsMap() {
		return nil
	}
	return n.Fields
}

// Has reports whether the Map has key.
func (n *Node) Has(key string) bool { return n.index(key) >= 0 }

// ByKey returns the values of a Map by key, for callers that look up many.
func (n *Node) ByKey() map[string]*Node {
	values := make(map[string]*Node, len(n.Entries()))
	for _, field := range n.Entries() {
		values[field.Key] = field.Value
	}
	return values
}

// Set replaces the value under key, or appends the entry.
func (n *Node) Set(key string, value *Node) {
	if i := n.index(key); i >= 0 {
		n.Fields[i].Value = value
		return
	}
	n.Fields = append(n.Fields, Field{Key: key, Value: value})
}

// Delete removes key.
func (n *Node) Delete(key string) {
	if i := n.index(key); i >= 0 {
		n.Fields = slices.Delete(n.Fields, i, i+1)
	}
}

// Copy returns a copy that shares the values inside.
func (n *Node) Copy() *Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Items, c.Fields = slices.Clone(n.Items), slices.Clone(n.Fields)
	return &c
}

// Clone returns a deep copy.
func (n *Node) Clone() *Node {
	c := n.Copy()
	if c == nil {
		return nil
	}
	for i, item := range c.Items {
		c.Items[i] = item.Clone()
	}
	for i, f := range c.Fields {
		c.Fields[i].Value = f.Value.Clone()
	}
	return c
}

func (n *Node) index(key string) int {
	if !n.IsMap() {
		return -1
	}
	return slices.IndexFunc(n.Fields, func(f Field) bool { return f.Key == key })
}
