package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// ParseOutput makes a step's output of what a job left in ATTINI_OUTPUT (the
// documentation's section Output): valid JSON is passed as it is, anything else
// becomes {"result": text} without the one line feed at its end. Nothing but
// blanks is {}. A byte order mark is skipped; bytes that are no UTF-8 become
// U+FFFD, one for each run of them, as JSON cannot hold them.
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
		return json.RawMessage("{}") // texts always encode
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Shorten cuts a text to a number of characters, keeping its beginning and its
// end, where a cause says most. A limit below one leaves nothing.
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
