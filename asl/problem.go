package asl

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Rule is the stable name of a rule that a definition breaks. Tools match on it, not on the words of a message.
type Rule string

// The rules of the language.
const (
	RuleSyntax        Rule = "syntax"         // the text is not JSON, or too long
	RuleType          Rule = "type"           // a value of another JSON type than the field's
	RuleRequired      Rule = "required"       // a field is missing or empty
	RuleExclusive     Rule = "exclusive"      // fields that exclude each other
	RuleUnknownField  Rule = "unknown-field"  // a field that the state's type does not have
	RuleStateType     Rule = "state-type"     // no such type of state
	RuleStateName     Rule = "state-name"     // a state's name
	RuleUnknownState  Rule = "unknown-state"  // a transition to a state that is not there
	RuleTransition    Rule = "transition"     // Next and End
	RuleUnreachable   Rule = "unreachable"    // a state that no transition leads to
	RuleNumber        Rule = "number"         // a number that is not written as one
	RuleRange         Rule = "range"          // a number or a length outside of what is allowed
	RuleChoice        Rule = "choice-rule"    // a rule of a Choice
	RulePath          Rule = "path"           // a JSONPath, a reference path or an intrinsic function
	RuleExpression    Rule = "expression"     // a JSONata expression
	RuleQueryLanguage Rule = "query-language" // a field of the other query language
	RuleErrorNames    Rule = "error-names"    // ErrorEquals
	RuleValue         Rule = "value"          // a text that is none of those allowed
	RuleResource      Rule = "resource"       // a service integration
	RuleVariable      Rule = "variable"       // a variable's name
)

// Problem is one thing that is wrong with a definition.
type Problem struct {
	Rule Rule
	// Path leads from the definition's root to the value, as in States.Build.Catch[0].Next.
	Path string
	// State is the name of the innermost state, and Field the path from there; both are empty for what is wrong with a machine.
	State, Field string
	Place        Place
	// Message says what is wrong and what is allowed, without a full stop.
	Message string
	// Advice says what to do, where the message alone does not.
	Advice string
	// Wrong is a name that does not exist, and Meant the one that was probably meant. Both are empty where no name is near.
	Wrong, Meant string
	// Missing is the field that the last of Values lacks, if that is what is wrong.
	Missing string
	// Values lead from the definition's root to the value that is wrong, or to the object that lacks a field.
	Values []Value
}

// String is the problem as one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Message
	}
	return p.Path + ": " + p.Message
}

// DefinitionError holds all problems of a definition, in a stable order that follows the definition.
type DefinitionError struct{ Problems []Problem }

// Error gives one problem a line.
func (e *DefinitionError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// location leads from the root of a definition to a value in it. It becomes a path only where there is something to say.
type location struct {
	before   *location
	key      string
	value    Value
	index    int32 // of a list's item; -1 for a field
	position int32 // of a field in its object
	state    bool  // the value is a state
}

func (t *location) item(i int, value Value) *location {
	return &location{before: t, index: int32(i), value: value} //nolint:gosec // a definition has at most 1 MiB
}

// field is the value of t's field i.
func (t *location) field(name string, i int, value Value) *location {
	return &location{before: t, key: name, index: -1, position: int32(i), value: value} //nolint:gosec // as above
}

// keyPlace is the place of the field's name.
func (t *location) keyPlace() Place {
	if t.before == nil || t.index >= 0 || t.position < 0 {
		return t.value.Place()
	}
	return t.before.value.FieldPlace(int(t.position))
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_:-]+$`)

// The limits of what a problem repeats of a definition: of a key, of a path and of its message, in bytes.
const (
	longestKey     = 1024
	longestPath    = 4096
	longestMessage = 2048
)

func joined(path, key string) string {
	if len(key) > longestKey {
		key = shortened(key)
	}
	switch {
	case len(path) > longestPath:
		return path
	case !plainKey.MatchString(key):
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	default:
		return path + "." + key
	}
}

// path writes the location from the location end, which is left out; nil for the root.
func (t *location) path(end *location) string {
	switch {
	case t == nil || t == end || t.before == nil:
		return ""
	case t.index >= 0:
		return t.before.path(end) + "[" + strconv.Itoa(int(t.index)) + "]"
	default:
		return joined(t.before.path(end), t.key)
	}
}

// innermost is the state around the value, nil for none.
func (t *location) innermost() *location {
	for ; t != nil; t = t.before {
		if t.state {
			return t
		}
	}
	return nil
}

// messageOf is one line, and not endless.
func messageOf(format string, args []any) string {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " ")
	if len(text) > longestMessage {
		text = strings.ToValidUTF8(text[:longestMessage], "") + "…"
	}
	return text
}

// problem makes a Problem of the value at t. missing is the field that t lacks, if that is what is wrong.
func (t *location) problem(rule Rule, missing, format string, args ...any) Problem {
	p := Problem{Rule: rule, Missing: missing, Message: messageOf(format, args), Place: t.value.Place()}
	end := t
	if missing != "" {
		end = &location{before: t, key: missing, index: -1}
	}
	p.Path = end.path(nil)
	if state := t.innermost(); state != nil {
		p.State, p.Field = state.key, end.path(state)
		if state == t {
			p.Place = state.keyPlace()
		}
	}
	for ; t != nil; t = t.before {
		p.Values = append(p.Values, t.value)
	}
	for i, j := 0, len(p.Values)-1; i < j; i, j = i+1, j-1 {
		p.Values[i], p.Values[j] = p.Values[j], p.Values[i]
	}
	return p
}

// slashed is the path from the innermost state as the service names a field: Arguments/Payload/x.
func (t *location) slashed() string {
	state := t.innermost()
	text := ""
	for ; t != nil && t != state && t.before != nil; t = t.before {
		part := t.key
		if t.index >= 0 {
			part = strconv.Itoa(int(t.index))
		}
		if text != "" {
			part += "/" + text
		}
		text = part
	}
	return text
}
