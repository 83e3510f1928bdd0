package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// The list syntax is a plan without transitions: each step is followed by the
// next. list turns it into the form with StartAt and States; nil when it has no
// step that can be read.
//
// What is made keeps the places of what it is made from, so that problems
// point into the source. Two steps are added where the list leaves them out:
// {Name}-Merge after a Parallel or a Map, so that the next step finds one
// payload, and {Name}-End after a Choice that ends the list.
func (r *reader) list(n *cfn.Node, subject string, at cfn.Path) *Machine {
	m := &Machine{Node: &cfn.Node{Kind: cfn.Map, Place: n.Place}, Path: at, Place: n.Place}
	l := &listReader{reader: r, machine: m, used: map[string]bool{}, endings: map[string]bool{}}
	m.StartAt = l.sequence(n, subject, at, "")
	if m.StartAt == "" {
		return nil
	}
	r.addSteps(m)
	states := &cfn.Node{Kind: cfn.Map, Place: n.Place}
	for _, state := range m.States {
		states.Fields = append(states.Fields, cfn.Field{Key: state.Name, Value: state.Node, Place: state.Place})
	}
	m.Node.Fields = []cfn.Field{
		{Key: "StartAt", Value: stringAt(m.StartAt, n), Place: n.Place},
		{Key: "States", Value: states, Place: n.Place},
	}
	return m
}

// listReader builds one machine; the branches of a Choice add to the same one.
type listReader struct {
	*reader
	machine *Machine
	// used has the names of the steps that another step names as its next.
	used map[string]bool
	// endings are the names of the steps that may be added to end a Choice.
	endings map[string]bool
}

// item is one step of a list.
type item struct {
	name string
	node *cfn.Node
	path cfn.Path
}

// sequence adds the steps of a list and returns the name of the first, or ""
// when there is none. follower is the step after the list; "" ends the machine.
func (l *listReader) sequence(n *cfn.Node, subject string, at cfn.Path, follower string) string {
	items := l.items(n, subject, at)
	for i, it := range items {
		next, following := follower, (*cfn.Node)(nil)
		if i+1 < len(items) {
			next, following = items[i+1].name, items[i+1].node
		}
		l.step(it, next, following)
	}
	if len(items) == 0 {
		return ""
	}
	return items[0].name
}

// items reads the steps' names, which transitions need beforehand.
func (l *listReader) items(n *cfn.Node, subject string, at cfn.Path) []item {
	switch {
	case !n.IsList():
		l.report(RuleType, subject, at, n.Place, "must be a list of steps, not "+kindOf(n))
		return nil
	case len(n.Items) == 0:
		l.report(RuleRequired, subject, at, n.Place, "the list is empty: give at least one step")
		return nil
	}
	var items []item
	for i, node := range n.Items {
		where, name := at.Index(i), node.Get("Name")
		if it, readable := l.item(node, fmt.Sprintf("%s[%d]", subject, i), where); readable {
			items = append(items, it)
		} else if name.IsString() {
			l.machine.invalidStates = append(l.machine.invalidStates, name.Text)
		} else {
			l.machine.invalidStates = append(l.machine.invalidStates, "")
		}
	}
	return items
}

func (l *listReader) item(node *cfn.Node, subject string, at cfn.Path) (it item, readable bool) {
	name, kind := node.Get("Name"), node.Get("Type")
	switch {
	case node.IsIntrinsic():
		l.report(RuleReserved, subject, at, node.Place, loopAdvice)
	case !node.IsMap():
		l.report(RuleType, subject, at, node.Place, "a step must be an object with Name and Type, not "+kindOf(node))
	case name == nil:
		l.report(RuleRequired, subject, at.Key("Name"), node.Place, "a step of a list needs a Name")
	case !name.IsString() || name.Text == "":
		l.report(RuleType, subject, at.Key("Name"), name.Place, "Name must be a text that is not empty")
	case kind == nil:
		l.report(RuleRequired, stepSubject(name.Text), at.Key("Type"), node.Place, "has no Type ("+strings.Join(stepTypes(), ", ")+")")
	case !kind.IsString():
		l.report(RuleType, stepSubject(name.Text), at.Key("Type"), kind.Place, "Type must be a string, not "+kindOf(kind))
	default:
		return item{name: name.Text, node: node, path: at}, true
	}
	return item{}, false
}

// step adds a step that goes on with next. following is the next of the same list; nil
// for none.
func (l *listReader) step(it item, next string, following *cfn.Node) {
	for _, key := range []string{"Next", "End"} {
		if it.node.Has(key) {
			l.report(RuleTransition, stepSubject(it.name), it.path.Key(key), it.node.KeyPlace(key), key+" cannot be given in a list: each step is followed by the next one; "+writeStates)
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
	switch {
	case state.Type == "Choice":
		l.choice(state, it, next)
		return
	case isTerminal(state.Type):
	case l.needsMerge(state, next, following):
		merge := l.addedState("Merge", MergeType, it)
		l.machine.States = append(l.machine.States, merge)
		l.setNext(body, merge.Name)
		l.setNext(merge.Node, next)
	default:
		l.setNext(body, next)
	}
	l.handlers(state, next)
	l.content(state)
}

// addedState is a step that the list leaves out.
func (l *listReader) addedState(suffix, kind string, it item) *State {
	body := &cfn.Node{Kind: cfn.Map, Place: it.node.Place, Fields: []cfn.Field{
		{Key: "Type", Value: stringAt(kind, it.node), Place: it.node.Place},
	}}
	return &State{Name: it.name + "-" + suffix, Type: kind, Node: body, Path: it.path, Place: it.node.Get("Name").Place, AddedFor: it.name}
}

// setNext makes the step go on with next, or end.
func (l *listReader) setNext(body *cfn.Node, next string) {
	if next == "" {
		end := cfn.Boolean(true)
		end.Place = body.Place
		body.Fields = append(body.Fields, cfn.Field{Key: "End", Value: end, Place: body.Place})
		return
	}
	l.used[next] = true
	body.Fields = append(body.Fields, cfn.Field{Key: "Next", Value: stringAt(next, body), Place: body.Place})
}

const writeStates = "to choose what follows, write the plan with StartAt and States"

func stringAt(text string, source *cfn.Node) *cfn.Node {
	return &cfn.Node{Kind: cfn.String, Text: text, Place: source.Place}
}
