package cfn

import "strings"

// flow reads a collection in brackets or braces, or a text in quotes.
func (p *quickYAML) flow(indent int) *Node {
	if p.depth++; p.depth > deepestQuick {
		return nil
	}
	defer func() { p.depth-- }()
	switch p.text[p.pos] {
	case '[':
		n, first := p.node(List, "", p.pos), len(p.nodes.items)
		if !p.items(']', indent, func() bool {
			item := p.flowValue(indent)
			p.nodes.items = append(p.nodes.items, item)
			return item != nil
		}) {
			return nil
		}
		return p.nodes.list(n, first)
	case '{':
		n, first := p.node(Map, "", p.pos), len(p.nodes.fields)
		var seen keys
		if !p.items('}', indent, func() bool {
			key, isPlain := p.flowPart(indent)
			if !key.IsString() || isPlain && !p.isKey(key.Text) || p.text[p.pos] != ':' || p.text[p.pos+1] != ' ' || p.nodes.has(n, first, &seen, key.Text) {
				return false
			}
			p.pos++
			p.spaces()
			value := p.flowValue(indent)
			p.nodes.fields = append(p.nodes.fields, Field{Key: key.Text, Value: value, Place: key.Place})
			return value != nil
		}) {
			return nil
		}
		return p.nodes.object(n, first)
	}
	length := quotedLength(p.text[p.pos:])
	if length < 0 {
		return p.quotedLines(indent)
	}
	text, ok := unquoted(p.text[p.pos : p.pos+length])
	if !ok {
		return nil
	}
	n := p.node(String, text, p.pos)
	p.pos += length
	return n
}

// items reads what stands between commas.
func (p *quickYAML) items(closing byte, indent int, item func() bool) bool {
	p.pos++
	for first := true; ; first = false {
		if !p.flowSpace(indent) {
			return false
		}
		if p.text[p.pos] == closing && first {
			p.pos++
			return true
		}
		if !item() || !p.flowSpace(indent) {
			return false
		}
		switch p.text[p.pos] {
		case closing:
			p.pos++
			return true
		case ',':
			p.pos++
		default:
			return false
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

func (p *quickYAML) flowValue(indent int) *Node {
	at, tag, ok := p.tag()
	if !ok || p.text[p.pos] == '\n' {
		return nil
	}
	n, isPlain := p.flowPart(indent)
	return p.finished(n, isPlain, tag, at)
}

// flowPart reads a key, or a value behind its short form.
func (p *quickYAML) flowPart(indent int) (n *Node, isPlain bool) {
	switch c := p.text[p.pos]; {
	case c == '[' || c == '{' || c == '"' || c == '\'':
		return p.flow(indent), false
	case beginsPlain(p.text[p.pos:]) && c != ':' && c != '?':
		return p.flowPlain(), true
	}
	return nil, false
}

// flowPlain reads a text without quotes, up to what ends it in a collection.
func (p *quickYAML) flowPlain() *Node {
	rest := p.text[p.pos:]
	end := strings.IndexAny(rest, ",[]{}\n#?")
	text := rest[:end]
	switch colon := strings.Index(text, ": "); {
	case colon >= 0:
		text = text[:colon]
	case strings.HasSuffix(text, ":") || strings.IndexByte(",]}", rest[end]) < 0:
		return nil
	}
	n := p.node(String, strings.TrimRight(text, " "), p.pos)
	p.pos += len(text)
	return n
}
