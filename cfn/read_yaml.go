package cfn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/attini-go/runner/problem"
)

// Bounds of a template. CloudFormation takes at most 1 MB and refuses much
// less nesting; the node bound stops aliases that multiply.
const (
	maxTemplateBytes = 10 << 20
	maxTemplateNodes = 1_000_000
	maxTemplateDepth = 200
)

// Read reads a template file, YAML or JSON, with the place of every value.
// Short forms of intrinsic functions become their long forms; what CloudFormation
// reads as text stays text, such as account ids with a leading zero and dates.
// The node is nil when there is an Error.
func Read(data []byte) (*Node, problem.List) {
	document, found := parse(data)
	if found != nil {
		return nil, problem.List{*found}
	}
	reader := &yamlReader{}
	root := reader.node(document, 0)
	if !reader.problems.HasErrors() && !root.IsMap() {
		reader.report(document, "not-an-object", fmt.Sprintf("a template is an object with Resources, this is a %s", root.Kind))
	}
	if reader.problems.HasErrors() {
		return nil, reader.problems.Sorted()
	}
	return root, reader.problems
}

// parse turns the text into one YAML document, or the one reason why not.
func parse(data []byte) (*yaml.Node, *problem.Problem) {
	switch {
	case len(data) > maxTemplateBytes:
		return nil, unreadable(problem.Place{}, fmt.Sprintf("the template has %d bytes, more than the %d that are read", len(data), maxTemplateBytes))
	case !utf8.Valid(data):
		return nil, unreadable(place(data, firstInvalid(data)), "the template is not UTF-8 text")
	}
	loader, err := yaml.NewLoader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if err != nil {
		return nil, unreadable(problem.Place{}, err.Error())
	}
	var document, second yaml.Node
	switch err := loader.Load(&document); {
	case errors.Is(err, io.EOF):
		return nil, unreadable(problem.Place{Line: 1, Column: 1}, "the template is empty")
	case err != nil:
		return nil, syntaxError(err)
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return nil, unreadable(problem.Place{Line: second.Line, Column: max(second.Column, 1)}, "the file holds more than one YAML document, a template is one")
	case !errors.Is(err, io.EOF):
		return nil, syntaxError(err)
	}
	if document.Kind == yaml.DocumentNode && len(document.Content) == 1 {
		return document.Content[0], nil
	}
	if document.Kind == 0 || document.Kind == yaml.DocumentNode {
		return nil, unreadable(problem.Place{Line: 1, Column: 1}, "the template is empty")
	}
	return &document, nil
}

func unreadable(at problem.Place, message string) *problem.Problem {
	return &problem.Problem{Severity: problem.Error, Rule: "unreadable", Place: at, Message: message}
}

func syntaxError(err error) *problem.Problem {
	var located *yaml.LoadError
	if errors.As(err, &located) {
		message := located.Message
		if located.ContextMsg != "" {
			message = located.ContextMsg + ": " + message
		}
		return unreadable(problem.Place{Line: located.Mark.Line, Column: located.Mark.Column}, "the template is not YAML: "+message)
	}
	return unreadable(problem.Place{}, "the template is not YAML: "+err.Error())
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(data)
}

func place(data []byte, offset int) problem.Place {
	before := data[:offset]
	return problem.Place{Line: 1 + bytes.Count(before, []byte("\n")), Column: offset - bytes.LastIndexByte(before, '\n')}
}

type yamlReader struct {
	problems problem.List
	nodes    int
	full     bool
}

func (r *yamlReader) report(at *yaml.Node, rule, message string) {
	r.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: rule, Message: message,
		Place: problem.Place{Line: at.Line, Column: at.Column},
	})
}

func (r *yamlReader) node(y *yaml.Node, depth int) *Node {
	r.nodes++
	if r.nodes > maxTemplateNodes || depth > maxTemplateDepth {
		if !r.full {
			r.full = true
			r.report(y, "too-large", fmt.Sprintf("the template nests deeper than %d or has more than %d values, aliases counted where they are used", maxTemplateDepth, maxTemplateNodes))
		}
		return &Node{}
	}
	if y.Kind == yaml.AliasNode {
		return r.node(y.Alias, depth+1)
	}
	if name, short := strings.CutPrefix(y.Tag, "!"); short && !strings.HasPrefix(name, "!") {
		return r.shortForm(y, name, depth)
	}
	return r.plain(y, depth)
}

// plain reads a value without regard to a short form's tag.
func (r *yamlReader) plain(y *yaml.Node, depth int) *Node {
	n := &Node{Place: problem.Place{Line: y.Line, Column: y.Column}}
	switch y.Kind {
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			n.Items = append(n.Items, r.node(item, depth+1))
		}
	case yaml.MappingNode:
		n.Kind = Map
		r.fields(n, y, depth)
	default:
		n.Kind, n.Text = scalar(y)
	}
	return n
}

func (r *yamlReader) fields(n *Node, y *yaml.Node, depth int) {
	seen := make(map[string]bool, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			r.report(key, "key", "a key must be a plain text")
			continue
		case key.Tag == "!!merge":
			r.report(key, "merge-key", "merge keys (<<) are not supported by CloudFormation; write the entries out")
			continue
		case seen[key.Value]:
			r.report(key, "duplicate-key", fmt.Sprintf("%q is there twice in one object", key.Value))
			continue
		}
		seen[key.Value] = true
		n.Fields = append(n.Fields, Field{
			Key: key.Value, Value: r.node(value, depth+1),
			Place: problem.Place{Line: key.Line, Column: key.Column},
		})
	}
}

// shortForm turns !Sub x into {"Fn::Sub": x}.
func (r *yamlReader) shortForm(y *yaml.Node, name string, depth int) *Node {
	if !isShortForm(name) {
		r.report(y, "unknown-tag", fmt.Sprintf("!%s is no short form of an intrinsic function", name))
		return &Node{}
	}
	argument := r.plain(y, depth)
	if y.Kind == yaml.ScalarNode {
		argument.Kind, argument.Text = String, y.Value
	}
	key := "Fn::" + name
	switch name {
	case "Ref", "Condition":
		key = name
	case "GetAtt":
		if resource, attribute, ok := strings.Cut(argument.Text, "."); ok && argument.IsString() {
			argument = &Node{Kind: List, Place: argument.Place, Items: []*Node{
				{Kind: String, Text: resource, Place: argument.Place},
				{Kind: String, Text: attribute, Place: argument.Place},
			}}
		}
	}
	return &Node{Kind: Map, Place: argument.Place, Fields: []Field{{Key: key, Value: argument, Place: argument.Place}}}
}

func isShortForm(name string) bool {
	switch name {
	case "Ref", "Condition", "GetAtt", "Sub", "Join", "Split", "Select", "If", "And", "Or", "Not", "Equals",
		"FindInMap", "Base64", "Cidr", "GetAZs", "ImportValue", "Transform", "Length", "ToJsonString":
		return true
	}
	return false
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// scalar keeps as text all that JSON could not hold as it is written: what
// only YAML takes for a number (0644, 0x1F, 1_000), a date or .inf.
func scalar(y *yaml.Node) (Kind, string) {
	switch y.ShortTag() {
	case "!!null":
		return Null, ""
	case "!!bool":
		if value := strings.ToLower(y.Value); value == "true" || value == "false" {
			return Bool, value
		}
	case "!!int", "!!float":
		if jsonNumber.MatchString(y.Value) {
			return Number, y.Value
		}
	}
	return String, y.Value
}
