package asl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/theory/jsonpath"
	"github.com/theory/jsonpath/spec"
)

// maxPathLength bounds what is given to the path parser, which recurses on nested parentheses.
const maxPathLength = 4096

// path is a compiled JSONPath: "$.a.b" selects from the state's data, "$$.Execution.Id" from the context object.
type path struct {
	text     string
	context  bool // starts with $$
	segments []*spec.Segment
	definite int // how many leading segments name exactly one place each
}

// parsePath compiles text.
func parsePath(text string) (*path, error) {
	if len(text) > maxPathLength {
		return nil, fmt.Errorf("the path is longer than %d bytes", maxPathLength)
	}
	if !utf8.ValidString(text) {
		return nil, errors.New("the path is not valid UTF-8")
	}
	if !strings.HasPrefix(text, "$") {
		return nil, fmt.Errorf("%q is not a path: a path starts with $ (the state's data) or $$ (the context object)", text)
	}
	p := &path{text: text}
	rest := text
	if after, ok := strings.CutPrefix(text, "$$"); ok {
		p.context, rest = true, "$"+after
	}
	standard, err := standardPath(rest)
	if err != nil {
		return nil, fmt.Errorf("path %q: %w", text, err)
	}
	compiled, err := jsonpath.Parse(standard)
	if err != nil {
		return nil, fmt.Errorf("path %q: %s", text, strings.TrimPrefix(err.Error(), "jsonpath: "))
	}
	p.segments = compiled.Query().Segments()
	for _, segment := range p.segments {
		if severalNames(segment) {
			return nil, fmt.Errorf("path %q: several names in one pair of brackets are not supported by a local run; "+
				"select the fields one by one", text)
		}
	}
	for p.definite < len(p.segments) && one(p.segments[p.definite]) {
		p.definite++
	}
	return p, nil
}

// standardPath turns the notation Step Functions accepts into RFC 9535's: a name after a dot may hold any character but . [ ( and space there
// ($.my-key, $.1st), while the RFC wants such a name in brackets.
func standardPath(text string) (string, error) {
	var standard strings.Builder
	standard.WriteByte('$')
	for rest := text[1:]; rest != ""; {
		if rest[0] == '[' {
			end, err := bracketEnd(rest)
			if err != nil {
				return "", err
			}
			standard.WriteString(rest[:end])
			rest = rest[end:]
			continue
		}
		if rest[0] != '.' {
			if standard.Len() == 1 {
				return "", fmt.Errorf("after $ comes . or [, not %q: Assign variables are not supported by a local run", rest)
			}
			return "", fmt.Errorf("unexpected %q: want . or [", rest)
		}
		dots := "."
		if strings.HasPrefix(rest, "..") {
			dots = ".."
		}
		rest = rest[len(dots):]
		if dots == ".." && strings.HasPrefix(rest, "[") {
			standard.WriteString(dots)
			continue
		}
		var name string
		name, rest = dottedName(rest)
		switch {
		case name == "":
			return "", fmt.Errorf("a name is missing after %q", dots)
		case strings.HasPrefix(rest, "("):
			return "", fmt.Errorf("path functions such as %s() are not supported; use an intrinsic function such as States.ArrayLength", name)
		case name == "*" || plainName(name):
			standard.WriteString(dots + name)
		case dots == "..":
			standard.WriteString("..[" + quoteName(name) + "]")
		default:
			standard.WriteString("[" + quoteName(name) + "]")
		}
	}
	return standard.String(), nil
}

// dottedName reads a name up to the next . [ ( or space; a backslash takes the special meaning from the character after it ("Reference Paths"
// in the specification: $.store\.book).
func dottedName(text string) (name, rest string) {
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		if strings.IndexByte(".[( \t\r\n", text[i]) >= 0 {
			return plain.String(), text[i:]
		}
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		plain.WriteByte(text[i])
	}
	return plain.String(), ""
}

// bracketEnd finds the end of the bracketed part that text starts with, past quotes and nested brackets.
func bracketEnd(text string) (int, error) {
	depth := 0
	var quote byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, errors.New("a bracket [ is not closed")
}

// plainName reports whether the parser takes name after a dot. It takes the three constants for something else.
func plainName(name string) bool {
	if name == "true" || name == "false" || name == "null" {
		return false
	}
	for i, c := range name {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
		if !letter && (i == 0 || c < '0' || '9' < c) {
			return false
		}
	}
	return name != ""
}

// quoteName writes name as an RFC 9535 string literal.
func quoteName(name string) string {
	var quoted strings.Builder
	quoted.WriteByte('\'')
	for _, c := range name {
		switch {
		case c == '\'' || c == '\\':
			quoted.WriteByte('\\')
			quoted.WriteRune(c)
		case c < 0x20:
			fmt.Fprintf(&quoted, `\u%04x`, c)
		default:
			quoted.WriteRune(c)
		}
	}
	quoted.WriteByte('\'')
	return quoted.String()
}

// one reports whether segment names exactly one place.
func one(segment *spec.Segment) bool {
	return !segment.IsDescendant() && len(segment.Selectors()) == 1 && single(segment.Selectors()[0])
}

func single(selector spec.Selector) bool {
	switch selector.(type) {
	case spec.Name, spec.Index:
		return true
	default:
		return false
	}
}

// severalNames reports a union with a name in it, ['a','b']: the service answers an object there and the RFC a list.
func severalNames(segment *spec.Segment) bool {
	return len(segment.Selectors()) > 1 && slices.ContainsFunc(segment.Selectors(), func(selector spec.Selector) bool {
		_, name := selector.(spec.Name)
		return name
	})
}

// singular reports whether the path can select one value at most.
func (p *path) singular() bool { return p.definite == len(p.segments) }
