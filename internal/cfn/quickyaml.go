package cfn

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// quickYAML reads the YAML that templates are mostly written in: block and flow
// collections, texts on one line, literal blocks, short forms. It takes a fraction of the
// time of the YAML library, and gives what that gives. Of everything else, right or
// wrong, it reads nothing, so that the library reads the whole text.
type quickYAML struct {
	text string
	pos  int
	// line is the number of the line that pos is in, start where it begins.
	line, start int
	depth       int
	unused      []yaml.Node
}

// deepestQuick bounds how deep collections nest.
const deepestQuick = 100

// parseQuick returns nil where the text has something that it does not read.
func parseQuick(data []byte) *yaml.Node {
	// Tabs, carriage returns and the other line breaks of YAML 1.1 are rare.
	for _, rare := range []string{"\t", "\r", "\u0085", "\u2028", "\u2029", "\ufeff"} {
		if bytes.Contains(data, []byte(rare)) {
			return nil
		}
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		return nil
	}
	p := &quickYAML{text: string(data), line: 1}
	indent := p.next()
	if indent == 0 && strings.HasPrefix(p.text[p.pos:], "---\n") {
		p.newLine()
		indent = p.next()
	}
	if indent < 0 {
		return nil
	}
	root := p.block(indent)
	if root == nil || root.Kind == yaml.ScalarNode || p.next() >= 0 {
		return nil
	}
	return root
}

// node makes a node that begins at pos.
func (p *quickYAML) node(kind yaml.Kind, style yaml.Style, value string, pos int) *yaml.Node {
	if len(p.unused) == 0 {
		p.unused = make([]yaml.Node, 128)
	}
	n := &p.unused[0]
	p.unused = p.unused[1:]
	n.Kind, n.Style, n.Value = kind, style, value
	n.Line, n.Column = p.line, p.columnIn(p.start, pos)
	if kind == yaml.ScalarNode {
		n.Tag = "!!str"
	}
	return n
}

// columnIn is the column of a position in the line that begins at start, in characters.
func (p *quickYAML) columnIn(start, pos int) int {
	return 1 + utf8.RuneCountInString(p.text[start:pos])
}

// next goes to the next line that has more than a comment, from the begin of a line, and
// returns its indent; -1 at the end.
func (p *quickYAML) next() int {
	for p.pos < len(p.text) {
		p.spaces()
		switch p.text[p.pos] {
		case '#', '\n':
			p.newLine()
		default:
			return p.pos - p.start
		}
	}
	return -1
}

func (p *quickYAML) spaces() {
	for p.text[p.pos] == ' ' { // the text ends in a line break
		p.pos++
	}
}

// newLine goes to the begin of the next line.
func (p *quickYAML) newLine() {
	p.pos += strings.IndexByte(p.text[p.pos:], '\n') + 1
	p.line++
	p.start = p.pos
}

// endLine goes to the next line from where nothing but a comment may follow.
func (p *quickYAML) endLine() bool {
	at := p.pos
	p.spaces()
	if c := p.text[p.pos]; c != '\n' && (c != '#' || p.pos == at) {
		return false
	}
	p.newLine()
	return true
}

func (p *quickYAML) isDash() bool {
	return p.text[p.pos] == '-' && (p.text[p.pos+1] == ' ' || p.text[p.pos+1] == '\n')
}

// block reads the collection that begins at pos, which is the column indent.
func (p *quickYAML) block(indent int) *yaml.Node {
	if p.depth++; p.depth > deepestQuick {
		return nil
	}
	defer func() { p.depth-- }()
	if p.isDash() {
		return p.sequence(indent)
	}
	if p.keyEnd(p.pos) < 0 {
		return nil
	}
	return p.mapping(indent)
}

func (p *quickYAML) sequence(indent int) *yaml.Node {
	n := p.node(yaml.SequenceNode, 0, "", p.pos)
	for {
		p.pos++
		p.spaces()
		var item *yaml.Node
		switch {
		case p.text[p.pos] == '\n' || p.text[p.pos] == '#':
			item = p.below(indent, false)
		case p.isDash() || p.keyEnd(p.pos) >= 0:
			item = p.block(p.pos - p.start)
		default:
			item = p.value(indent, false)
		}
		if item == nil {
			return nil
		}
		n.Content = append(n.Content, item)
		switch at := p.next(); {
		case at < indent || at == indent && !p.isDash():
			return n
		case at > indent:
			return nil
		}
	}
}

func (p *quickYAML) mapping(indent int) *yaml.Node {
	n := p.node(yaml.MappingNode, 0, "", p.pos)
	for {
		end := p.keyEnd(p.pos)
		if end < 0 || indent == 0 && (p.text[p.pos] == '.' || strings.HasPrefix(p.text[p.pos:], "---")) {
			return nil
		}
		key := p.key(end)
		if key == nil {
			return nil
		}
		p.spaces()
		var value *yaml.Node
		if c := p.text[p.pos]; c == '\n' || c == '#' && p.text[p.pos-1] == ' ' {
			value = p.below(indent, true)
		} else {
			value = p.value(indent, true)
		}
		if value == nil {
			return nil
		}
		n.Content = append(n.Content, key, value)
		switch at := p.next(); {
		case at < indent:
			return n
		case at > indent:
			return nil
		case p.isDash():
			return nil
		}
	}
}

// below reads a collection that begins in a later line. The items of a list may have the
// indent of the key that they belong to.
func (p *quickYAML) below(indent int, isValue bool) *yaml.Node {
	p.newLine()
	switch at := p.next(); {
	case at > indent:
		return p.block(at)
	case at == indent && isValue && p.isDash():
		return p.block(at)
	}
	return nil
}

// keyEnd is where the colon behind the key is that begins at a position; -1 without.
func (p *quickYAML) keyEnd(pos int) int {
	rest := p.text[pos:]
	if rest[0] == '"' || rest[0] == '\'' {
		length := quotedLength(rest)
		if length < 0 || rest[length] != ':' || rest[length+1] != ' ' && rest[length+1] != '\n' {
			return -1
		}
		return pos + length
	}
	if !beginsPlain(rest) {
		return -1
	}
	for i := 1; rest[i] != '\n'; i++ {
		switch {
		case rest[i] == ':' && (rest[i+1] == ' ' || rest[i+1] == '\n'):
			return pos + i
		case rest[i] == '#' && rest[i-1] == ' ':
			return -1
		}
	}
	return -1
}

// longestQuickKey is below YAML's limit of 1,024 characters.
const longestQuickKey = 500

func (p *quickYAML) key(end int) *yaml.Node {
	at, text := p.pos, p.text[p.pos:end]
	p.pos = end + 1
	if text[0] == '"' || text[0] == '\'' {
		return p.quoted(text, at)
	}
	if len(text) > longestQuickKey || text == "<<" || strings.HasSuffix(text, " ") {
		return nil
	}
	return p.node(yaml.ScalarNode, 0, text, at)
}

// beginsPlain reports whether a text without quotes can begin as rest does.
func beginsPlain(rest string) bool {
	switch c := rest[0]; c {
	case '-', '?', ':':
		return rest[1] > ' ' && strings.IndexByte(",[]{}", rest[1]) < 0
	default:
		return c > ' ' && strings.IndexByte(",[]{}#&*!|>'\"%@`", c) < 0
	}
}

// value reads what begins in the line of its key or its dash, to the end of the line that it
// ends in.
func (p *quickYAML) value(indent int, isValue bool) *yaml.Node {
	at, line, start, tag := p.pos, p.line, p.start, ""
	if p.text[p.pos] == '!' {
		if tag = p.tag(); tag == "" {
			return nil
		}
	}
	var n *yaml.Node
	switch c := p.text[p.pos]; {
	case c == '\n':
		// Behind a short form, the items are indented.
		n = p.below(indent, false)
	case c == '|' || c == '>':
		n = p.literal(indent)
	case c == '[' || c == '{' || c == '"' || c == '\'':
		if n = p.flow(indent); n != nil && !p.endLine() {
			return nil
		}
	case beginsPlain(p.text[p.pos:]):
		n = p.plain(indent)
	}
	if n != nil && tag != "" {
		n.Tag, n.Style = tag, n.Style|yaml.TaggedStyle
		n.Line, n.Column = line, p.columnIn(start, at)
	}
	return n
}

// tag reads a short form such as !Sub, and the space behind it.
func (p *quickYAML) tag() string {
	end := p.pos + 1
	for c := p.text[end]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'; c = p.text[end] {
		end++
	}
	if c := p.text[end]; end == p.pos+1 || c != ' ' && c != '\n' {
		return ""
	}
	tag := p.text[p.pos:end]
	p.pos = end
	p.spaces()
	return tag
}
