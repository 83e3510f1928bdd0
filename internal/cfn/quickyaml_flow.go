package cfn

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// flow reads a collection in brackets or braces, or a text in quotes.
func (p *quickYAML) flow(indent int) *yaml.Node {
	if p.depth++; p.depth > deepestQuick {
		return nil
	}
	defer func() { p.depth-- }()
	switch p.text[p.pos] {
	case '[':
		n := p.node(yaml.SequenceNode, yaml.FlowStyle, "", p.pos)
		return p.items(n, ']', indent, func() bool {
			item := p.flowValue(indent)
			n.Content = append(n.Content, item)
			return item != nil
		})
	case '{':
		n := p.node(yaml.MappingNode, yaml.FlowStyle, "", p.pos)
		return p.items(n, '}', indent, func() bool {
			key := p.flowValue(indent)
			if key == nil || key.Kind != yaml.ScalarNode || key.Tag != "!!str" || key.Value == "<<" || p.text[p.pos] != ':' || p.text[p.pos+1] != ' ' {
				return false
			}
			p.pos++
			p.spaces()
			value := p.flowValue(indent)
			n.Content = append(n.Content, key, value)
			return value != nil
		})
	}
	length := quotedLength(p.text[p.pos:])
	if length < 0 {
		return p.quotedLines(indent)
	}
	at := p.pos
	p.pos += length
	return p.quoted(p.text[at:p.pos], at)
}

// items reads what stands between commas.
func (p *quickYAML) items(n *yaml.Node, closing byte, indent int, item func() bool) *yaml.Node {
	p.pos++
	for first := true; ; first = false {
		if !p.flowSpace(indent) {
			return nil
		}
		if p.text[p.pos] == closing && first {
			p.pos++
			return n
		}
		if !item() || !p.flowSpace(indent) {
			return nil
		}
		switch p.text[p.pos] {
		case closing:
			p.pos++
			return n
		case ',':
			p.pos++
		default:
			return nil
		}
	}
}

// flowSpace skips spaces and line breaks; the lines of a collection are indented.
func (p *quickYAML) flowSpace(indent int) bool {
	p.spaces()
	for p.text[p.pos] == '\n' {
		p.newLine()
		if p.pos == len(p.text) {
			return false
		}
		p.spaces()
		if p.text[p.pos] != '\n' && p.pos-p.start <= indent {
			return false
		}
	}
	return p.text[p.pos] != '#'
}

func (p *quickYAML) flowValue(indent int) *yaml.Node {
	tag, at := "", p.pos
	if p.text[p.pos] == '!' {
		if tag = p.tag(); tag == "" || p.text[p.pos] == '\n' {
			return nil
		}
	}
	var n *yaml.Node
	line, start := p.line, p.start
	switch c := p.text[p.pos]; {
	case c == '[' || c == '{' || c == '"' || c == '\'':
		n = p.flow(indent)
	case beginsPlain(p.text[p.pos:]) && c != ':' && c != '?':
		n = p.flowPlain()
	}
	if n != nil && tag != "" {
		n.Tag, n.Style = tag, n.Style|yaml.TaggedStyle
		n.Line, n.Column = line, p.columnIn(start, at)
	}
	return n
}

// flowPlain reads a text without quotes, up to what ends it in a collection.
func (p *quickYAML) flowPlain() *yaml.Node {
	rest := p.text[p.pos:]
	end := strings.IndexAny(rest, ",[]{}\n#?")
	text := rest[:end]
	switch colon := strings.Index(text, ": "); {
	case colon >= 0:
		text = text[:colon]
	case strings.HasSuffix(text, ":") || strings.IndexByte(",]}", rest[end]) < 0:
		return nil
	}
	n := p.node(yaml.ScalarNode, 0, strings.TrimRight(text, " "), p.pos)
	p.pos += len(text)
	return n
}
