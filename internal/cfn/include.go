package cfn

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/problem"
)

// includeMacro is the transform that puts a file of S3 in its place.
const includeMacro = "AWS::Include"

// TransformKey is the key under which an object names a transform that makes the
// object, or a part of it. CloudFormation runs it before the macros of the
// Transform section.
const TransformKey = "Fn::Transform"

// HasTransform reports whether a transform makes a part of a tree.
func HasTransform(n *Node) bool {
	for inside := range n.All() {
		if inside.Has(TransformKey) {
			return true
		}
	}
	return false
}

// ReadSnippet reads a file that AWS::Include puts into a template.
func ReadSnippet(data []byte) (*Node, problem.List) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if found := encodingProblem(data); found != nil {
		return nil, problem.List{*found}
	}
	root, problems := readText(data, &yamlReader{})
	return root, problems.Sorted()
}

// Include puts snippets in the places where the template includes them with
// AWS::Include, by what their locations end with: plan.yaml for
// s3://bucket/plans/plan.yaml. A snippet's values have the place of the
// Fn::Transform. unused are the keys that no location ends with.
func Include(template *Node, snippets map[string]*Node) (result *Node, unused []string) {
	i := includer{snippets, map[string]bool{}}
	result = i.section(i.node(template))
	for _, key := range slices.Sorted(maps.Keys(snippets)) {
		if !i.used[key] {
			unused = append(unused, key)
		}
	}
	return result, unused
}

type includer struct {
	snippets map[string]*Node
	used     map[string]bool
}

// find returns the snippet that a transform includes; nil when it was not given.
func (i includer) find(transform *Node) *Node {
	if transform.Get("Name").AsString() != includeMacro {
		return nil
	}
	location := transform.At("Parameters", "Location")
	if name, argument, _ := Intrinsic(location); name == "Fn::Sub" {
		sub, _ := ParseSub(argument) // a text that cannot be taken apart is compared as it is
		location = sub.Text
	}
	text := location.AsString()
	for _, key := range slices.Sorted(maps.Keys(i.snippets)) {
		if text == key || strings.HasSuffix(text, "/"+key) {
			i.used[key] = true
			return i.snippets[key]
		}
	}
	return nil
}

func (i includer) node(n *Node) *Node {
	if n == nil || n.IsScalar() {
		return n
	}
	result := *n
	result.Items, result.Fields = nil, nil
	for _, item := range n.Items {
		result.Items = append(result.Items, i.node(item))
	}
	for _, field := range n.Fields {
		snippet := (*Node)(nil)
		if field.Key == TransformKey {
			snippet = i.find(field.Value)
		}
		switch {
		case snippet == nil:
			result.Fields = append(result.Fields, Field{Key: field.Key, Value: i.node(field.Value), Place: field.Place})
		case snippet.IsMap():
			result.Fields = append(result.Fields, placed(snippet, field.Place).Fields...)
		default:
			return placed(snippet, field.Place)
		}
	}
	return &result
}

// section includes what the Transform section of a template names.
func (i includer) section(template *Node) *Node {
	transforms := template.Get("Transform")
	if !transforms.IsList() {
		return template
	}
	rest := &Node{Kind: List, Place: transforms.Place}
	for _, item := range transforms.Items {
		snippet := i.find(item)
		if !snippet.IsMap() {
			rest.Items = append(rest.Items, item)
			continue
		}
		template.Fields = append(template.Fields, placed(snippet, item.Place).Fields...)
	}
	template.Set("Transform", rest)
	return template
}

// placed returns a copy of a tree in which every value has one place.
func placed(n *Node, at problem.Place) *Node {
	result := n.Rebuild(func(child *Node) *Node { return placed(child, at) }).Copy()
	result.Place = at
	for i := range result.Fields {
		result.Fields[i].Place = at
	}
	return result
}
