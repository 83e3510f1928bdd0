package cfn

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/attini-go/runner/internal/problem"
)

// syntaxProblem says in plain words what the YAML library could not read.
func syntaxProblem(data []byte, err error) *problem.Problem {
	var located *yaml.LoadError
	if !errors.As(err, &located) {
		return syntaxError(problem.Place{}, "the template is not YAML: "+err.Error())
	}
	at := problem.Place{Line: located.Mark.Line, Column: located.Mark.Column}
	words := plainMessage(located, characterAt(data, at))
	if begun := located.ContextMark.Line; begun > 0 && begun != at.Line {
		words += fmt.Sprintf(" (it begins in line %d)", begun)
	}
	return syntaxError(at, "the template is not YAML: "+words)
}

// plainMessage translates the library's messages for the mistakes that people
// make; the others are given as they are.
func plainMessage(located *yaml.LoadError, character rune) string {
	message, context := located.Message, located.ContextMsg
	switch {
	case message == "found character that cannot start any token" && character == '\t', strings.Contains(message, "tab character"):
		return "a tab cannot indent; use blanks"
	case message == "found character that cannot start any token":
		return fmt.Sprintf("a text cannot begin with %q; quote it", character)
	case message == "mapping values are not allowed in this context":
		return `a key cannot stand here: quote a text that holds ": ", or check the indentation`
	case message == "block sequence entries are not allowed in this context":
		return "a list cannot begin here: put the first - on a new line"
	case message == "did not find expected key":
		return "the line is neither an entry of the object nor its end: check the indentation and the quotes"
	case message == "did not find expected '-' indicator":
		return "the line is neither an item of the list nor its end: check the indentation"
	case message == "did not find expected ',' or ']'":
		return "the list that [ begins is not closed: a , or ] is missing"
	case message == "did not find expected ',' or '}'":
		return "the object that { begins is not closed: a , or } is missing"
	case message == "did not find expected node content":
		return "a value is missing"
	case message == "could not find expected ':'":
		return "the key has no : after it"
	case context == "while scanning a quoted scalar" && strings.HasPrefix(message, "found unexpected"):
		return "the quoted text is not closed"
	case message == "found unknown escape character":
		return `a \ in double quotes must be doubled, or the text put in single quotes`
	case context == "while scanning an alias":
		return "a text that begins with * must be quoted"
	case context == "while scanning an anchor":
		return "a text that begins with & must be quoted"
	case strings.HasPrefix(message, "exceeded max depth"):
		return fmt.Sprintf("it nests deeper than %d", maxTemplateDepth)
	case context != "":
		return context + ": " + message
	}
	return message
}

// characterAt is the character at a place, or the replacement character.
func characterAt(data []byte, at problem.Place) rune {
	for line := 1; line < at.Line; line++ {
		_, after, found := bytes.Cut(data, []byte("\n"))
		if !found {
			return '\ufffd'
		}
		data = after
	}
	column := 1
	for _, r := range string(data) {
		if column == at.Column {
			return r
		}
		column++
	}
	return '\ufffd'
}
