package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxDefinition = 1 << 20 // bytes; the service's quota
	maxStateName  = 80      // characters
)

// DefinitionError holds all problems of a definition, each as "place: what is wrong", in a stable order that follows the definition.
type DefinitionError struct{ Problems []string }

// Error gives one problem a line.
func (e *DefinitionError) Error() string { return strings.Join(e.Problems, "\n") }

// graph is a set of states that refer to each other: the machine, a branch, an iteration.
type graph struct {
	start  string
	states map[string]*state
	order  []string // as in the definition
}

// Parse checks and compiles a state machine's definition, JSON text of at most 1 MiB. Its error is a [*DefinitionError] with everything that
// is wrong.
func Parse(definition []byte) (*Machine, error) {
	p := &parser{named: map[string]string{}}
	m := p.machine(definition)
	if len(p.problems) > 0 {
		return nil, &DefinitionError{Problems: p.problems}
	}
	return m, nil
}

func (p *parser) machine(definition []byte) *Machine {
	if len(definition) > maxDefinition {
		p.problem("", "the definition has %d bytes; Step Functions takes at most %d", len(definition), maxDefinition)
		return nil
	}
	if err := valid(definition); err != nil {
		p.problem("", "the definition is not JSON: %s", err)
		return nil
	}
	root, err := readNode(definition, func(place, key string) { p.problem(within(place, key), "occurs twice in one object") })
	if err != nil {
		p.problem("", "the definition is not JSON: %s", err)
		return nil
	}
	if root.fields == nil {
		p.problem("", "the definition must be an object, not %s", typeName(root.value))
		return nil
	}
	o := p.object("", root)
	if version, ok := o.text("Version"); ok && version != "1.0" {
		o.problem("Version", "must be %q, the only version of the language", "1.0")
	}
	o.text("Comment")
	o.queryLanguage()
	m := &Machine{}
	m.timeout, _ = o.seconds("TimeoutSeconds", 1)
	m.graph = o.graph()
	o.rest("a state machine")
	return m
}

// valid checks JSON syntax and says where it breaks.
func valid(text []byte) error {
	var any json.RawMessage
	err := json.Unmarshal(text, &any)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := text[:min(max(syntax.Offset-1, 0), int64(len(text)))]
		line := bytes.Count(before, []byte("\n")) + 1
		column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
		return fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	return err
}

func (o *object) queryLanguage() {
	if language, ok := o.text("QueryLanguage"); ok && language != "JSONPath" {
		o.problem(o.at("QueryLanguage"), "%q is not supported by a local run; use JSONPath", language)
	}
}

// graph reads StartAt and States of a machine, a branch or an iteration.
func (o *object) graph() *graph {
	g := &graph{states: map[string]*state{}, start: o.requiredText("StartAt")}
	n := o.get("States")
	if n == nil {
		o.problem(o.place, "States is missing")
		return g
	}
	states := o.object(o.at("States"), n)
	if n.fields != nil && len(n.keys) == 0 {
		o.problem(states.place, "must hold at least one state")
	}
	for _, name := range states.node.keys {
		place := states.at(name)
		if length := utf8.RuneCountInString(name); length == 0 || length > maxStateName {
			o.problem(place, "a state's name must have 1 to %d characters, not %d", maxStateName, length)
		}
		if other, taken := o.named[name]; taken {
			o.problem(place, "the name is taken by %s: state names are unique in the whole machine", other)
		} else {
			o.named[name] = place
		}
		g.order = append(g.order, name)
		g.states[name] = o.state(place, name, n.fields[name])
	}
	if _, ok := g.states[g.start]; !ok && g.start != "" {
		o.problem(o.at("StartAt"), "there is no state %q here", g.start)
	}
	o.transitions(states.place, g)
	return g
}

// transitions checks that every transition leads to a state of the same graph and that every state can be reached.
func (p *parser) transitions(place string, g *graph) {
	sound := g.states[g.start] != nil
	for _, name := range g.order {
		for _, t := range g.states[name].transitions {
			if g.states[t.to] == nil {
				p.problem(t.place, "there is no state %q here", t.to)
				sound = false
			}
		}
	}
	if !sound {
		return // a wrong transition would make states look unreachable
	}
	reached := map[string]bool{g.start: true}
	for queue := []string{g.start}; len(queue) > 0; queue = queue[1:] {
		for _, t := range g.states[queue[0]].transitions {
			if !reached[t.to] {
				reached[t.to] = true
				queue = append(queue, t.to)
			}
		}
	}
	for _, name := range g.order {
		if !reached[name] {
			p.problem(within(place, name), "no transition leads to this state")
		}
	}
}

// parseTimestamp reads RFC 3339 with an upper-case T and Z ("Timestamps" in the specification).
func parseTimestamp(text string) (time.Time, error) {
	var t time.Time
	if err := t.UnmarshalText([]byte(text)); err != nil { // stricter than time.Parse
		return time.Time{}, fmt.Errorf("%q is not an RFC 3339 timestamp such as 2026-08-18T17:33:00Z", text)
	}
	return t, nil
}
