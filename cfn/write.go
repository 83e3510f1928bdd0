package cfn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v4"
)

// MarshalJSON implements json.Marshaler: compact, in the tree's order.
func (n *Node) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	n.appendJSON(&b)
	return b.Bytes(), nil
}

func (n *Node) appendJSON(b *bytes.Buffer) {
	if n == nil {
		b.WriteString("null")
		return
	}
	switch n.Kind {
	case Null:
		b.WriteString("null")
	case Bool, Number:
		b.WriteString(n.Text)
	case String:
		appendText(b, n.Text)
	case List:
		b.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.appendJSON(b)
		}
		b.WriteByte(']')
	case Map:
		b.WriteByte('{')
		for i, field := range n.Fields {
			if i > 0 {
				b.WriteByte(',')
			}
			appendText(b, field.Key)
			b.WriteByte(':')
			field.Value.appendJSON(b)
		}
		b.WriteByte('}')
	}
}

// appendText quotes without escaping <, > and &, which stand in many commands.
func appendText(b *bytes.Buffer, text string) {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic(fmt.Sprintf("encode a text: %v", err)) // strings and buffers cannot fail
	}
	b.Truncate(b.Len() - 1) // Encode ends with a new line
}

// WriteJSON writes the tree indented by two blanks, with a final new line.
func WriteJSON(w io.Writer, n *Node) error {
	var compact, indented bytes.Buffer
	n.appendJSON(&compact)
	if err := json.Indent(&indented, compact.Bytes(), "", "  "); err != nil {
		return fmt.Errorf("indent JSON: %w", err)
	}
	indented.WriteByte('\n')
	_, err := w.Write(indented.Bytes())
	return err
}

// WriteYAML writes the tree as YAML, with the long forms of the intrinsic
// functions. Read gives the same tree back.
func WriteYAML(w io.Writer, n *Node) error {
	text, err := yaml.Dump(n.yaml(), yaml.WithIndent(2))
	if err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	_, err = w.Write(text)
	return err
}

func (n *Node) yaml() *yaml.Node {
	switch n.Kind {
	case List:
		y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.Items {
			y.Content = append(y.Content, item.yaml())
		}
		return y
	case Map:
		y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, field := range n.Fields {
			y.Content = append(y.Content, Str(field.Key).yaml(), field.Value.yaml())
		}
		return y
	case Null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	case Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: n.Text}
	case Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: n.Text}
	default:
		return textYAML(n.Text)
	}
}

// textYAML quotes whatever some YAML reader takes for something else than
// text: yes and no, dates, numbers of YAML 1.1.
func textYAML(text string) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	switch {
	case slices.Contains([]byte(text), '\n') && !slices.Contains([]byte(text), '\r'):
		y.Style = yaml.LiteralStyle
	case !plainText.MatchString(text) || ambiguous.MatchString(text):
		y.Style = yaml.DoubleQuotedStyle
	}
	return y
}
