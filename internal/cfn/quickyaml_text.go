package cfn

import "strings"

// plain reads a text without quotes, to the end of the last line that is indented.
func (p *quickYAML) plain(indent int) *Node {
	n := p.node(String, "", p.pos)
	var before []string
	for {
		length := strings.IndexByte(p.text[p.pos:], '\n')
		text, _, isCommented := strings.Cut(p.text[p.pos:p.pos+length], " #")
		text = strings.TrimRight(text, " ")
		if strings.Contains(text, ": ") || strings.HasSuffix(text, ":") || text == "" || text[0] == '#' {
			return nil
		}
		p.newLine()
		breaks := p.blankLines()
		if p.pos == len(p.text) || p.pos-p.start <= indent {
			p.pos = p.start
			n.Text = text
			if before != nil {
				n.Text = strings.Join(append(before, text), "")
			}
			return n
		}
		if isCommented {
			return nil
		}
		before = append(before, text, folded(breaks))
	}
}

// blankLines skips empty lines and the indent of the next one.
func (p *quickYAML) blankLines() (count int) {
	for p.pos < len(p.text) {
		if p.spaces(); p.text[p.pos] != '\n' {
			return count
		}
		p.newLine()
		count++
	}
	return count
}

// folded is what a line break and empty lines behind it are in a text of several lines.
func folded(emptyLines int) string {
	if emptyLines == 0 {
		return " "
	}
	return strings.Repeat("\n", emptyLines)
}

// literal reads the lines below |, |- or |+, and below > where these are folded.
func (p *quickYAML) literal(indent int) *Node {
	n, isFolded := p.node(String, "", p.pos), p.text[p.pos] == '>'
	p.pos++
	chomp := p.text[p.pos]
	if chomp == '-' || chomp == '+' {
		p.pos++
	}
	if p.text[p.pos] != '\n' {
		return nil
	}
	p.newLine()
	first := p.pos
	if p.pos == len(p.text) {
		return nil
	}
	p.spaces()
	width := p.pos - p.start
	if width <= indent || width == 0 || p.text[p.pos] == '\n' {
		return nil
	}
	var lines []string
	for p.pos = first; p.pos < len(p.text); p.newLine() {
		p.start = p.pos
		p.spaces()
		length := strings.IndexByte(p.text[p.start:], '\n')
		switch {
		case p.pos-p.start >= width:
			lines = append(lines, p.text[p.start+width:p.start+length+1])
			continue
		case p.text[p.pos] == '\n':
			lines = append(lines, "\n")
			continue
		}
		break
	}
	p.pos = p.start
	if isFolded && !foldLines(lines) {
		return nil
	}
	n.Text = chomped(strings.Join(lines, ""), chomp)
	return n
}

// foldLines replaces the line breaks between lines by spaces. Lines that are indented more
// than the first keep theirs; it does not fold these.
func foldLines(lines []string) bool {
	last := len(lines) - 1
	for last > 0 && lines[last] == "\n" {
		last--
	}
	for i, line := range lines[:last+1] {
		switch {
		case line[0] == ' ':
			return false
		case i == last || line == "\n":
		case lines[i+1] == "\n": // the empty lines are the breaks
			lines[i] = strings.TrimSuffix(line, "\n")
		default:
			lines[i] = strings.TrimSuffix(line, "\n") + " "
		}
	}
	return true
}

func chomped(text string, chomp byte) string {
	switch trimmed := strings.TrimRight(text, "\n"); chomp {
	case '+':
		return text
	case '-':
		return trimmed
	default:
		return trimmed + "\n"
	}
}

// quotedLength is how long the quoted text at the begin of a text is, with its quotes; -1
// where it does not end in the line.
func quotedLength(text string) int {
	quote := text[0]
	for i := 1; text[i] != '\n'; i++ {
		switch {
		case text[i] == '\\' && quote == '"' && text[i+1] != '\n':
			i++
		case text[i] == quote && quote == '\'' && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return -1
}

// quotedLines reads a quoted text of several lines, without escapes.
func (p *quickYAML) quotedLines(indent int) *Node {
	n, quote := p.node(String, "", p.pos), p.text[p.pos]
	p.pos++
	for before := []string(nil); ; {
		rest := p.text[p.pos:]
		end := quotedEnd(rest, quote)
		if end < 0 {
			return nil
		}
		if rest[end] == quote {
			p.pos += end + 1
			if n.Text = strings.Join(append(before, rest[:end]), ""); quote == '\'' {
				n.Text = strings.ReplaceAll(n.Text, "''", "'")
			}
			return n
		}
		p.newLine()
		breaks := p.blankLines()
		if p.pos == len(p.text) || p.pos-p.start <= indent {
			return nil
		}
		before = append(before, strings.TrimRight(rest[:end], " "), folded(breaks))
	}
}

// quotedEnd is where a line of a quoted text, or the text, ends; -1 for an escape.
func quotedEnd(line string, quote byte) int {
	for i := 0; ; i++ {
		switch c := line[i]; {
		case c == '\n' || c == quote && (quote == '"' || line[i+1] != quote):
			return i
		case c == quote: // twice
			i++
		case c == '\\' && quote == '"':
			return -1
		}
	}
}

// unquoted is a text without its quotes; false for escapes that are not read.
func unquoted(text string) (inner string, ok bool) {
	inner = text[1 : len(text)-1]
	if text[0] == '\'' {
		return strings.ReplaceAll(inner, "''", "'"), true
	}
	if strings.IndexByte(inner, '\\') < 0 {
		return inner, true
	}
	var plain strings.Builder
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		if c == '\\' {
			i++
			switch c = inner[i]; c {
			case '"', '\\', '/':
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			default:
				return "", false
			}
		}
		plain.WriteByte(c)
	}
	return plain.String(), true
}
