package problem

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteText writes a line per problem for people, in the form that editors
// and terminals turn into links:
//
//	template.yaml:14:19: error: Runner "Build": … [range]
//	    advice
//
// Further lines of a message or an advice are indented as well, so that no
// value of a template can pass for a problem of its own.
func WriteText(w io.Writer, file string, l List) error {
	out := bufio.NewWriter(w)
	indent := strings.NewReplacer("\r\n", "\n    ", "\n", "\n    ", "\r", "\n    ")
	for _, p := range l.Sorted() {
		fmt.Fprintf(out, "%s: %s: %s [%s]\n", position(file, p.Place), p.Severity, indent.Replace(p.Message), p.Rule)
		if p.Advice != "" {
			fmt.Fprintf(out, "    %s\n", indent.Replace(p.Advice))
		}
	}
	return out.Flush()
}

func position(file string, at Place) string {
	if at.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, at.Line, at.Column)
}

// WriteJSON writes {"file": …, "valid": …, "problems": [ … ]}, indented.
func WriteJSON(w io.Writer, file string, l List) error {
	sorted := l.Sorted()
	if sorted == nil {
		sorted = List{}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		File     string `json:"file"`
		Valid    bool   `json:"valid"`
		Problems List   `json:"problems"`
	}{file, !l.HasErrors(), sorted})
}

// WriteGitHub writes GitHub Actions workflow commands, which show each
// problem at its line of a pull request.
func WriteGitHub(w io.Writer, file string, l List) error {
	out := bufio.NewWriter(w)
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	for _, p := range l.Sorted() {
		text := p.Message
		if p.Advice != "" {
			text += "\n" + p.Advice
		}
		fmt.Fprintf(out, "::%s file=%s,line=%d,col=%d,title=%s::%s\n",
			p.Severity, property.Replace(file), max(p.Line, 1), max(p.Column, 1), property.Replace(p.Rule), data.Replace(text))
	}
	return out.Flush()
}
