package asl

import (
	"fmt"
	"strings"
)

// maxSelected bounds what one path may look at on its way: chained searches, and those in filters, multiply.
const maxSelected = 1_000_000

// missingError reports a definite path that names no value. Which failure that is depends on the field that has the path.
type missingError struct {
	path   *path
	reason string // in the words of Jayway's messages
}

func (e *missingError) Error() string { return fmt.Sprintf("path %q was not found", e.path.text) }

// invalid is the failure of a field whose path has to name something.
func (e *missingError) invalid() *Error {
	return failure(Runtime, "Invalid path '%s' : %s", e.path.text, e.reason)
}

// missing tells which step found nothing.
func (p *path) missing(step int, value any) *missingError {
	if _, isObject := value.(*Object); isObject && step < len(p.steps)-1 && p.steps[step].kind == property {
		return &missingError{p, "Missing property in path " + bracketed(p.steps[:step+1])}
	}
	return &missingError{p, "No results for path: " + bracketed(p.steps)}
}

// find evaluates p in s. A definite path gives the one value it names, or a [*missingError]; any other gives the list of all values it selects,
// perhaps an empty one, in the order of the document.
func (p *path) find(s *scope) (any, error) { return p.findWithin(s, &budget{left: maxSelected}) }

// budget is what a path may still look at, with all the paths in its filters.
type budget struct{ left int }

func (b *budget) spend() bool {
	b.left--
	return b.left >= 0
}

func (p *path) findWithin(s *scope, b *budget) (any, error) {
	start, ok := s.root(p)
	if !ok {
		return nil, &missingError{p, "the variable $" + p.variable + " has no value"}
	}
	if p.definite() {
		return p.one(start)
	}
	f := finder{root: start, budget: b}
	f.walk(start, p.steps)
	if b.left < 0 {
		return nil, failure(DataLimitExceeded, "path %q selects more than %d values", p.text, maxSelected)
	}
	if f.found == nil {
		f.found = []any{}
	}
	return f.found, nil
}

func (p *path) one(value any) (any, error) {
	for i, s := range p.steps {
		next, ok := s.get(value)
		if !ok {
			return nil, p.missing(i, value)
		}
		value = next
	}
	return value, nil
}

// get takes the one value of a definite step.
func (s step) get(value any) (any, bool) {
	if s.kind == property {
		o, ok := value.(*Object)
		if !ok {
			return nil, false
		}
		if len(s.names) == 1 {
			return o.Get(s.names[0])
		}
		some := NewObject(len(s.names))
		for _, name := range s.names {
			if field, ok := o.Get(name); ok {
				some.Set(name, field)
			}
		}
		return some, true
	}
	items, ok := value.([]any)
	if !ok {
		return nil, false
	}
	return at(items, s.index[0])
}

// at is an element, counted from the end if i is negative.
func at(items []any, i int) (any, bool) {
	if i < 0 {
		i += len(items)
	}
	if i < 0 || i >= len(items) {
		return nil, false
	}
	return items[i], true
}

// finder collects what an indefinite path selects. What does not fit a step (a property of a list, an element of an object) selects nothing.
type finder struct {
	root   any
	found  []any
	budget *budget
}

func (f *finder) walk(value any, steps []step) {
	if !f.budget.spend() {
		return
	}
	if len(steps) == 0 {
		f.found = append(f.found, value)
		return
	}
	f.step(value, steps[0], steps[1:])
	if steps[0].deep {
		for child := range children(value) {
			switch child.(type) {
			case *Object, []any:
				f.walk(child, steps)
			}
		}
	}
}

// step selects from one value and goes on with the rest of the path.
func (f *finder) step(value any, s step, rest []step) {
	switch s.kind {
	case property:
		f.property(value, s, rest)
	case wildcard:
		for child := range children(value) {
			f.walk(child, rest)
		}
	case filtered:
		items, isList := value.([]any)
		if !isList {
			// Jayway asks an object itself, not its fields.
			if _, isObject := value.(*Object); isObject && s.where.holds(value, f.root, f.budget) {
				f.walk(value, rest)
			}
			return
		}
		for _, item := range items {
			if f.budget.spend() && s.where.holds(item, f.root, f.budget) {
				f.walk(item, rest)
			}
		}
	default:
		items, _ := value.([]any)
		for _, item := range s.elements(items) {
			f.walk(item, rest)
		}
	}
}

func (f *finder) property(value any, s step, rest []step) {
	o, ok := value.(*Object)
	if !ok {
		return
	}
	if len(s.names) > 1 && len(rest) == 0 {
		some, _ := s.get(o)
		f.walk(some, rest)
		return
	}
	for _, name := range s.names {
		if field, ok := o.Get(name); ok {
			f.walk(field, rest)
		}
	}
}

// elements are those that the indexes or the slice name and the list has.
func (s step) elements(items []any) []any {
	if s.kind == element {
		var some []any
		for _, i := range s.index {
			if item, ok := at(items, i); ok {
				some = append(some, item)
			}
		}
		return some
	}
	bound := func(limit *int, otherwise int) int {
		if limit == nil {
			return otherwise
		}
		i := *limit
		if i < 0 {
			i += len(items)
		}
		return min(max(i, 0), len(items))
	}
	from, to := bound(s.from, 0), bound(s.to, len(items))
	if from >= to {
		return nil
	}
	return items[from:to]
}

// children yields an object's values or a list's items.
func children(value any) func(yield func(any) bool) {
	return func(yield func(any) bool) {
		switch value := value.(type) {
		case []any:
			for _, child := range value {
				if !yield(child) {
					return
				}
			}
		case *Object:
			for _, child := range value.All() {
				if !yield(child) {
					return
				}
			}
		}
	}
}

// bracketed writes the steps of a definite path as Jayway's messages do: $['a'][0]['b'].
func bracketed(steps []step) string {
	var text strings.Builder
	text.WriteByte('$')
	for _, s := range steps {
		if s.kind == property {
			fmt.Fprintf(&text, "['%s']", strings.Join(s.names, "','"))
		} else {
			fmt.Fprintf(&text, "[%d]", s.index[0])
		}
	}
	return text.String()
}
