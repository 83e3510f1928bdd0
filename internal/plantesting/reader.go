package plantesting

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// The rules of a test file.
const (
	RuleKey      = "unknown-key"
	RuleType     = "type"
	RuleValue    = "value"
	RuleRequired = "required"
	RuleName     = "duplicate-name"
	RuleMock     = "mock"
	RulePath     = "path"
	RuleState    = "unknown-state"
	RuleNumber   = "parameter"
)

// reader collects the problems of a file.
type reader struct{ problems problem.List }

// at is a node with its path.
type at struct {
	*cfn.Node
	path cfn.Path
	// place is that of the node, or of the key of an empty one.
	place problem.Place
}

func (r *reader) report(where at, rule, format string, args ...any) {
	r.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: rule, Path: where.path.String(), Place: where.place, Message: fmt.Sprintf(format, args...),
	})
}

// fields hands each field of an object to the function of its key.
func (r *reader) fields(n at, what string, keys []string, read func(key string, value at)) {
	if !n.IsMap() {
		r.report(n, RuleType, "%s must be an object with %s, not %s", what, strings.Join(keys, ", "), kindOf(n.Node))
		return
	}
	for _, field := range n.Fields {
		value := n.under(field)
		if !slices.Contains(keys, field.Key) {
			p := problem.Problem{
				Severity: problem.Error, Rule: RuleKey, Path: value.path.String(), Place: field.Place,
				Message: fmt.Sprintf("%s has no %s; %s", what, wording.Quote(field.Key), suggestion(field.Key, keys)),
			}
			r.problems.Add(p)
			continue
		}
		read(field.Key, value)
	}
}

func (n at) under(field cfn.Field) at {
	value := at{field.Value, n.path.Key(field.Key), field.Value.Place}
	if value.place.Line == 0 {
		value.place = field.Place
	}
	return value
}

// entries are the values of an object whose keys are the user's.
func (r *reader) entries(n at, what string) []at {
	if !n.IsMap() {
		r.report(n, RuleType, "%s must be an object, not %s", what, kindOf(n.Node))
		return nil
	}
	var found []at
	for _, field := range n.Fields {
		found = append(found, n.under(field))
	}
	return found
}

// items are the values of a list.
func (r *reader) items(n at, what string) []at {
	if !n.IsList() {
		r.report(n, RuleType, "%s must be a list, not %s", what, kindOf(n.Node))
		return nil
	}
	var found []at
	for i, item := range n.Items {
		found = append(found, at{item, n.path.Index(i), item.Place})
	}
	return found
}

// text is a text; numbers and truths are taken as they are written.
func (r *reader) text(n at, what string) string {
	if !n.IsScalar() || n.Kind == cfn.Null {
		r.report(n, RuleType, "%s must be a text, not %s", what, kindOf(n.Node))
		return ""
	}
	return n.Text
}

func (r *reader) value(n at, what string) Value { return Value{r.text(n, what), n.place} }

func (r *reader) list(n at, what string) *List {
	list := &List{Place: n.place, Items: []Value{}}
	for _, item := range r.items(n, what) {
		list.Items = append(list.Items, r.value(item, "an entry of "+what))
	}
	return list
}

func (r *reader) texts(n at, what string) *Map {
	object := &Map{Place: n.place}
	for _, entry := range r.entries(n, what) {
		object.Entries = append(object.Entries, Entry{entry.path.LastKey(), r.value(entry, "a value of "+what)})
	}
	return object
}

// oneOf is one of the words.
func (r *reader) oneOf(n at, what string, words ...string) string {
	text := r.text(n, what)
	if n.IsScalar() && !slices.Contains(words, text) {
		r.report(n, RuleValue, "%s cannot be %s; %s", what, wording.Quote(text), wording.Suggestion(text, words))
		return words[0]
	}
	return text
}

func kindOf(n *cfn.Node) string {
	switch {
	case n == nil || n.Kind == cfn.Null:
		return "nothing"
	case n.IsMap():
		return "an object"
	case n.IsList():
		return "a list"
	default:
		return wording.Quote(n.Text)
	}
}

// suggestion names the key that was probably meant, also by a word of other tools.
func suggestion(key string, keys []string) string {
	for meant, words := range map[string][]string{
		"cases": {"tests", "test", "scenarios"}, "name": {"it", "description", "title"}, "expect": {"assert", "asserts", "then", "want"},
		"payload": {"output", "result"}, "states": {"path", "steps", "order"}, "takes": {"duration", "time"}, "environment": {"env", "variables"},
		"error": {"errors", "fails"}, "mocks": {"given", "stubs", "answers"}, "attempts": {"retries", "tries"}, "commands": {"script", "run"},
	} {
		if slices.Contains(keys, meant) && slices.Contains(words, strings.ToLower(key)) {
			return fmt.Sprintf("did you mean %q?", meant)
		}
	}
	return wording.Suggestion(key, keys)
}
