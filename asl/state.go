package asl

import (
	"context"
	"encoding/json"
	"slices"
)

// state is one compiled state: what all types share, and the work of its own type.
type state struct {
	name, kind     string
	place          string // in the definition
	next           string // empty: the graph ends here
	transitions    []transition
	inputPath      filter
	outputPath     filter
	resultPath     *target // nil: the result replaces the input
	discard        bool    // ResultPath null: the input goes on as it came
	parameters     *template
	resultSelector *template
	retriers       []retrier
	catchers       []catcher
	work           work
}

type transition struct{ place, to string }

// work is what a type of state does with its effective input. It gives the state's result and, for a Choice, the next state.
type work interface {
	do(ctx context.Context, v *visit, input any) (result any, next string, err error)
}

// filter is an InputPath or OutputPath.
type filter struct {
	path  *path // nil: everything passes
	empty bool  // null: {} passes
}

func (f filter) apply(field string, s *scope) (any, error) {
	switch {
	case f.empty:
		return map[string]any{}, nil
	case f.path == nil:
		return s.input, nil
	}
	return f.path.read(field, s)
}

// state reads one state.
func (p *parser) state(place, name string, n *node) *state {
	s := &state{name: name, place: place}
	o := p.object(place, n)
	if n.fields == nil {
		return s
	}
	o.text("Comment")
	o.queryLanguage()
	s.kind = o.requiredText("Type")
	switch s.kind {
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
	default:
		if s.kind != "" {
			o.problem(o.at("Type"), "there is no type %q; the types are Task, Pass, Wait, Choice, Parallel, Map, Succeed and Fail", s.kind)
		}
		return s // which fields belong here cannot be told
	}
	o.rest("a state of type " + s.kind)
	return s
}

// filters reads InputPath and OutputPath.
func (o *object) filters(s *state) {
	s.inputPath, s.outputPath = o.filter("InputPath"), o.filter("OutputPath")
}

func (o *object) filter(key string) filter {
	if n := o.get(key); n != nil && n.value == nil {
		return filter{empty: true}
	}
	p, _ := compile(o, key, parsePath)
	return filter{path: p}
}

// result reads the fields that place a state's result.
func (o *object) result(s *state) {
	if n := o.get("ResultPath"); n != nil && n.value == nil {
		s.discard = true
		return
	}
	s.resultPath, _ = compile(o, "ResultPath", parseTarget)
}

// transition reads Next or End, of which a state needs exactly one.
func (o *object) transition(s *state) {
	end, _ := o.boolean("End")
	s.next = o.next(s)
	if !o.oneOf(false, "Next", "End") {
		return
	}
	if !o.has("Next") && !end && (!o.has("End") || o.get("End").value == false) {
		o.problem(o.place, "Next, or End: true, is missing")
	}
}

// next reads a Next field and notes the transition on s.
func (o *object) next(s *state) string {
	name, ok := o.text("Next")
	if ok {
		s.transitions = append(s.transitions, transition{o.at("Next"), name})
	}
	return name
}

// failing reads the fields of states that can fail and be tried again.
func (o *object) failing(s *state) {
	s.retriers, s.catchers = o.retry(), o.catch(s)
}

// passOn is the work of Succeed: none.
type passOn struct{}

func (passOn) do(_ context.Context, _ *visit, input any) (any, string, error) { return input, "", nil }

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
	w := pass{}
	if n := o.get("Result"); n != nil {
		w.result, w.fixed = n.value, true
	}
	s.work = w
}

func (w pass) do(_ context.Context, _ *visit, input any) (any, string, error) {
	if w.fixed {
		return w.result, "", nil
	}
	return input, "", nil
}

// fail is a Fail state.
type fail struct {
	name, cause         string
	namePath, causePath expression
}

func (o *object) fail(s *state) {
	w := fail{}
	o.oneOf(false, "Error", "ErrorPath")
	o.oneOf(false, "Cause", "CausePath")
	w.name, _ = o.text("Error")
	w.cause, _ = o.text("Cause")
	w.namePath, _ = compile(o, "ErrorPath", parseTextExpression)
	w.causePath, _ = compile(o, "CausePath", parseTextExpression)
	s.work = w
}

func (w fail) do(_ context.Context, v *visit, input any) (any, string, error) {
	e := &Error{Name: w.name, Cause: w.cause}
	for _, dynamic := range []struct {
		field string
		from  expression
		to    *string
	}{{"ErrorPath", w.namePath, &e.Name}, {"CausePath", w.causePath, &e.Cause}} {
		if dynamic.from == nil {
			continue
		}
		value, err := dynamic.from.evaluate(v.scope(input))
		if err != nil {
			return nil, "", failure(Runtime, "%s: %s", dynamic.field, cause(err))
		}
		text, ok := value.(string)
		if !ok {
			return nil, "", failure(Runtime, "%s gives %s instead of text", dynamic.field, typeName(value))
		}
		*dynamic.to = text
	}
	return nil, "", e
}

// TaskState is a Task state of the definition, as the caller needs it to tell which tasks it can answer.
type TaskState struct {
	Name       string
	Resource   string
	Parameters json.RawMessage // the JSON of Parameters, keys sorted; nil if there are none
	Place      string          // in the definition, "States.Build"
}

// children are the graphs inside a state, in order.
func (s *state) children() []*graph {
	switch w := s.work.(type) {
	case parallel:
		return w.branches
	case mapWork:
		return []*graph{w.iteration}
	default:
		return nil
	}
}

// all lists every state of g, nested ones after the state that holds them.
func (g *graph) all() []*state {
	var states []*state
	for _, name := range g.order {
		s := g.states[name]
		states = append(states, s)
		for _, child := range s.children() {
			states = append(states, child.all()...)
		}
	}
	return slices.Clip(states)
}
