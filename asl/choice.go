package asl

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// choice is a Choice state: the first rule that holds says where to go.
type choice struct {
	rules    []*choiceRule
	fallback string
}

// choiceRule is one of Choices, with what the state does if it is the one that holds.
type choiceRule struct {
	condition condition
	next      string
	output    *template
	assign    *template
}

// condition is a compiled choice rule.
type condition interface {
	holds(*scope) (bool, error)
}

type (
	and []condition
	or  []condition
	not struct{ condition }
	// always is the Condition true or false of JSONata, written out.
	always bool
)

func (o *object) choice(s *state) {
	o.filters(s)
	s.assign = o.assign()
	w := choice{}
	o.rules("Choices", "rule", func(at *location) {
		w.rules = append(w.rules, o.choiceRule(s, at))
	})
	if name, ok := o.name("Default"); ok {
		w.fallback = name
		s.transitions = append(s.transitions, transition{o.under("Default", o.get("Default")), name})
	} else if o.has("Default") {
		s.unread = true
	}
	s.work = w
}

// rules reads each of a list that must have at least one.
func (o *object) rules(key, what string, read func(at *location)) {
	at, ok := o.field(key)
	switch {
	case !o.has(key):
		o.missing(key, RuleRequired, "%s is required: a list with at least one %s", key, what)
	case !ok:
		o.state.unread = true
	case at.value.Kind() != Array:
		o.problemAt(at, RuleType, "must be a list, not %s", at.value.Kind())
	case at.value.Len() == 0:
		o.problemAt(at, RuleRequired, "is empty: give at least one %s", what)
	default:
		for i := range at.value.Len() {
			if value := at.value.Item(i); value.Kind() != Opaque {
				read(at.item(i, value))
			} else {
				o.state.unread = true
			}
		}
	}
}

func (o *object) choiceRule(s *state, at *location) *choiceRule {
	r := o.open(at, "a rule of a Choice", o.fieldsOfPart(PartChoiceRule), s.jsonata)
	r.state = s
	rule := &choiceRule{}
	if s.jsonata {
		rule.condition = r.expressionCondition()
	} else {
		rule.condition = r.condition()
	}
	rule.next = r.next(s)
	if !r.has("Next") && at.value.Kind() == ObjectKind {
		r.missing("Next", RuleTransition, "Next is required: the state that follows")
	}
	rule.output, rule.assign = r.template("Output"), r.assign()
	return rule
}

// expressionCondition reads the Condition of a rule in JSONata.
func (o *object) expressionCondition() condition {
	const example = "{% $states.input.output.Build.ok %}"
	at, ok := o.field("Condition")
	switch {
	case !o.has("Condition"):
		if !o.hasUnknown() { // what is missing may be what is misspelt
			o.missing("Condition", RuleChoice, "Condition is required, such as %s", example)
		}
		return always(false)
	case !ok || o.later(at.value):
		return always(false)
	case at.value.Kind() == Boolean:
		return always(at.value.Text() == "true")
	}
	if q, ok := o.expression("Condition"); ok {
		return q
	}
	o.problemAt(at, RuleType, "must be an expression such as %s", example)
	return always(false)
}

// condition reads one rule: And, Or, Not, or Variable with one comparison.
func (o *object) condition() condition {
	o.text("Comment")
	var kinds, comparisons []string
	for i := range o.at.value.Len() {
		name, _ := o.at.value.Field(i)
		_, compares := operatorNamed(name)
		switch {
		case slices.Contains([]string{"And", "Or", "Not", "Variable"}, name):
			kinds = append(kinds, name)
		case compares:
			comparisons = append(comparisons, name)
		}
	}
	if message := incomplete(kinds, comparisons); message != "" {
		if o.at.value.Kind() == ObjectKind && (len(kinds)+len(comparisons) > 1 || !o.hasUnknown()) {
			o.problem(RuleChoice, "%s", message)
		}
		if len(comparisons) == 1 {
			o.operand(nil, comparisons[0])
		}
		return and{}
	}
	switch kinds[0] {
	case "And":
		return and(o.inner("And"))
	case "Or":
		return or(o.inner("Or"))
	case "Not":
		at, ok := o.field("Not")
		if !ok {
			return and{}
		}
		return not{o.nested(at)}
	default:
		variable, _ := compile(o, "Variable", RulePath, parsePath)
		return o.operand(variable, comparisons[0])
	}
}

// hasUnknown reports whether the object has fields that it cannot have.
func (o *object) hasUnknown() bool {
	for i := range o.at.value.Len() {
		name, _ := o.at.value.Field(i)
		if spec := o.spec(name); spec == nil || !o.speaks(spec) {
			return true
		}
	}
	return false
}

// incomplete says what a rule has too little or too much of.
func incomplete(kinds, comparisons []string) string {
	switch {
	case len(kinds) > 1:
		return fmt.Sprintf("has %s; a rule has one of And, Or, Not and Variable", strings.Join(kinds, " and "))
	case len(kinds) == 0 && len(comparisons) == 0:
		return "says nothing; give Variable and a comparison, or And, Or or Not"
	case len(kinds) == 0:
		return "has no Variable: the path to what " + comparisons[0] + " compares"
	case kinds[0] != "Variable" && len(comparisons) > 0:
		return fmt.Sprintf("has %s beside %s; put it into a rule of its own", comparisons[0], kinds[0])
	case kinds[0] == "Variable" && len(comparisons) == 0:
		return "has no comparison, such as StringEquals"
	case len(comparisons) > 1:
		return fmt.Sprintf("has %d comparisons, %s, and may have one; join two rules with And", len(comparisons), strings.Join(comparisons, " and "))
	default:
		return ""
	}
}

// inner reads the rules of And or Or.
func (o *object) inner(key string) []condition {
	var conditions []condition
	o.rules(key, "rule", func(at *location) { conditions = append(conditions, o.nested(at)) })
	return conditions
}

// nested reads a rule inside another, which has neither Next nor Assign.
func (o *object) nested(at *location) condition {
	inner := o.open(at, "a rule of a Choice", o.fieldsOfPart(PartChoiceRule), false)
	inner.state = o.state
	for _, key := range []string{"Next", "Assign"} {
		if i := inner.find(key); i >= 0 {
			_, value := inner.at.value.Field(i)
			o.problemKey(at.field(key, i, value), RuleChoice, "belongs to the outermost rule")
		}
	}
	return inner.condition()
}

func (w choice) do(_ context.Context, v *visit, input any) (outcome, error) {
	s := v.scope(input)
	for i, r := range w.rules {
		holds, err := r.condition.holds(s)
		if err != nil {
			return outcome{}, err
		}
		if holds {
			return outcome{result: input, next: r.next, via: indexed("Choices", i), rule: r}, nil
		}
	}
	if w.fallback == "" {
		return outcome{}, failure(NoChoiceMatched, "no rule of the Choice state holds and it has no Default")
	}
	return outcome{result: input, next: w.fallback, via: "Default"}, nil
}

func (c and) holds(s *scope) (bool, error) {
	for _, inner := range c {
		if holds, err := inner.holds(s); err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

func (c or) holds(s *scope) (bool, error) {
	for _, inner := range c {
		if holds, err := inner.holds(s); err != nil || holds {
			return holds, err
		}
	}
	return false, nil
}

func (c not) holds(s *scope) (bool, error) {
	holds, err := c.condition.holds(s)
	return !holds, err
}

func (c always) holds(*scope) (bool, error) { return bool(c), nil }

// holds makes an expression a rule: it must give true or false.
func (q *query) holds(s *scope) (bool, error) {
	value, err := q.evaluate(s)
	if err != nil {
		return false, err
	}
	holds, ok := value.(bool)
	if !ok {
		return false, q.wrong("boolean", value)
	}
	return holds, nil
}
