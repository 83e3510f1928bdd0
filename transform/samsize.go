package transform

import "github.com/attini-go/runner/internal/cfn"

// samSize is the size of a value in the definition that SAM writes of it: JSON in ASCII
// with four blanks a level, of which each line becomes a text of the template (SAM,
// samtranslator/model/stepfunctions/generators.py, _build_definition_string).
type samSize struct {
	bytes int
	// breaks are the line breaks in bytes, escapes the characters that get a backslash
	// in the template.
	breaks, escapes int
}

// inTemplate is the size of the definition as a list of texts in a template.
func (s samSize) inTemplate() int { return s.bytes + s.escapes + 2*s.breaks + len(`""`) }

// measure measures a value at a level of nesting.
func measure(n *cfn.Node, level int) samSize {
	var s samSize
	s.add(n, level)
	return s
}

const samIndent = 4

func (s *samSize) add(n *cfn.Node, level int) {
	switch {
	case n.IsMap():
		s.members(len(n.Fields), level, func(i int) {
			s.text(n.Fields[i].Key)
			s.bytes += len(": ")
			s.add(n.Fields[i].Value, level+1)
		})
	case n.IsList():
		s.members(len(n.Items), level, func(i int) { s.add(n.Items[i], level+1) })
	case n.IsString():
		s.text(n.Text)
	default:
		s.bytes += n.JSONSize()
	}
}

// members measures what stands between brackets.
func (s *samSize) members(count, level int, member func(i int)) {
	s.bytes += len("{}")
	if count == 0 {
		return
	}
	for i := range count {
		if i > 0 {
			s.bytes += len(",")
		}
		s.line(level + 1)
		member(i)
	}
	s.line(level)
}

func (s *samSize) line(level int) {
	s.bytes += len("\n") + samIndent*level
	s.breaks++
}

// text measures a JSON text in ASCII.
func (s *samSize) text(text string) {
	s.bytes += len(`""`)
	s.escapes += len(`""`)
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			s.bytes += 2
			s.escapes += 2
		case r == '\n' || r == '\r' || r == '\t' || r == '\b' || r == '\f':
			s.bytes += 2
			s.escapes++
		case r < ' ' || r > '~' && r <= 0xFFFF:
			s.bytes += len(`\u0000`)
			s.escapes++
		case r > 0xFFFF:
			s.bytes += 2 * len(`\u0000`)
			s.escapes += 2
		default:
			s.bytes++
		}
	}
}
