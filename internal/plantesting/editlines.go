package plantesting

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// edit replaces lines from first to before last, counted from 0.
type edit struct {
	first, last int
	text        string
}

// text is the file's, with all changes.
func (e *editor) text() ([]byte, error) {
	var edits []edit
	for _, s := range e.changed {
		one, err := e.replacement(s)
		if err != nil {
			return nil, err
		}
		edits = append(edits, one)
	}
	for _, s := range e.additions {
		one, err := e.addition(s)
		if err != nil {
			return nil, err
		}
		edits = append(edits, one)
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(b.last, a.last)) })
	var text strings.Builder
	next := 0
	for _, one := range edits {
		if one.first < next {
			continue // inside of what has been written
		}
		text.WriteString(strings.Join(e.lines[next:one.first], ""))
		if next = one.last; text.Len() > 0 && !strings.HasSuffix(text.String(), "\n") {
			text.WriteByte('\n')
		}
		text.WriteString(one.text)
	}
	text.WriteString(strings.Join(e.lines[next:], ""))
	return []byte(text.String()), nil
}

// replacement writes an entry anew.
func (e *editor) replacement(s step) (edit, error) {
	begin := s.key
	if begin == nil {
		begin = s.value
	}
	first, column := begin.Line-1, begin.Column
	before := []rune(e.lines[first])[:column-1]
	last := e.end(first, column, s.value)
	if s.key == nil { // the fields of the entry are in its own column
		last = e.end(first, column-1, s.value)
	}
	text, err := e.write(s)
	if err != nil {
		return edit{}, err
	}
	return edit{first, last, string(before) + strings.TrimPrefix(indent(text, column-1), strings.Repeat(" ", column-1))}, nil
}

// addition writes a new entry at the end of an object.
func (e *editor) addition(s step) (edit, error) {
	column := s.key.Column
	last := e.end(s.key.Line-1, column-1, s.value)
	text, err := e.write(s)
	return edit{last, last, indent(text, column-1)}, err
}

// end is the line after those of an entry that begins at a line and a column: the next one
// that is less indented than what belongs to it, without the blank lines and the comments
// before.
func (e *editor) end(first, column int, value *yaml.Node) int {
	last := first + 1
	for i := first + 1; i < len(e.lines); i++ {
		line := strings.TrimRight(e.lines[i], "\r\n")
		trimmed := strings.TrimLeft(line, " ")
		depth := len(line) - len(trimmed)
		ofList := value.Kind == yaml.SequenceNode && value.Column == column && depth == column-1 && strings.HasPrefix(trimmed, "-")
		switch {
		case trimmed == "" || trimmed[0] == '#' && depth < column:
		case depth < column && !ofList:
			return last
		default:
			last = i + 1
		}
	}
	return last
}

// write writes an entry alone, from the first column.
func (e *editor) write(s step) (string, error) {
	var node *yaml.Node
	if s.key != nil {
		key := *s.key
		key.HeadComment, key.FootComment = "", "" // they stay where they are
		node = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{&key, s.value}}
	} else {
		node = s.value
		node.Style &^= yaml.FlowStyle
		node.HeadComment, node.FootComment = "", ""
		if node.LineComment != "" && len(node.Content) > 1 {
			node.Content[1].LineComment, node.LineComment = node.LineComment, ""
		}
	}
	// The library puts ... into quotes, since it ends a document at the start of a line.
	const word = "anyNumberOfStates"
	swap(node, Ellipsis, word)
	written, err := yaml.Dump(node, yaml.WithIndent(2), yaml.WithLineWidth(-1), yaml.WithCompactSeqIndent(e.compact))
	swap(node, word, Ellipsis)
	text := strings.ReplaceAll(string(written), word, Ellipsis)
	if strings.HasSuffix(e.lines[0], "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text, err
}

// swap gives all texts that are one word another one.
func swap(node *yaml.Node, from, to string) {
	if node.Value == from {
		node.Value = to
	}
	for _, inner := range node.Content {
		swap(inner, from, to)
	}
}

func indent(text string, by int) string {
	var indented strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			indented.WriteString(strings.Repeat(" ", by))
		}
		indented.WriteString(line)
	}
	return indented.String()
}
