package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// checkLiterals looks at all values of the plan's definition, also in steps
// that could not be read: at objects that SAM takes for intrinsic functions, at
// functions whose value cannot stand there, and at dynamic references.
func (r *reader) checkLiterals(properties *cfn.Node, at cfn.Path) {
	s := scope{reader: r, subject: r.subject(), base: at, subs: true, reported: make(map[string]bool, len(r.problems))}
	for _, found := range r.problems {
		s.reported[found.Path] = true
	}
	s.machine(properties.Get("DeploymentPlan"), keyPath(nil, "DeploymentPlan"))
	// What is substituted into the definition stands in it, too.
	substitutions := keyPath(nil, "DefinitionSubstitutions")
	for _, field := range properties.Get("DefinitionSubstitutions").Entries() {
		s.references(field.Value, keyPath(substitutions, field.Key))
	}
}

// scope is the step, or the plan, whose values are looked at. base leads to it.
type scope struct {
	*reader
	subject string
	base    cfn.Path
	// subs says that the texts of Fn::Sub are still to be checked.
	subs bool
	// reported has the paths of values that something is wrong with.
	reported map[string]bool
}

// valuePath leads from a scope to a value in it. It becomes a path only where there
// is something to say: a plan has thousands of values.
type valuePath struct {
	before *valuePath
	key    string
	index  int // of a list's item; -1 for a key
}

func keyPath(before *valuePath, key string) *valuePath { return &valuePath{before, key, -1} }

func indexPath(before *valuePath, index int) *valuePath { return &valuePath{before, "", index} }

func (t *valuePath) path(from cfn.Path) cfn.Path {
	switch {
	case t == nil:
		return from
	case t.index >= 0:
		return t.before.path(from).Index(t.index)
	default:
		return t.before.path(from).Key(t.key)
	}
}

// problem is one with the value to which the trail leads.
func (s scope) problem(severity problem.Severity, rule string, n *cfn.Node, t *valuePath, message, advice string) problem.Problem {
	subject := s.subject
	if label := string(t.path("")); label != "" {
		subject += ": " + label
	}
	return problem.Problem{
		Severity: severity, Rule: rule, Path: string(t.path(s.base)), Place: n.Place,
		Message: subject + ": " + message, Advice: advice,
	}
}

// report adds an Error, unless something is wrong with this very value already.
func (s scope) report(rule string, n *cfn.Node, t *valuePath, message string) {
	found := s.problem(problem.Error, rule, n, t, message, "")
	if !s.reported[found.Path] {
		s.reported[found.Path] = true
		s.problems.Add(found)
	}
}

// machine looks at a machine in either syntax. That it is none, or that a step
// is no object, has been reported.
func (s scope) machine(n *cfn.Node, t *valuePath) {
	switch {
	case isLoop(n):
		s.value(n, t, false)
	case isIntrinsic(n):
	case n.IsList():
		for i, node := range n.Items {
			at := indexPath(t, i)
			if name := node.Get("Name"); name.IsString() {
				s.step(name.Text, node, at)
			} else {
				s.fields(node, at)
			}
		}
	case n.IsMap():
		s.loops(n, t)
		for _, field := range n.Fields {
			at := keyPath(t, field.Key)
			if field.Key != "States" {
				s.field(field, at)
				continue
			}
			for _, state := range field.Value.Entries() {
				s.step(state.Key, state.Value, keyPath(at, state.Key))
			}
		}
	}
}

// step looks at a step, which is a scope of its own.
func (s scope) step(name string, n *cfn.Node, t *valuePath) {
	scope{reader: s.reader, subject: stepSubject(name), base: t.path(s.base), subs: true, reported: s.reported}.fields(n, nil)
}

// fields looks at what a step has.
func (s scope) fields(n *cfn.Node, t *valuePath) {
	if isIntrinsic(n) {
		return // and reported
	}
	s.loops(n, t)
	kind := n.Get("Type")
	for _, field := range n.Entries() {
		at := keyPath(t, field.Key)
		switch {
		case field.Key == "Branches" && field.Value.IsList():
			for i, branch := range field.Value.Items {
				s.machine(branch, indexPath(at, i))
			}
		case slices.Contains([]string{"Iterator", "ItemProcessor", "IsTrue", "IsFalse"}, field.Key):
			s.machine(field.Value, at)
		case field.Key == "Properties" && kind.IsString() && kind.Text == JobType:
			job := s
			job.subs = false // the texts of a job have been checked
			job.field(field, at)
		default:
			s.field(field, at)
		}
	}
}

// field looks at the value of a key, unless the key is one of a loop, which is
// reported with the object that has it.
func (s scope) field(field cfn.Field, at *valuePath) {
	if !isLoopKey(field.Key) {
		s.value(field.Value, at, false)
	}
}

// value looks at a value and all in it. argument says that it is what a
// function is given.
func (s scope) value(n *cfn.Node, t *valuePath, argument bool) {
	if n.IsString() {
		s.dynamicReferences(n.Text, n, t)
		return
	}
	if s.loops(n, t); isLoop(n) {
		return
	}
	field, like := soleFunctionKey(n)
	switch {
	case like && len(n.Fields) > 1:
		s.report(RuleIntrinsic, n, t, fmt.Sprintf("without AWS::NoValue, %s is left alone, which would be taken for an intrinsic function; add another key, or pass it in the payload", field.Key))
	case like && field.Key == "Condition":
		s.report(RuleIntrinsic, n, t, "an object with the one key Condition would be taken for an intrinsic function; add another key, or pass it in the payload")
	case like:
		s.function(field, n, t, argument)
		return
	}
	for i, one := range n.Items {
		s.value(one, indexPath(t, i), argument)
	}
	for _, field := range n.Fields {
		s.field(field, keyPath(t, field.Key))
	}
}

// soleFunctionKey returns the only entry of an object that SAM takes for an
// intrinsic function: whatever its value is, its key alone counts. AWS::NoValue
// is gone by then.
func soleFunctionKey(n *cfn.Node) (only cfn.Field, like bool) {
	count := 0
	for _, field := range n.Entries() {
		if !cfn.IsNoValue(field.Value) {
			only = field
			count++
		}
	}
	like = only.Key == "Ref" || only.Key == "Condition" || strings.HasPrefix(only.Key, "Fn::")
	return only, count == 1 && like
}

func isLoopKey(key string) bool { return strings.HasPrefix(key, "Fn::ForEach") }

// isLoop reports whether nothing but a loop stands for a value.
func isLoop(n *cfn.Node) bool {
	return n.IsMap() && len(n.Fields) == 1 && isLoopKey(n.Fields[0].Key)
}

// loops reports the loops among an object's keys.
func (s scope) loops(n *cfn.Node, t *valuePath) {
	for _, field := range n.Entries() {
		if isLoopKey(field.Key) {
			found := s.problem(problem.Error, RuleReserved, n, t, field.Key+": a loop is expanded only after this macro; write out what it stands for", "")
			found.Path, found.Place = string(keyPath(t, field.Key).path(s.base)), field.Place
			s.problems.Add(found)
		}
	}
}
