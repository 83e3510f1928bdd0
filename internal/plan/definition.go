package plan

import (
	"fmt"
	"maps"
	"strings"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// checkDefinition lets the States Language judge the state machine that the
// plan becomes, and reports what it finds at the plan's own places.
func (r *reader) checkDefinition(p *Plan, body *cfn.Node, at cfn.Path) {
	d := &definition{reader: r, origins: maps.Clone(r.made), structure: map[*cfn.Node]bool{}}
	root := d.machine(p.Machine)
	_, found := asl.ParseValue(d.value(root), asl.ParseOptions{Substituted: true, StepTypes: OwnTypes()})
	if len(found) == 0 {
		return
	}
	d.added, d.source, d.top = map[string]*State{}, map[*cfn.Node]cfn.Path{}, at
	d.locate(body, at)
	for s := range p.Machine.All() {
		d.added[s.Name] = s
	}
	for _, one := range found {
		r.problems.Add(d.problem(one))
	}
}

// definition is the state machine that a plan becomes, as far as it is judged:
// the plan's own values, and few made ones around them.
type definition struct {
	*reader
	// origins are the paths of made values that replace one of the source;
	// source has those of the source's own.
	origins map[*cfn.Node]cfn.Path
	source  map[*cfn.Node]cfn.Path
	// structure has the objects that are no values: machines and their steps.
	structure map[*cfn.Node]bool
	added     map[string]*State
	top       cfn.Path
}

// object makes an object of the structure, in place of what is at a path.
func (d *definition) object(place problem.Place, at cfn.Path) *cfn.Node {
	n := &cfn.Node{Kind: cfn.Map, Place: place}
	d.origins[n], d.structure[n] = at, true
	return n
}

func (d *definition) machine(m *Machine) *cfn.Node {
	n := d.object(m.Place, m.Path)
	for _, field := range m.Node.Fields {
		if field.Key == "States" && field.Value.IsMap() && !isLoop(field.Value) {
			field.Value = d.states(m, field.Value)
		}
		n.Fields = append(n.Fields, field)
	}
	return n
}

func (d *definition) states(m *Machine, source *cfn.Node) *cfn.Node {
	read := make(map[*cfn.Node]*State, len(m.States))
	for _, s := range m.States {
		read[s.Node] = s
	}
	n := d.object(source.Place, m.Path.Key("States"))
	for _, field := range source.Fields {
		value := d.opaque
		if s := read[field.Value]; s != nil {
			value = d.state(s)
		}
		n.Fields = append(n.Fields, cfn.Field{Key: field.Key, Value: value, Place: field.Place})
	}
	for i, name := range m.invalidStates {
		if !source.Has(name) {
			if name == "" {
				name = fmt.Sprintf("unnamed %d", i)
			}
			n.Fields = append(n.Fields, cfn.Field{Key: name, Value: d.opaque})
		}
	}
	return n
}

func (d *definition) state(s *State) *cfn.Node {
	if !isSupported(s.Type) && !IsTask(s.Type) {
		return d.opaque // reported
	}
	n := d.object(s.Node.Place, s.Path)
	d.origins[s.Node] = s.Path
	if IsTask(s.Type) {
		n.Fields = d.task(s)
		return n
	}
	nested := make(map[*cfn.Node]*Machine, len(s.Machines))
	for _, m := range s.Machines {
		nested[m.source] = m
	}
	inside := func(one *cfn.Node) *cfn.Node {
		if m := nested[one]; m != nil {
			return d.machine(m)
		}
		return d.opaque
	}
	for _, field := range s.Node.Fields {
		switch {
		case misplacedSteps(s, field.Key): // reported
			field.Key, field.Value = "ItemProcessor", d.opaque
		case field.Key == "Branches" && field.Value.IsList():
			branches := &cfn.Node{Kind: cfn.List, Place: field.Value.Place}
			d.origins[branches] = s.Path.Key("Branches")
			for _, branch := range field.Value.Items {
				branches.Items = append(branches.Items, inside(branch))
			}
			field.Value = branches
		case s.Type == "Map" && field.Key == iteratorKey(s.Node):
			field.Value = inside(field.Value)
		}
		n.Fields = append(n.Fields, field)
	}
	return n
}

// task is what a step of Attini's own becomes, with what the user gave it.
func (d *definition) task(s *State) []cfn.Field {
	resource, parameters := "arn:aws:states:::lambda:invoke", "Parameters"
	if d.isJSONata(s) {
		parameters = "Arguments"
	}
	fields := []cfn.Field{{Key: "Type", Value: stringAt("Task", s.Node)}}
	for _, field := range s.Node.Fields {
		calls := s.Type == InvokeType && (field.Key == "Parameters" || field.Key == "Arguments")
		if field.Key != "Type" && (d.taskKey(field.Key) || calls) {
			fields = append(fields, field)
		}
	}
	if _, hasProperties := schema.StepProperties(s.Type); hasProperties || s.Job != nil {
		resource += ".waitForTaskToken"
		if properties := s.Node.Get("Properties"); properties.IsMap() {
			payload := cfn.Obj(cfn.F("Payload", cfn.Obj(cfn.F("Properties", properties))))
			fields = append(fields, cfn.F(parameters, payload))
		}
	}
	return append(fields, cfn.Field{Key: "Resource", Value: stringAt(resource, s.Node.Get("Type"))})
}

// locate notes where the values of the source are.
func (d *definition) locate(n *cfn.Node, at cfn.Path) {
	d.source[n] = at
	for i, item := range n.Items {
		d.locate(item, at.Index(i))
	}
	for _, field := range n.Fields {
		d.locate(field.Value, at.Key(field.Key))
	}
}

// path returns where a value is in the source; the root for one that was made.
func (d *definition) path(n *cfn.Node) cfn.Path {
	if at, made := d.origins[n]; made {
		return at
	}
	return d.source[n]
}

// problem says at the plan's own place what is wrong with the definition.
func (d *definition) problem(found asl.Problem) problem.Problem {
	var path cfn.Path
	whole := false
	for i := len(found.Values) - 1; i >= 0 && path.IsRoot(); i-- {
		if v, ok := found.Values[i].(*value); ok {
			path = d.path(v.node)
			whole = !path.IsRoot() && i == len(found.Values)-1
		}
	}
	if whole && found.Missing != "" {
		path = path.Key(found.Missing)
	}
	subject, label, origin := d.subject(), path.From(d.top), ""
	if found.State != "" {
		subject = stepSubject(found.State)
		if s := d.added[found.State]; s != nil {
			label, origin = path.From(s.Path), s.origin()
		}
	}
	if label == "" && found.State != "" {
		label = found.Field
	}
	if found.Missing != "" {
		label = strings.TrimSuffix(strings.TrimSuffix(label, found.Missing), ".")
	}
	if label != "" {
		subject += ": " + label
	}
	return problem.Problem{
		Severity: problem.Error, Rule: ruleOf(found.Rule), Path: path.String(),
		Place:   problem.Place{Line: found.Place.Line, Column: found.Place.Column},
		Message: subject + ": " + found.Message + origin, Advice: found.Advice, Fix: problem.Fix{Old: found.Wrong, New: found.Meant},
	}
}

// ruleOf names a rule of the language as problems of a template do.
func ruleOf(rule asl.Rule) string {
	switch rule {
	case asl.RuleUnknownField:
		return RuleUnknownProperty
	case asl.RuleStateType:
		return RuleUnknownStepType
	case asl.RuleUnknownState:
		return RuleUnknownStep
	case asl.RuleStateName:
		return RuleStepName
	default:
		return string(rule)
	}
}
