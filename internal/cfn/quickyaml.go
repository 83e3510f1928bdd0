package cfn

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/attini-go/runner/internal/problem"
)

// quickYAML reads the YAML that templates are mostly written in: block and flow
// collections, texts on one line, literal blocks, short forms. It takes a fraction of the
// time of the YAML library, and gives what that gives. Of everything else, and where
// there is anything to report, it reads nothing, so that the library reads the whole text.
type quickYAML struct {
	text string
	pos  int
	// line is the number of the line that pos is in, start where it begins.
	line, start int
	depth       int
	// isData says that the text is not a template.
	isData bool
	values int
	nodes  builder
}

// deepestQuick bounds how deep collections nest.
const deepestQuick = 100

// parseQuick returns nil where the text has something that it does not read.
func parseQuick(data []byte, isData bool) *Node {
	// Tabs, carriage returns and the other line breaks of YAML 1.1 are rare.
	for _, rare := range []string{"\t", "\r", "\u0085", "\u2028", "\u2029", "\ufeff"} {
		if bytes.Contains(data, []byte(rare)) {
			return nil
		}
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		return nil
	}
	p := &quickYAML{text: string(data), line: 1, isData: isData}
	indent := p.next()
	if indent == 0 && strings.HasPrefix(p.text[p.pos:], "---\n") {
		p.newLine()
		indent = p.next()
	}
	if indent < 0 {
		return nil
	}
	root := p.block(indent)
	if root == nil || p.next() >= 0 {
		return nil
	}
	return root
}

// node makes a value that begins at pos.
func (p *quickYAML) node(kind Kind, text string, pos int) *Node {
	n := p.nodes.node()
	n.Kind, n.Text, n.Place = kind, text, p.place(pos)
	return n
}

// place is that of a position in the line; columns count characters.
func (p *quickYAML) place(pos int) problem.Place {
	return problem.Place{Line: p.line, Column: 1 + utf8.RuneCountInString(p.text[p.start:pos])}
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
func (p *quickYAML) block(indent int) *Node {
	if !p.enter() {
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

// enter counts a collection, and reports whether it is read.
func (p *quickYAML) enter() bool {
	p.depth++
	return p.depth <= deepestQuick && p.count()
}

// count counts a value, and reports whether it is read.
func (p *quickYAML) count() bool {
	p.values++
	return p.values <= maxTemplateNodes
}

func (p *quickYAML) sequence(indent int) *Node {
	n, first := p.node(List, "", p.pos), len(p.nodes.items)
	for {
		p.pos++
		p.spaces()
		var item *Node
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
		p.nodes.items = append(p.nodes.items, item)
		switch at := p.next(); {
		case at < indent || at == indent && !p.isDash():
			return p.nodes.list(n, first)
		case at > indent:
			return nil
		}
	}
}

func (p *quickYAML) mapping(indent int) *Node {
	n, first := p.node(Map, "", p.pos), len(p.nodes.fields)
	var seen keys
	for {
		end := p.keyEnd(p.pos)
		if end < 0 || indent == 0 && (p.text[p.pos] == '.' || strings.HasPrefix(p.text[p.pos:], "---")) {
			return nil
		}
		field := Field{Place: p.place(p.pos)}
		var ok bool
		if field.Key, ok = p.key(end); !ok || p.nodes.has(n, first, &seen, field.Key) {
			return nil
		}
		p.spaces()
		var value *Node
		if c := p.text[p.pos]; c == '\n' || c == '#' && p.text[p.pos-1] == ' ' {
			value = p.below(indent, true)
		} else {
			value = p.value(indent, true)
		}
		if value == nil {
			return nil
		}
		field.Value = value
		p.nodes.fields = append(p.nodes.fields, field)
		switch at := p.next(); {
		case at < indent:
			return p.nodes.object(n, first)
		case at > indent:
			return nil
		case p.isDash():
			return nil
		}
	}
}

// below reads a collection that begins in a later line. The items of a list may have the
// indent of the key that they belong to.
func (p *quickYAML) below(indent int, isValue bool) *Node {
	p.newLine()
	switch at := p.next(); {
	case at > indent:
		return p.block(at)
	case at == indent && isValue && p.isDash():
		return p.block(at)
	}
	return nil
}

// value reads what begins in the line of its key or its dash, to the end of the line that it
// ends in.
func (p *quickYAML) value(indent int, isValue bool) *Node {
	at, tag, ok := p.tag()
	if !ok {
		return nil
	}
	var n *Node
	isPlain := false
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
		n, isPlain = p.plain(indent), true
	}
	return p.finished(n, isPlain, tag, at)
}

// finished is a value behind its short form, if it has one; a text without quotes may
// be another value.
func (p *quickYAML) finished(n *Node, isPlain bool, shortForm string, at problem.Place) *Node {
	switch {
	case n == nil:
	case shortForm != "":
		n.Place = at
		return longForm(shortForm, n)
	case isPlain && p.isData:
		dataScalar(n, n.Text)
	case isPlain:
		plainScalar(n, n.Text)
	}
	return n
}

// tag reads the name of a short form such as !Sub, if there is one, and the space
// behind it.
func (p *quickYAML) tag() (at problem.Place, name string, ok bool) {
	if !p.count() {
		return at, "", false
	}
	if p.text[p.pos] != '!' {
		return at, "", true
	}
	at = p.place(p.pos)
	end := p.pos + strings.IndexAny(p.text[p.pos:], " \n")
	name = p.text[p.pos+1 : end]
	p.pos = end
	p.spaces()
	return at, name, !p.isData && slices.Contains(shortForms(), name)
}
