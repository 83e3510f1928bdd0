package asl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxDefinition = 1 << 20 // bytes; the service's quota
	maxStateName  = 80      // characters
)

// ParseOptions say what its text does not tell of a definition.
type ParseOptions struct {
	// Substituted says that ${…} in a text stands for what the deployment of a template puts there, so that such a text cannot be checked.
	Substituted bool
	// Express says that the machine is of type EXPRESS.
	Express bool
	// StepTypes are further types of states, which the caller replaces by states of the language. They appear in messages only.
	StepTypes []string
}

// graph is a set of states that refer to each other: the machine, a branch, an iteration.
type graph struct {
	start  string
	states map[string]*state
	order  []*state // as in the definition
	names  []string // of order
}

// Parse checks and compiles a state machine's definition, JSON text of at most 1 MiB. Its error is a [*DefinitionError] with everything that
// is wrong.
func Parse(definition []byte) (*Machine, error) {
	return ParseWith(definition, ParseOptions{})
}

// ParseWith is [Parse] with options.
func ParseWith(definition []byte, options ParseOptions) (*Machine, error) {
	refuse := func(format string, args ...any) (*Machine, error) {
		return nil, &DefinitionError{Problems: []Problem{{Rule: RuleSyntax, Message: fmt.Sprintf(format, args...)}}}
	}
	if len(definition) > maxDefinition {
		return refuse("the definition has %d bytes; Step Functions takes at most %d", len(definition), maxDefinition)
	}
	if err := checkJSON(definition); err != nil {
		return refuse("the definition is not JSON: %s", err)
	}
	machine, problems := ParseValue(newNodeReader(definition).node(), options)
	if len(problems) > 0 {
		return nil, &DefinitionError{Problems: problems}
	}
	return machine, nil
}

// ParseValue is [Parse] for a definition that has been read already, from a template for example. It returns all problems in the order of their
// places. The machine can be run only if there are none and nothing in the definition is [Deferred] or [Opaque].
func ParseValue(definition Value, options ParseOptions) (*Machine, []Problem) {
	p := &parser{named: map[string]*location{}, fields: map[fieldsKey][]Field{}, options: options, express: options.Express}
	m := p.machine(&location{index: -1, position: -1, value: definition})
	slices.SortStableFunc(p.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	return m, slices.CompactFunc(p.problems, func(a, b Problem) bool { return a.Path == b.Path && a.Message == b.Message })
}

func (p *parser) machine(at *location) *Machine {
	o := p.open(at, "a state machine", p.fieldsOfPart(PartMachine), false)
	o.text("Comment")
	o.text("Version")
	p.language = JSONPath
	if language, ok := o.text("QueryLanguage"); ok {
		p.language = QueryLanguage(language)
	}
	m := &Machine{}
	if seconds, ok := o.integer("TimeoutSeconds"); ok {
		m.timeout = time.Duration(seconds) * time.Second
	}
	m.graph = o.graph()
	p.reportDangling()
	return m
}

// graph reads StartAt and States of a machine, a branch or an iteration.
func (o *object) graph() *graph {
	g, before := &graph{}, len(o.problems)
	start, named := o.name("StartAt")
	o.present("StartAt", "the name of the first state", start, named)
	g.start = start
	at, ok := o.field("States")
	if !o.has("States") {
		o.missing("States", RuleRequired, "States is required: an object of states by name")
	}
	if !ok {
		return g
	}
	if !o.isObject(at) {
		return g
	}
	count := at.value.Len()
	if count == 0 {
		o.problemAt(at, RuleRequired, "is empty: give at least one state")
	}
	whole := true
	g.states = make(map[string]*state, count)
	if len(o.named) == 0 {
		o.named = make(map[string]*location, count)
	}
	g.order, g.names = make([]*state, 0, count), make([]string, 0, count)
	for i := range count {
		name, value := at.value.Field(i)
		place := at.field(name, i, value)
		place.state = true
		if value.Kind() != Opaque {
			o.checkName(place, name)
		}
		if g.states[name] != nil {
			continue // the name is taken
		}
		s := o.readState(place, name)
		whole = whole && !s.unread
		g.states[name] = s
		g.order, g.names = append(g.order, s), append(g.names, name)
	}
	o.transitions(g, whole, len(o.problems) == before)
	return g
}

// checkName holds names to the service's rules. White space, brackets and the like, which the name of a state machine may not have, are allowed.
func (p *parser) checkName(at *location, name string) {
	length := utf8.RuneCountInString(name)
	switch other := p.named[name]; {
	case length == 0:
		p.problemAt(at, RuleStateName, "the name is empty")
	case length > maxStateName:
		p.problemAt(at, RuleStateName, "the name has %d characters (at most %d)", length, maxStateName)
	case strings.ContainsFunc(name, unicode.IsControl):
		p.problemAt(at, RuleStateName, "the name has a control character")
	case other != nil:
		p.problemAt(at, RuleStateName, "the name is taken by %s; names are unique in the whole machine, nested states included", other.path(nil))
	default:
		p.named[name] = at
	}
}

// transitions checks that every transition leads to a state of the same graph and, if the graph could be read whole, that every state can be
// reached, and, if all in it is right, that it can end.
func (o *object) transitions(g *graph, whole, right bool) {
	if len(g.order) == 0 {
		return
	}
	if g.start != "" && g.states[g.start] == nil {
		o.dangling = append(o.dangling, dangling{o.under("StartAt", o.get("StartAt")), g, g.start})
		whole = false
	}
	for _, s := range g.order {
		for _, t := range s.transitions {
			if g.states[t.to] == nil {
				o.dangling = append(o.dangling, dangling{t.at, g, t.to})
				whole = false
			}
		}
	}
	if whole && g.start != "" { // else a state may seem out of reach only because another is misspelt or broken
		o.unreachable(g)
		if right && !slices.ContainsFunc(g.order, (*state).terminal) {
			at, _ := o.field("States")
			o.problemKey(at, RuleTransition, "no state ends here; give one End: true, or add a Succeed or Fail state")
		}
	}
}

// dangling is a transition to a state that its graph does not have. Whether it is at another level is known only when all is read.
type dangling struct {
	at    *location
	graph *graph
	to    string
}

// maxSuggestions is for how many missing states a name is suggested, which takes most of
// the time of a machine with thousands.
const maxSuggestions = 1000

// reportDangling reports transitions to states that are not there.
func (p *parser) reportDangling() {
	for i, d := range p.dangling {
		if other := p.named[d.to]; other != nil {
			p.problemAt(d.at, RuleUnknownState, "state %q is at another level, at %s; a transition stays inside its branch or iteration", d.to, other.path(nil))
			continue
		}
		if i >= maxSuggestions {
			p.problemAt(d.at, RuleUnknownState, "state %q does not exist at this level", d.to)
			continue
		}
		p.problemAt(d.at, RuleUnknownState, "state %q does not exist at this level; %s", d.to, suggestion(d.to, d.graph.names))
		p.meant(d.to, d.graph.names)
	}
}

func (o *object) unreachable(g *graph) {
	first := g.states[g.start]
	first.reached = true
	for open := []*state{first}; len(open) > 0; {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		for _, t := range s.transitions {
			if next := g.states[t.to]; !next.reached {
				next.reached = true
				open = append(open, next)
			}
		}
	}
	for _, s := range g.order {
		if !s.reached {
			problem := s.at.problem(RuleUnreachable, "", "unreachable: no state names it in Next, Default or Catch")
			problem.Advice = "Lead to it or remove it: Step Functions refuses to create a state machine with an unreachable state."
			o.problems = append(o.problems, problem)
		}
	}
}

// parseTimestamp reads RFC 3339 with an upper-case T and Z ("Timestamps" in the specification).
func parseTimestamp(text string) (time.Time, error) {
	var t time.Time
	if err := t.UnmarshalText([]byte(text)); err != nil { // stricter than time.Parse
		return time.Time{}, fmt.Errorf("%q is not a timestamp such as 2026-08-18T17:33:00Z", text)
	}
	return t, nil
}
