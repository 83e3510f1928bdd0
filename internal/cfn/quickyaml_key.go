package cfn

import "strings"

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

func (p *quickYAML) key(end int) (key string, ok bool) {
	text := p.text[p.pos:end]
	p.pos = end + 1
	if text[0] == '"' || text[0] == '\'' {
		return unquoted(text)
	}
	return text, len(text) <= longestQuickKey && !strings.HasSuffix(text, " ") && p.isKey(text)
}

// isKey reports whether a key without quotes is a text.
func (p *quickYAML) isKey(text string) bool {
	return text != "<<" && (p.isData || isTextKey(text))
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
