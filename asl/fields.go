package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxSeconds is the greatest number of seconds the service takes anywhere.
const maxSeconds = 99_999_999

// parser collects the problems of one definition.
type parser struct {
	problems []string
	named    map[string]string // state name -> its place: names are unique in the whole machine
}

func (p *parser) problem(place, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if place != "" {
		text = place + ": " + text
	}
	p.problems = append(p.problems, strings.ReplaceAll(text, "\n", " "))
}

// object reads the fields of one JSON object of the definition and remembers which it read.
type object struct {
	*parser
	place string
	node  *node
	read  map[string]bool
}

// object opens n; it reports a value that is no object and gives an empty one then.
func (p *parser) object(place string, n *node) *object {
	if n.fields == nil {
		p.problem(place, "must be an object, not %s", typeName(n.value))
		n = &node{value: map[string]any{}}
	}
	return &object{parser: p, place: place, node: n, read: map[string]bool{}}
}

func (o *object) at(key string) string { return within(o.place, key) }

func (o *object) get(key string) *node {
	o.read[key] = true
	return o.node.fields[key]
}

func (o *object) has(key string) bool { return o.node.fields[key] != nil }

// rest reports the fields that nobody read.
func (o *object) rest(what string) {
	for _, key := range o.node.keys {
		switch {
		case o.read[key]:
		case jsonataField(key):
			o.problem(o.at(key), "is a field of the JSONata dialect or of variables, which a local run does not support; use the JSONPath dialect")
		default:
			o.problem(o.at(key), "is not a field of %s", what)
		}
	}
}

func jsonataField(key string) bool {
	return slices.Contains([]string{"Arguments", "Assign", "Condition", "Items", "Output"}, key)
}

// refuse reports fields that only the service can honour.
func (o *object) refuse(keys ...string) {
	for _, key := range keys {
		if o.get(key) != nil {
			o.problem(o.at(key), "is not supported by a local run (distributed Map)")
		}
	}
}

func (o *object) text(key string) (string, bool) {
	n := o.get(key)
	if n == nil {
		return "", false
	}
	text, ok := n.value.(string)
	if !ok {
		o.problem(o.at(key), "must be text, not %s", typeName(n.value))
	}
	return text, ok
}

func (o *object) requiredText(key string) string {
	text, ok := o.text(key)
	if !o.has(key) {
		o.problem(o.place, "%s is missing", key)
	} else if ok && text == "" {
		o.problem(o.at(key), "must not be empty")
	}
	return text
}

func (o *object) boolean(key string) (value, ok bool) {
	n := o.get(key)
	if n == nil {
		return false, false
	}
	if value, ok = n.value.(bool); !ok {
		o.problem(o.at(key), "must be true or false, not %s%s", typeName(n.value), substituted(n.value, "true", "false"))
	}
	return value, ok
}

// substituted explains the usual reason for a quoted number or boolean.
func substituted(value any, words ...string) string {
	text, ok := value.(string)
	if !ok || !slices.Contains(words, text) && !isNumber(text) && !strings.Contains(text, "${") {
		return ""
	}
	return fmt.Sprintf(" (%q): CloudFormation substitutes text into a definition, never numbers or booleans; write the value itself there", text)
}

func (o *object) number(key string) (json.Number, bool) {
	n := o.get(key)
	if n == nil {
		return "", false
	}
	number, ok := n.value.(json.Number)
	if !ok {
		o.problem(o.at(key), "must be a number, not %s%s", typeName(n.value), substituted(n.value))
	}
	return number, ok
}

func (o *object) integer(key string, least, most int64) (int64, bool) {
	number, ok := o.number(key)
	if !ok {
		return 0, false
	}
	i, ok := wholeNumber(number)
	if !ok || i < least || i > most {
		o.problem(o.at(key), "must be a whole number from %d to %d, not %s", least, most, number)
		return 0, false
	}
	return i, true
}

func (o *object) seconds(key string, least int64) (time.Duration, bool) {
	i, ok := o.integer(key, least, maxSeconds)
	return time.Duration(i) * time.Second, ok
}

// compile reads a text field with the given compiler and reports what the compiler says.
func compile[T any](o *object, key string, compiler func(string) (T, error)) (compiled T, ok bool) {
	text, ok := o.text(key)
	if !ok {
		return compiled, false
	}
	compiled, err := compiler(text)
	if err != nil {
		o.problem(o.at(key), "%s", err)
		return compiled, false
	}
	return compiled, true
}

// reference reads a reference path field, nil if absent or wrong.
func (o *object) reference(key string) *path {
	p, _ := compile(o, key, parseReference)
	return p
}

// oneOf reports fields of which exactly one, or at most one, is wanted; it says whether that holds.
func (o *object) oneOf(required bool, keys ...string) bool {
	var present []string
	for _, key := range keys {
		if o.has(key) {
			present = append(present, key)
		}
	}
	switch {
	case len(present) > 1:
		o.problem(o.place, "%s exclude each other", strings.Join(present, " and "))
	case len(present) == 0 && required:
		o.problem(o.place, "one of %s is needed", strings.Join(keys, ", "))
	default:
		return true
	}
	return false
}
