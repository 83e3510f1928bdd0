package schema

import (
	"regexp"
	"slices"
	"sync"
)

// kind is the type of a property's value.
type kind uint8

const (
	text       kind = iota // a string
	integer                // a whole number, or a string that holds one
	textList               // a list of strings
	idList                 // a list of strings, or one string separated by commas
	nameOrList             // a string, or a list of strings
	object                 // an object with properties of its own
	anyObject              // an object whose content is not checked
)

// property describes one property in the words of the documentation. Reading,
// defaults, checks and the JSON Schema all follow it.
type property struct {
	name        string
	kind        kind
	description string
	required    bool
	// writtenOut refuses intrinsic functions and dynamic references, where
	// CloudFormation or the macro must know the value at once.
	writtenOut bool
	// least, most and unit bound an integer.
	least, most int
	unit        string
	// allowed lists the values of a text. With a pattern too, a text may
	// be either.
	allowed []string
	// truths are the allowed values that a boolean means, by true and false.
	// unquoted is one that CloudFormation reads as a boolean without quotes.
	truths   map[string]string
	unquoted string
	// pattern is a regular expression that a text, or each item of a list,
	// matches; shape says so in words.
	pattern, shape string
	expression     *regexp.Regexp
	// maxItems bounds a list; 0 means unbounded. emptyList allows none.
	maxItems  int
	emptyList bool
	// fallback is the documented default; nil for none.
	fallback any
	// of describes an object's properties, exclusive the pairs of them that
	// cannot be combined.
	of        []property
	exclusive [][2]string
}

// described is the whole description, its expressions compiled. Nobody
// changes it.
var described = sync.OnceValue(func() property { return compiled(resourceDescription()) })

func compiled(p property) property {
	if p.pattern != "" {
		p.expression = regexp.MustCompile(p.pattern)
	}
	p.of = slices.Clone(p.of)
	for i := range p.of {
		p.of[i] = compiled(p.of[i])
	}
	return p
}

// allows reports whether a text is one of the allowed ones, and of the shape.
func (p property) allows(value string) bool {
	if slices.Contains(p.allowed, value) {
		return true
	}
	if p.expression != nil {
		return p.expression.MatchString(value)
	}
	return len(p.allowed) == 0
}

// takesNumbers reports whether a plain number is taken for a text: where its
// digits are a value that the property allows. The attributes of a resource
// are strings to CloudFormation.
func (p property) takesNumbers() bool { return !p.writtenOut && p.allows("1") }

// names lists the properties of an object.
func (p property) names() []string {
	names := make([]string, len(p.of))
	for i, inside := range p.of {
		names[i] = inside.name
	}
	return names
}
