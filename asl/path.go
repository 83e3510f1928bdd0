package asl

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxPathLength bounds the work that a path may cost.
const maxPathLength = 4096

// root says what a path starts from.
type root uint8

const (
	inputRoot    root = iota // $: the state's data
	contextRoot              // $$: the context object
	variableRoot             // $name: a variable
)

// path is a compiled JSONPath. Step Functions reads paths with Jayway JsonPath, so what is taken and what it means is Jayway's, not RFC 9535's
// (docs/decisions/0024).
type path struct {
	text     string
	root     root
	variable string
	steps    []step
}

// step is one token of a path: what it selects from each value that the steps before it selected.
type step struct {
	kind  stepKind
	deep  bool     // after ..: from every object and list inside, too
	names []string // of a property; several make one object of these fields
	index []int
	from  *int // of a slice; nil: from the start
	to    *int // nil: to the end
	where filter
}

type stepKind uint8

const (
	property stepKind = iota
	element
	slice
	wildcard
	filtered
)

// definite reports whether the step selects one value at most.
func (s step) definite(last bool) bool {
	switch {
	case s.deep:
		return false
	case s.kind == property:
		return len(s.names) == 1 || last
	default:
		return s.kind == element && len(s.index) == 1
	}
}

// definite paths have one value or fail; any other gives a list, which may be empty.
func (p *path) definite() bool {
	for i, s := range p.steps {
		if !s.definite(i == len(p.steps)-1) {
			return false
		}
	}
	return true
}

// parsePath compiles text.
func parsePath(text string) (*path, error) {
	switch {
	case len(text) > maxPathLength:
		return nil, fmt.Errorf("the path is longer than %d bytes", maxPathLength)
	case !utf8.ValidString(text):
		return nil, errors.New("the path is not valid UTF-8")
	}
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "$") {
		return nil, fmt.Errorf("%q is not a path; a path starts with $ (the state's data), $$ (the context object) or $name (a variable)", text)
	}
	p, rest, err := pathFrom(trimmed, nameEnd)
	if err == nil && rest != "" {
		err = fmt.Errorf("unexpected %q", rest)
	}
	if err != nil {
		return nil, fmt.Errorf("path %q: %w", text, err)
	}
	return p, nil
}

// pathFrom reads the path that text starts with. ends are the characters that end a name after a dot.
func pathFrom(text, ends string) (p *path, rest string, err error) {
	p = &path{}
	rest = text[1:]
	switch name := leadingName(rest); {
	case strings.HasPrefix(rest, "$"):
		p.root, rest = contextRoot, rest[1:]
	case name != "":
		p.root, p.variable, rest = variableRoot, name, rest[len(name):]
	}
	r := pathReader{text: rest, ends: ends}
	p.steps, err = r.steps()
	p.text = text[:len(text)-len(r.text)]
	return p, r.text, err
}

// The characters that end a name after a dot: in a path, in an argument of an intrinsic function, and in a filter.
const (
	nameEnd         = ".[( \t\r\n"
	nameEndArgument = nameEnd + ",)"
	nameEndFilter   = nameEndArgument + "=<>!&|~]"
)

// leadingName is the name of a variable at the front of text.
func leadingName(text string) string {
	for i, r := range text {
		if !variableRune(r, i == 0) {
			return text[:i]
		}
	}
	return text
}

// parseReference compiles a path that can name one place only ("Reference Paths" in the specification).
func parseReference(text string) (*path, error) {
	p, err := parsePath(text)
	if err != nil {
		return nil, err
	}
	for _, s := range p.steps {
		if s.deep || len(s.names) > 1 || s.kind != property && (s.kind != element || len(s.index) > 1) {
			return nil, fmt.Errorf("path %q can select several values; a reference path names one place, with . and [ ] only", text)
		}
	}
	return p, nil
}

// pathReader takes a path apart, from the front of text.
type pathReader struct {
	text  string
	ends  string // what ends a name after a dot
	depth int    // of filters inside filters
}

// steps reads to the end of the path: the end of the text, or what cannot go on a path.
func (r *pathReader) steps() ([]step, error) {
	var steps []step
	for r.text != "" && (r.text[0] == '.' || r.text[0] == '[') {
		s := step{}
		if strings.HasPrefix(r.text, "..") {
			s.deep = true
			r.text = r.text[2:]
		} else {
			r.text = strings.TrimPrefix(r.text, ".")
		}
		var err error
		if strings.HasPrefix(r.text, "[") {
			err = r.bracket(&s)
		} else {
			err = r.name(&s)
		}
		if err != nil {
			return steps, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// name reads what follows a dot: * or a property's name, to the next . [ ( or blank.
func (r *pathReader) name(s *step) error {
	name, rest := r.dotted()
	r.text = rest
	switch {
	case name == "":
		return errors.New("a name is missing after the dot")
	case strings.HasPrefix(r.text, "("):
		return r.function(name)
	case r.ends == nameEnd && strings.HasPrefix(r.text, " "):
		return fmt.Errorf("a blank after %q; write a name with blanks as ['the name']", name)
	case name == "*":
		s.kind = wildcard
	default:
		s.names = []string{name}
	}
	return nil
}

// dotted takes a name off the front. A backslash takes the special meaning from the character after it ("Reference Paths" in the specification:
// $.store\.book).
func (r *pathReader) dotted() (name, rest string) {
	if end := strings.IndexAny(r.text, r.ends+`\\`); end < 0 {
		return r.text, ""
	} else if r.text[end] != '\\' {
		return r.text[:end], r.text[end:]
	}
	var plain strings.Builder
	for i := 0; i < len(r.text); i++ {
		if strings.IndexByte(r.ends, r.text[i]) >= 0 {
			return plain.String(), r.text[i:]
		}
		if r.text[i] == '\\' && i+1 < len(r.text) {
			i++
		}
		plain.WriteByte(r.text[i])
	}
	return plain.String(), ""
}

// pathFunction is a path's end that is a call, such as length(). Step Functions takes none at the end of a path, a filter two.
type pathFunction string

func (f pathFunction) Error() string {
	return fmt.Sprintf("functions such as %s() cannot be used in a path; use an intrinsic function such as States.ArrayLength", string(f))
}

func (r *pathReader) function(name string) error {
	if rest, ok := strings.CutPrefix(r.text, "()"); r.depth > 0 && ok && (name == "length" || name == "size") {
		r.text = rest
	}
	return pathFunction(name)
}
