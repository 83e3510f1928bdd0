package cfn

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// WriteYAML writes the tree as YAML, with the long forms of the intrinsic
// functions. Read gives the same tree back, and so does every other reader:
// what any version of YAML takes for something else than text is quoted.
func WriteYAML(w io.Writer, n *Node) error {
	y, err := n.yaml()
	if err != nil {
		return err
	}
	// Without a limit on the width no text is folded over several lines.
	text, err := yaml.Dump(y, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	return nil
}

func (n *Node) yaml() (*yaml.Node, error) {
	if n == nil {
		n = &Node{}
	}
	y := &yaml.Node{Kind: yaml.ScalarNode, Value: n.Text}
	switch n.Kind {
	case List:
		y.Kind, y.Tag = yaml.SequenceNode, "!!seq"
	case Map:
		y.Kind, y.Tag = yaml.MappingNode, "!!map"
	case Null:
		y.Tag, y.Value = "!!null", "null"
	case Bool:
		y.Tag = "!!bool"
	case Number:
		if !isNumber(n.Text) {
			return nil, fmt.Errorf("write YAML: %q is no number literal", n.Text)
		}
	default:
		y.Tag, y.Style = "!!str", textStyle(n.Text)
	}
	for _, item := range n.Items {
		child, err := item.yaml()
		if err != nil {
			return nil, err
		}
		y.Content = append(y.Content, child)
	}
	for _, field := range n.Fields {
		child, err := field.Value.yaml()
		if err != nil {
			return nil, err
		}
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: field.Key, Style: textStyle(field.Key)}
		if key.Style == yaml.LiteralStyle {
			key.Style = yaml.DoubleQuotedStyle // a block as a key would need the rare "? " form
		}
		y.Content = append(y.Content, key, child)
	}
	return y, nil
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z/$][A-Za-z0-9_./:@+$(){} -]*$`)
	ambiguous = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$|: |:$| $|[{}]`)
	// block is text that a literal block holds as it is: printable, the first
	// line not indented or empty, no blanks at the ends of lines.
	block = regexp.MustCompile(`^[^\s\pC]([^\pC\x{2028}\x{2029}\x{feff}]|[\n\t])*$`)
)

// textStyle quotes whatever some YAML reader takes for something else than
// text: yes and no, dates, numbers of YAML 1.1, {{resolve:…}}.
func textStyle(text string) yaml.Style {
	switch {
	case strings.Contains(text, "\n") && block.MatchString(text) && !strings.Contains(text, " \n") && !strings.Contains(text, "\t\n"):
		return yaml.LiteralStyle
	case !plainText.MatchString(text) || ambiguous.MatchString(text):
		return yaml.DoubleQuotedStyle
	}
	return 0
}
