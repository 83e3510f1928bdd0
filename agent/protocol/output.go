package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// ParseOutput turns the content of ATTINI_OUTPUT into a step's output (docs/wire.md,
// "Output"): valid JSON stays as it is, only blanks become {}, and anything else
// becomes {"result": text} without one final LF. A byte order mark is skipped. Each
// run of bytes that are not UTF-8 becomes U+FFFD.
func ParseOutput(content []byte) json.RawMessage {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		content = bytes.ToValidUTF8(content, []byte("\ufffd"))
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return json.RawMessage("{}")
	}
	var compact bytes.Buffer
	if json.Compact(&compact, content) == nil {
		return compact.Bytes()
	}
	return wrap(strings.TrimSuffix(string(content), "\n"))
}

func wrap(text string) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(map[string]string{"result": text}) != nil {
		return json.RawMessage("{}") // strings always encode
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Shorten cuts a text to a number of characters and keeps its beginning and end, which
// say most about a cause. A limit below 1 leaves nothing.
func Shorten(text string, limit int) string {
	limit = max(limit, 0)
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	const gap = " … "
	runes := []rune(text)
	room := limit - utf8.RuneCountInString(gap)
	if room < 2 {
		return string(runes[:limit])
	}
	head := room / 2
	return string(runes[:head]) + gap + string(runes[len(runes)-(room-head):])
}
