package cfn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// read reads a file that is YAML, with places.
func (r *yamlReader) read(data []byte) (*Node, problem.List) {
	if root := parseQuick(data, r.isData); root != nil {
		return root, nil
	}
	document, found := parse(data)
	if found != nil {
		return nil, problem.List{*found}
	}
	root := r.node(document, 0)
	if r.firstAlias != nil && !r.isData && !r.problems.HasErrors() {
		r.problems.Add(aliasRefused(r.firstAlias))
	}
	return root, r.problems
}

// aliasRefused is said once: it is true of every alias of a template.
func aliasRefused(y *yaml.Node) problem.Problem {
	return problem.Problem{
		Severity: problem.Warning, Rule: "alias", Place: yamlPlace(y),
		Message: fmt.Sprintf("*%s is an alias, which CloudFormation itself refuses (\"YAML aliases are not allowed in CloudFormation templates\")", wording.Brief(y.Value)),
		Advice:  "Write the value out where it is used, or deploy what \"aws cloudformation package\" or \"sam package\" makes of the template.",
	}
}

func empty() *problem.Problem {
	return syntaxError(problem.Place{Line: 1, Column: 1}, "the template is empty")
}

// parse turns the text into one YAML document, or the one reason why not.
func parse(data []byte) (*yaml.Node, *problem.Problem) {
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, syntaxError(problem.Place{}, err.Error())
	}
	var document, second yaml.Node
	switch err := load(loader, &document); {
	case errors.Is(err, io.EOF):
		return nil, empty()
	case err != nil:
		return nil, syntaxProblem(data, err)
	}
	switch err := load(loader, &second); {
	case err == nil:
		return nil, syntaxError(problem.Place{Line: second.Line, Column: max(second.Column, 1)}, "the file holds more than one YAML document, a template is one")
	case !errors.Is(err, io.EOF):
		return nil, syntaxProblem(data, err)
	}
	root := &document
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	if root.Kind == 0 || root.Kind == yaml.DocumentNode || isBlank(root) {
		return nil, empty()
	}
	return root, nil
}

// isBlank tells a document without a value, as after a lone ---.
func isBlank(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "" && y.Style == 0
}

// load guards against the YAML library alone, which gives some of its errors
// as panics: none of them may end the program for a text that a user wrote.
func load(loader *yaml.Loader, into *yaml.Node) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the YAML reader gave up: %v", reason)
		}
	}()
	return loader.Load(into)
}

// yamlReader makes Nodes of YAML nodes.
type yamlReader struct {
	// isData says that the text is not a template.
	isData   bool
	problems problem.List
	// nodes and bytes are what was read, aliases counted where they are used.
	nodes, bytes int
	// full is set once the template was reported as too large.
	full bool
	// firstAlias is nil while there was none.
	firstAlias *yaml.Node
	// open are the aliases that are being read, to find those that hold
	// themselves.
	open    map[*yaml.Node]bool
	builder builder
}

func (r *yamlReader) report(at *yaml.Node, rule, message string) {
	r.problems.Add(problem.Problem{Severity: problem.Error, Rule: rule, Message: message, Place: yamlPlace(at)})
}

func yamlPlace(y *yaml.Node) problem.Place { return problem.Place{Line: y.Line, Column: y.Column} }

func (r *yamlReader) node(y *yaml.Node, depth int) *Node {
	r.nodes++
	r.bytes += len(y.Value)
	if r.full || r.nodes > maxTemplateNodes || r.bytes > maxTemplateBytes || depth > maxTemplateDepth {
		if !r.full {
			r.full = true
			r.problems.Add(tooLarge(yamlPlace(y)))
		}
		return &Node{}
	}
	if y.Kind == yaml.AliasNode {
		return r.alias(y, depth)
	}
	switch tag := y.ShortTag(); {
	case r.isData && strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") && y.Tag != "!":
		r.report(y, "unknown-tag", y.Tag+" is for templates; write the value itself")
		return &Node{}
	case strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") && y.Tag != "!":
		return r.shortForm(y, y.Tag[1:], depth)
	case !isStandardTag(tag):
		r.report(y, "unknown-tag", fmt.Sprintf("CloudFormation knows no tag %s", tag))
		return &Node{}
	}
	return r.plain(y, depth)
}

// alias reads the value that an alias repeats, at the anchor's place.
func (r *yamlReader) alias(y *yaml.Node, depth int) *Node {
	if r.open[y.Alias] {
		r.report(y, "recursive-alias", fmt.Sprintf("*%s stands within the value that it names", y.Value))
		return &Node{}
	}
	if r.firstAlias == nil {
		r.firstAlias = y
	}
	if r.open == nil {
		r.open = map[*yaml.Node]bool{}
	}
	r.open[y.Alias] = true
	defer delete(r.open, y.Alias)
	return r.node(y.Alias, depth)
}

func isStandardTag(tag string) bool {
	switch tag {
	case "", "!", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!!timestamp", "!!merge":
		return true
	}
	return false
}

// plain reads a value without regard to a short form's tag.
func (r *yamlReader) plain(y *yaml.Node, depth int) *Node {
	n := r.builder.node()
	n.Place = yamlPlace(y)
	switch y.Kind {
	case yaml.SequenceNode:
		n.Kind, n.Items = List, make([]*Node, 0, len(y.Content))
		for _, item := range y.Content {
			n.Items = append(n.Items, r.node(item, depth+1))
		}
	case yaml.MappingNode:
		n.Kind, n.Fields = Map, make([]Field, 0, len(y.Content)/2)
		r.fields(n, y, depth)
	default:
		r.scalar(n, y)
	}
	return n
}

func (r *yamlReader) fields(n *Node, y *yaml.Node, depth int) {
	var seen keys
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		at := yamlPlace(key)
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		r.bytes += len(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || !isStandardTag(key.ShortTag()):
			r.problems.Add(problem.Problem{Severity: problem.Error, Rule: "key", Place: at, Message: "a key must be a plain text"})
			continue
		case key.ShortTag() == "!!merge":
			r.report(key, "merge-key", "merge keys (<<) are not supported by CloudFormation; write the entries out")
			continue
		}
		if !r.isData {
			r.checkKey(key, at)
		}
		if first := seen.find(n, key.Value); first >= 0 {
			r.problems.Add(duplicateKey(key.Value, n.Fields[first].Place, at))
			continue
		}
		n.Fields = append(n.Fields, Field{Key: key.Value, Value: r.node(value, depth+1), Place: at})
	}
}

// isTextKey reports whether a key without quotes and without a tag is a text to CloudFormation.
func isTextKey(text string) bool {
	var read Node
	plainScalar(&read, text)
	return read.Kind != Number && read.Kind != Bool
}

// checkKey reports a key that is not a text to CloudFormation, which refuses
// numbers: "map keys must be strings; received numeric".
func (r *yamlReader) checkKey(key *yaml.Node, at problem.Place) {
	read := &Node{}
	r.scalar(read, key)
	found := problem.Problem{
		Severity: problem.Error, Rule: "key", Place: at, Advice: "Write " + wording.Quote(key.Value) + ".",
		Fix: problem.Fix{Old: key.Value, New: `"` + key.Value + `"`},
	}
	switch read.Kind {
	case Number:
		found.Message = fmt.Sprintf("the key %s is a number, and CloudFormation takes only texts as keys", wording.Brief(key.Value))
	case Bool:
		found.Severity = problem.Warning
		found.Message = fmt.Sprintf("the key `%s` is the boolean %s to CloudFormation, which takes texts as keys", key.Value, read.Text)
	default:
		return
	}
	r.problems.Add(found)
}

// shortForm turns !Sub x into {"Fn::Sub": x}.
func (r *yamlReader) shortForm(y *yaml.Node, name string, depth int) *Node {
	if !slices.Contains(shortForms(), name) {
		message := fmt.Sprintf("!%s is no short form of an intrinsic function", name)
		found := problem.Problem{Severity: problem.Error, Rule: "unknown-tag", Place: yamlPlace(y)}
		if near := wording.Nearest(name, shortForms()); near != "" {
			message += fmt.Sprintf("; did you mean !%s?", near)
			found.Fix = problem.Fix{Old: "!" + name, New: "!" + near}
		}
		found.Message = message
		r.problems.Add(found)
		return &Node{}
	}
	argument := r.plain(y, depth+1)
	if y.Kind == yaml.ScalarNode {
		argument.Kind, argument.Text, argument.Written = String, y.Value, ""
	}
	return longForm(name, argument)
}

// longForm is the function that a short form stands for.
func longForm(name string, argument *Node) *Node {
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

// shortForms are the names that CloudFormation takes after an exclamation
// mark, the functions of the Rules section and of AWS::LanguageExtensions
// included.
func shortForms() []string {
	return []string{
		"And", "Base64", "Cidr", "Condition", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap",
		"GetAZs", "GetAtt", "If", "ImportValue", "Join", "Length", "Not", "Or", "Ref", "RefAll", "Select", "Split",
		"Sub", "ToJsonString", "Transform", "ValueOf", "ValueOfAll",
	}
}
