package cfn

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/attini-go/runner/internal/problem"
)

// Bounds of a template. CloudFormation takes at most 1 MB and refuses much
// less nesting; the bounds on values and bytes stop aliases that multiply.
const (
	maxServiceBytes  = 1_000_000
	maxTemplateBytes = 10 << 20
	maxTemplateNodes = 1_000_000
	maxTemplateDepth = 200
)

// Read reads a template file, YAML or JSON, with the place of every value.
// Short forms of intrinsic functions become their long forms; a scalar is what
// CloudFormation reads, so yes is true and an account id with a leading zero a
// number, and Written has the text of it.
// The node is nil when there is an Error.
func Read(data []byte) (*Node, problem.List) { return read(data, &yamlReader{}) }

func read(data []byte, reader *yamlReader) (*Node, problem.List) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if found := encodingProblem(data); found != nil {
		return nil, problem.List{*found}
	}
	root, problems := readText(data, reader)
	if problems.HasErrors() {
		return nil, problems.Sorted()
	}
	if !root.IsMap() {
		return nil, problem.List{{
			Severity: problem.Error, Rule: "not-an-object", Place: root.Place,
			Message: fmt.Sprintf("a template is an object with Resources, this is %s", root.Kind.article()),
		}}
	}
	if len(data) > maxServiceBytes {
		problems.Add(problem.Problem{
			Severity: problem.Warning, Rule: "template-size",
			Message: fmt.Sprintf("the template has %d bytes, CloudFormation takes at most 1 MB", len(data)),
		})
	}
	return root, problems.Sorted()
}

// readText reads JSON as JSON, as CloudFormation does: not all of its escapes
// are YAML's, and a forgotten comma would make YAML of it. Everything else is
// YAML, also an object in flow style with plain keys.
func readText(data []byte, reader *yamlReader) (*Node, problem.List) {
	text := bytes.TrimLeft(data, " \t\r\n")
	if inner, isObject := bytes.CutPrefix(text, []byte("{")); isObject {
		inner = bytes.TrimLeft(inner, " \t\r\n")
		if len(inner) == 0 || inner[0] == '"' || inner[0] == '}' {
			return readPlacedJSON(data)
		}
	}
	return reader.read(data)
}

// encodingProblem says why data is not a text that a reader should be given.
func encodingProblem(data []byte) *problem.Problem {
	switch {
	case len(data) > maxTemplateBytes:
		return syntaxError(problem.Place{}, fmt.Sprintf("the template has %d bytes, more than the %d that are read", len(data), maxTemplateBytes))
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return syntaxError(problem.Place{Line: 1, Column: 1}, "the template is UTF-16 text; save it as UTF-8")
	}
	for offset := 0; offset < len(data); {
		if c := data[offset]; c >= ' ' && c < 0x7f {
			offset++
			continue
		}
		r, size := utf8.DecodeRune(data[offset:])
		switch {
		case r == utf8.RuneError && size <= 1:
			return syntaxError(placeOf(data, offset), "the template is not UTF-8 text; save it as UTF-8")
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f:
			return syntaxError(placeOf(data, offset), fmt.Sprintf("the template holds the control character %U", r))
		}
		offset += size
	}
	return nil
}

// syntaxError is a text that is not a template at all: too large, not UTF-8,
// neither YAML nor JSON.
func syntaxError(at problem.Place, message string) *problem.Problem {
	return &problem.Problem{Severity: problem.Error, Rule: "unreadable", Place: at, Message: message}
}

// placeOf is the place of a byte; columns count characters.
func placeOf(data []byte, offset int) problem.Place {
	before := data[:offset]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return problem.Place{Line: 1 + bytes.Count(before, []byte("\n")), Column: 1 + utf8.RuneCount(line)}
}

func duplicateKey(key string, first, second problem.Place) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: "duplicate-key", Place: second,
		Message: fmt.Sprintf("%q is there twice in one object, first in line %d", key, first.Line),
	}
}

func tooLarge(at problem.Place) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: "too-large", Place: at,
		Message: fmt.Sprintf("the template nests deeper than %d, or has more than %d values or %d bytes, aliases counted where they are used", maxTemplateDepth, maxTemplateNodes, maxTemplateBytes),
	}
}
