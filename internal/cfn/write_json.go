package cfn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MarshalJSON implements json.Marshaler: compact, in the tree's order, number
// literals as they are, and without the escapes for <, > and & that stand in
// many commands. (json.Marshal adds those to what a Marshaler gives.)
func (n *Node) MarshalJSON() ([]byte, error) { return n.appendJSON(nil) }

func (n *Node) appendJSON(b []byte) ([]byte, error) {
	if n == nil {
		return append(b, "null"...), nil
	}
	switch n.Kind {
	case Bool:
		if n.Text == "true" {
			return append(b, "true"...), nil
		}
		return append(b, "false"...), nil
	case Number:
		if !isNumber(n.Text) {
			return nil, fmt.Errorf("write JSON: %q is no number literal", n.Text)
		}
		return append(b, n.Text...), nil
	case String:
		return appendText(b, n.Text), nil
	case List:
		return n.appendItems(b)
	case Map:
		return n.appendFields(b)
	default:
		return append(b, "null"...), nil
	}
}

func (n *Node) appendItems(b []byte) ([]byte, error) {
	b = append(b, '[')
	var err error
	for i, item := range n.Items {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = item.appendJSON(b); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func (n *Node) appendFields(b []byte) ([]byte, error) {
	b = append(b, '{')
	var err error
	for i, field := range n.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, field.Key), ':')
		if b, err = field.Value.appendJSON(b); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// JSONSize returns how many bytes MarshalJSON writes, without writing them.
func (n *Node) JSONSize() int {
	if n == nil {
		return len("null")
	}
	switch n.Kind {
	case Bool:
		return len(strconv.FormatBool(n.Text == "true"))
	case Number:
		return len(n.Text)
	case String:
		return textSize(n.Text)
	case List:
		size := len("[]") + max(len(n.Items)-1, 0)
		for _, item := range n.Items {
			size += item.JSONSize()
		}
		return size
	case Map:
		size := len("{}") + max(len(n.Fields)-1, 0)
		for _, field := range n.Fields {
			size += textSize(field.Key) + len(":") + field.Value.JSONSize()
		}
		return size
	default:
		return len("null")
	}
}

// textSize is the size of a text in quotes, as appendText writes it.
func textSize(text string) int {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return len(appendText(nil, text))
		}
	}
	return len(text) + len(`""`)
}

func appendText(b []byte, text string) []byte {
	// The error says that bytes which are no UTF-8 were replaced by U+FFFD, as
	// encoding/json does too.
	quoted, _ := jsontext.AppendQuote(b, text)
	return quoted
}

// isNumber reports whether text is a number in JSON; whole numbers, which
// nearly all are, need no expression.
func isNumber(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' || text[0] == '0' && len(text) > 1 {
			return jsonNumber.MatchString(text)
		}
	}
	return text != ""
}

// WriteJSON writes the tree indented by two blanks, with a final new line.
func WriteJSON(w io.Writer, n *Node) error {
	compact, err := n.MarshalJSON()
	if err != nil {
		return err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "  "); err != nil {
		return fmt.Errorf("indent JSON: %w", err)
	}
	indented.WriteByte('\n')
	if _, err := w.Write(indented.Bytes()); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
