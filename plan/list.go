package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/cfn"
)

// The list syntax is a plan without transitions: each step is followed by the
// next. list turns it into the form with StartAt and States.
//
// What is made keeps the places of what it is made from, so that problems
// point into the source. Two steps are added where the list leaves them out:
// {Name}-Merge after a Parallel, so that the next step finds one payload, and
// {Name}-End after a Choice that ends the list.
func (r *reader) list(n *cfn.Node, at cfn.Path) *Machine {
	m := &Machine{Node: cfn.Obj(), Path: at, Place: n.Place}
	m.Node.Place = n.Place
	l := &lister{reader: r, machine: m, states: cfn.Obj()}
	m.StartAt = l.sequence(n, at, "")
	if m.StartAt == "" {
		return nil
	}
	m.Node.Set("StartAt", &cfn.Node{Kind: cfn.String, Text: m.StartAt, Place: n.Place})
	for _, state := range m.States {
		l.states.Fields = append(l.states.Fields, cfn.Field{Key: state.Name, Value: state.Node, Place: state.Place})
	}
	m.Node.Set("States", l.states)
	return m
}

// lister builds one machine; branches of a Choice add to the same one.
type lister struct {
	*reader
	machine *Machine
	states  *cfn.Node
}

// item is one step of a list.
type item struct {
	name string
	node *cfn.Node
	path cfn.Path
}

// sequence adds the steps of a list and returns the name of the first, or ""
// when there is none. follower is the step after the list; "" ends the machine.
func (l *lister) sequence(n *cfn.Node, at cfn.Path, follower string) string {
	items := l.items(n, at)
	for i, it := range items {
		next := follower
		if i+1 < len(items) {
			next = items[i+1].name
		}
		merged := i+1 < len(items) && items[i+1].node.Get("Type").Value() == MergeType
		l.step(it, next, merged)
	}
	if len(items) == 0 {
		return ""
	}
	return items[0].name
}

// items reads the steps' names, which transitions need beforehand.
func (l *lister) items(n *cfn.Node, at cfn.Path) []item {
	if !n.IsList() || len(n.Items) == 0 {
		l.report(RuleType, l.subject(), at, n.Place, "a list of steps must have at least one step")
		return nil
	}
	var items []item
	for i, node := range n.Items {
		where := at.Index(i)
		name := node.Get("Name")
		switch {
		case !node.IsMap():
			l.report(RuleType, l.subject(), where, node.Place, fmt.Sprintf("a step must be an object with Name and Type, not a %s", node.Kind))
		case !name.IsString() || name.Text == "":
			l.report(RuleRequired, l.subject(), where.Key("Name"), node.Place, "a step of a list needs a Name")
		case !node.Get("Type").IsString():
			l.report(RuleRequired, stepSubject(name.Text), where.Key("Type"), node.Place, "has no Type ("+strings.Join(stepTypes(), ", ")+")")
		default:
			items = append(items, item{name: name.Text, node: node, path: where})
		}
	}
	return items
}

func (l *lister) step(it item, next string, merged bool) {
	for _, key := range []string{"Next", "End"} {
		if it.node.Has(key) {
			l.report(RuleTransition, stepSubject(it.name), it.path.Key(key), it.node.KeyPlace(key), key+" cannot be given in a list: each step is followed by the next one")
		}
	}
	body := &cfn.Node{Kind: cfn.Map, Place: it.node.Place}
	for _, field := range it.node.Fields {
		if !slices.Contains([]string{"Name", "Next", "End"}, field.Key) {
			body.Fields = append(body.Fields, field)
		}
	}
	state := &State{Name: it.name, Type: it.node.Get("Type").Text, Node: body, Path: it.path, Place: it.node.Get("Name").Place}
	l.machine.States = append(l.machine.States, state)
	switch state.Type {
	case "Choice":
		l.choice(state, it, next)
		return
	case "Succeed", "Fail":
	case "Parallel":
		if !merged {
			merge := l.add(it.name+"-Merge", it, cfn.Obj(cfn.F("Type", cfn.Str(MergeType))))
			transit(merge.Node, next)
			next = merge.Name
		}
		transit(body, next)
	default:
		transit(body, next)
	}
	l.content(state)
}

func (l *lister) add(name string, it item, body *cfn.Node) *State {
	body.Place = it.node.Place
	state := &State{Name: name, Type: body.Get("Type").Text, Node: body, Path: it.path, Place: it.node.Place}
	l.machine.States = append(l.machine.States, state)
	return state
}

// transit makes the step go on with next, or end.
func transit(body *cfn.Node, next string) {
	if next == "" {
		body.Set("End", cfn.Boolean(true))
		return
	}
	body.Set("Next", &cfn.Node{Kind: cfn.String, Text: next, Place: body.Place})
}

// choice turns {Condition, IsTrue, IsFalse} into a Choice state; both ways
// come together again in the step after it.
func (l *lister) choice(state *State, it item, next string) {
	subject := stepSubject(it.name)
	for _, field := range it.node.Fields {
		if !slices.Contains([]string{"Name", "Type", "Comment", "Condition", "IsTrue", "IsFalse", "Next", "End"}, field.Key) {
			l.report(RuleUnknownProperty, subject, it.path.Key(field.Key), field.Place, field.Key+": a Choice in a list has Condition, IsTrue and IsFalse")
		}
	}
	condition := it.node.Get("Condition")
	if !condition.IsMap() {
		l.report(RuleRequired, subject, it.path.Key("Condition"), it.node.Place, "Condition is required: a rule such as {Variable: $.output.Build.ok, BooleanEquals: true}")
		condition = cfn.Obj()
	}
	if next == "" {
		end := l.add(it.name+"-End", it, cfn.Obj(cfn.F("Type", cfn.Str("Pass"))))
		transit(end.Node, "")
		next = end.Name
	}
	way := func(key string) string {
		branch := it.node.Get(key)
		if branch == nil {
			return next
		}
		first := l.sequence(branch, it.path.Key(key), next)
		if first == "" {
			return next
		}
		return first
	}
	if !it.node.Has("IsTrue") && !it.node.Has("IsFalse") {
		l.report(RuleRequired, subject, it.path.Key("IsTrue"), it.node.Place, "IsTrue or IsFalse is required: the steps to run")
	}
	rule := condition.Clone()
	rule.Set("Next", &cfn.Node{Kind: cfn.String, Text: way("IsTrue"), Place: it.node.Place})
	fallback := way("IsFalse")
	state.Node.Delete("Condition")
	state.Node.Delete("IsTrue")
	state.Node.Delete("IsFalse")
	state.Node.Set("Choices", cfn.Seq(rule))
	state.Node.Set("Default", &cfn.Node{Kind: cfn.String, Text: fallback, Place: it.node.Place})
}
