package asl

import (
	"context"
	"slices"
	"strings"
)

// state is one compiled state: what all types share, and the work of its own type.
type state struct {
	name, kind  string
	at          *location // in the definition
	unread      bool      // where it leads is unknown
	reached     bool      // a transition leads to it
	jsonata     bool
	next        string // empty: the graph ends here
	transitions []transition

	inputPath      selection
	outputPath     selection
	resultPath     *target // nil: the result replaces the input
	discard        bool    // ResultPath null: the input goes on as it came
	parameters     *template
	resultSelector *template

	arguments *template
	output    *template
	assign    *template

	retriers []retrier
	catchers []catcher
	work     work
}

type transition struct {
	at *location
	to string
}

// work is what a type of state does with its effective input.
type work interface {
	do(ctx context.Context, v *visit, input any) (outcome, error)
}

// outcome is what a state's work comes to. A Choice's rule also says where to go, and may have Output and Assign of its own.
type outcome struct {
	result any
	next   string
	via    string // of a Choice, as in Event
	rule   *choiceRule
}

// selection is an InputPath or OutputPath.
type selection struct {
	path  *path // nil: everything passes
	empty bool  // null: {} passes
}

func (f selection) apply(s *scope) (any, error) {
	switch {
	case f.empty:
		return NewObject(0), nil
	case f.path == nil:
		return s.input, nil
	}
	return f.path.read(s)
}

// readState reads one state.
func (p *parser) readState(at *location, name string) *state {
	s := &state{name: name, at: at}
	if at.value.Kind() == Opaque || !p.isObject(at) {
		s.unread = true
		return s
	}
	kind, known := p.stateType(at)
	s.kind = kind
	if !known {
		s.unread = true
		return s
	}
	s.jsonata = p.stateLanguage(at) == JSONata
	o := p.open(at, "a "+kind+" state", p.fieldsOf(kind), s.jsonata)
	o.state = s
	o.text("Comment")
	switch kind {
	case "Task":
		o.task(s)
	case "Pass":
		o.pass(s)
	case "Wait":
		o.wait(s)
	case "Choice":
		o.choice(s)
	case "Parallel":
		o.parallel(s)
	case "Map":
		o.mapState(s)
	case "Succeed":
		o.filters(s)
		s.work = passOn{}
	case "Fail":
		o.fail(s)
	}
	return s
}

// stateType reads Type; which fields belong to a state of unknown type cannot be told.
func (p *parser) stateType(at *location) (kind string, ok bool) {
	o := &object{parser: p, at: at}
	if !o.has("Type") {
		o.missing("Type", RuleRequired, "Type is required (%s)", strings.Join(p.stateTypes(), ", "))
		return "", false
	}
	kind, ok = o.text("Type")
	if ok && p.fieldsOf(kind) == nil {
		o.problemAt(o.under("Type", o.get("Type")), RuleStateType, "%q is not a type of state; %s", kind, suggestion(kind, p.stateTypes()))
		return kind, false
	}
	return kind, ok
}

func (p *parser) stateTypes() []string {
	return append(slices.Clone(p.options.StepTypes), StateTypes()...)
}

// stateLanguage reads QueryLanguage: a machine of JSONPath may have states of JSONata, but not the other way round.
func (p *parser) stateLanguage(at *location) QueryLanguage {
	o := &object{parser: p, at: at, fields: p.fieldsOf("Succeed")}
	language, ok := o.text("QueryLanguage")
	switch {
	case !ok:
		return p.language
	case QueryLanguage(language) == JSONPath && p.language == JSONata:
		o.problemAt(o.under("QueryLanguage", o.get("QueryLanguage")), RuleQueryLanguage, "cannot be JSONPath in a state machine that is in JSONata")
		return JSONata
	default:
		return QueryLanguage(language)
	}
}

// filters reads the fields that make the state's input and output.
func (o *object) filters(s *state) {
	s.inputPath, s.outputPath = o.selection("InputPath"), o.selection("OutputPath")
	s.output = o.template("Output")
}

func (o *object) selection(key string) selection {
	if v := o.get(key); v != nil && v.Kind() == Null {
		return selection{empty: true}
	}
	p, _ := compile(o, key, RulePath, parseFilterPath)
	return selection{path: p}
}

// result reads the fields that place a state's result.
func (o *object) result(s *state) {
	if v := o.get("ResultPath"); v != nil && v.Kind() == Null {
		s.discard = true
		return
	}
	s.resultPath, _ = compile(o, "ResultPath", RulePath, parseTarget)
}

// transition reads Next or End, of which a state needs exactly one.
func (o *object) transition(s *state) {
	end, known := o.flag("End")
	s.next = o.next(s)
	next := o.has("Next")
	switch {
	case next && end:
		o.problemKey(o.under("End", o.get("End")), RuleTransition, "has both Next and End; remove one of them")
	case !next && !end && (known || !o.has("End")):
		o.problem(RuleTransition, "has neither Next nor End; say which state follows, or End: true")
	}
}

// next reads a Next field and notes the transition on the state.
func (o *object) next(s *state) string {
	name, ok := o.name("Next")
	if ok {
		s.transitions = append(s.transitions, transition{o.under("Next", o.get("Next")), name})
	} else if o.has("Next") {
		s.unread = true // where it leads is unknown
	}
	return name
}

// terminal reports whether the graph can end with s.
func (s *state) terminal() bool {
	return s.kind == "Succeed" || s.kind == "Fail" || s.next == "" && s.kind != "Choice"
}

// passOn is the work of Succeed: none.
type passOn struct{}

func (passOn) do(_ context.Context, _ *visit, input any) (outcome, error) {
	return outcome{result: input}, nil
}

// pass is a Pass state.
type pass struct {
	result any
	fixed  bool // Result is given
}

func (o *object) pass(s *state) {
	o.filters(s)
	o.result(s)
	o.transition(s)
	s.parameters = o.template("Parameters")
	s.assign = o.assign()
	w := pass{}
	if v := o.get("Result"); v != nil {
		w.result, w.fixed = decoded(v), true
	}
	s.work = w
}

func (w pass) do(_ context.Context, _ *visit, input any) (outcome, error) {
	if w.fixed {
		return outcome{result: w.result}, nil
	}
	return outcome{result: input}, nil
}

// children are the graphs inside a state, in order.
func (s *state) children() []*graph {
	switch w := s.work.(type) {
	case parallel:
		return w.branches
	case *mapWork:
		return []*graph{w.iteration}
	default:
		return nil
	}
}

// all lists every state of g, nested ones after the state that holds them.
func (g *graph) all() []*state {
	var states []*state
	for _, s := range g.order {
		states = append(states, s)
		for _, child := range s.children() {
			states = append(states, child.all()...)
		}
	}
	return slices.Clip(states)
}
