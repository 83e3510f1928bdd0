package plantesting

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/attini-go/runner/asl"
)

// editor changes parts of a YAML text and keeps everything else, byte for byte: it
// changes the tree of nodes, which have the comments, and writes the lines of the entries
// that have changed.
type editor struct {
	lines []string
	root  *yaml.Node
	// compact says that lists are not indented below their keys.
	compact bool
	changed []step
	// additions are new last entries of cases.
	additions []step
}

// step is a node on the way from the root: an entry of an object, or of a list.
type step struct {
	// key is nil for an entry of a list.
	key, value *yaml.Node
	// block says that the entry begins a line of its own.
	block bool
}

func newEditor(text []byte, document *yaml.Node) *editor {
	e := &editor{lines: strings.SplitAfter(string(text), "\n"), root: document.Content[0]}
	for i := 0; i+1 < len(e.root.Content); i += 2 {
		if key, value := e.root.Content[i], e.root.Content[i+1]; key.Value == "cases" {
			e.compact = value.Column == key.Column
		}
	}
	return e
}

// find is the way to a case.
func (e *editor) find(c *Case) []step {
	for i := 0; i+1 < len(e.root.Content); i += 2 {
		key, list := e.root.Content[i], e.root.Content[i+1]
		if key.Value != "cases" {
			continue
		}
		steps := []step{{key, list, e.root.Style&yaml.FlowStyle == 0}}
		for _, item := range list.Content {
			if item.Line == c.Place.Line && item.Column == c.Place.Column && item.Kind == yaml.MappingNode {
				return append(steps, step{nil, item, list.Style&yaml.FlowStyle == 0})
			}
		}
	}
	return nil
}

// get is the node at the end of a way below a case; nil if there is none.
func (e *editor) get(steps []step, way []string) *yaml.Node {
	node := steps[len(steps)-1].value
	for _, name := range way {
		if node = child(node, name); node == nil {
			return nil
		}
	}
	return node
}

// child is an entry of an object by its key, or of a list by its index.
func child(node *yaml.Node, name string) *yaml.Node {
	if i := indexOf(node, name); i >= 0 {
		return node.Content[i]
	}
	return nil
}

func indexOf(node *yaml.Node, name string) int {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				return i + 1
			}
		}
	case yaml.SequenceNode:
		for i := range node.Content {
			if jsonIndex(i) == name {
				return i
			}
		}
	}
	return -1
}

func jsonIndex(i int) string { return string(jsonOf(i)) }

// setText sets a text, or removes the entry if the text is empty.
func (e *editor) setText(steps []step, way []string, text string) {
	if text == "" {
		e.set(steps, way, nil)
		return
	}
	e.set(steps, way, scalar(text))
}

// set puts a value at the end of a way, or removes what is there if value is nil.
func (e *editor) set(steps []step, way []string, value *yaml.Node) {
	steps = slices.Clone(steps)
	for _, name := range way[:len(way)-1] {
		node := steps[len(steps)-1].value
		i := indexOf(node, name)
		if i < 0 {
			return
		}
		steps = append(steps, stepTo(node, i))
	}
	parent := steps[len(steps)-1].value
	name := way[len(way)-1]
	switch i := indexOf(parent, name); {
	case i >= 0 && value != nil:
		old := parent.Content[i]
		if value != old {
			value.HeadComment, value.LineComment, value.FootComment = old.HeadComment, old.LineComment, old.FootComment
			value.Line, value.Column = old.Line, old.Column
		}
		parent.Content[i] = value
		e.change(append(steps, stepTo(parent, i)))
	case i >= 0:
		e.remove(steps, i)
	case value != nil && parent.Kind == yaml.MappingNode:
		added := step{scalar(name), value, true}
		if len(way) == 1 && parent.Style&yaml.FlowStyle == 0 {
			added.key.Line, added.key.Column = parent.Line, parent.Column
			e.additions = append(e.additions, added)
			return
		}
		parent.Content = append(parent.Content, added.key, value)
		e.change(steps)
	}
}

func stepTo(parent *yaml.Node, i int) step {
	s := step{value: parent.Content[i], block: parent.Style&yaml.FlowStyle == 0}
	if parent.Kind == yaml.MappingNode {
		s.key = parent.Content[i-1]
	}
	return s
}

// remove removes an entry of the last of the steps, and that one, too, if nothing is left
// in it.
func (e *editor) remove(steps []step, i int) {
	parent := steps[len(steps)-1].value
	if parent.Kind == yaml.MappingNode {
		parent.Content = slices.Delete(parent.Content, i-1, i+1)
	} else {
		parent.Content = slices.Delete(parent.Content, i, i+1)
	}
	if len(parent.Content) > 0 || len(steps) < 3 {
		e.change(steps)
		return
	}
	above := steps[len(steps)-2].value
	for i, node := range above.Content {
		if node == parent {
			e.remove(steps[:len(steps)-1], i)
			return
		}
	}
}

// removeFrom removes the entry of a list that is at a place.
func (e *editor) removeFrom(steps []step, way []string, line, column int) {
	steps = slices.Clone(steps)
	for _, name := range way {
		i := indexOf(steps[len(steps)-1].value, name)
		if i < 0 {
			return
		}
		steps = append(steps, stepTo(steps[len(steps)-1].value, i))
	}
	for i, node := range steps[len(steps)-1].value.Content {
		if node.Line == line && node.Column == column {
			e.remove(steps, i)
			return
		}
	}
}

// change notes that the last of the steps has changed: the innermost entry that begins a
// line is written anew.
func (e *editor) change(steps []step) {
	for i, s := range slices.Backward(steps) {
		if s.block && (s.key != nil || i == 1) && !slices.Contains(e.changed, s) {
			e.changed = append(e.changed, s)
			return
		} else if s.block && (s.key != nil || i == 1) {
			return
		}
	}
}

func scalar(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if strings.Contains(text, "\n") {
		node.Style = yaml.LiteralStyle
	}
	return node
}

// at is a part of a document as YAML; nil if nothing is there.
func (*Seen) at(text json.RawMessage, path string) *yaml.Node {
	document, err := asl.ParseDocument(text)
	if err != nil {
		return nil
	}
	value, ok, err := document.Find(path)
	if err != nil || !ok {
		return nil
	}
	var node yaml.Node
	if yaml.Unmarshal(bytes.TrimSpace(value), &node) != nil || len(node.Content) == 0 {
		return nil
	}
	const short = 60
	unquote(node.Content[0], len(value) > short)
	return node.Content[0]
}

// unquote writes texts without needless quotes, and large values in lines.
func unquote(node *yaml.Node, inLines bool) {
	if node.Kind == yaml.ScalarNode || inLines {
		node.Style = 0
	}
	for _, inner := range node.Content {
		unquote(inner, inLines)
	}
}
