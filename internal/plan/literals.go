package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// checkLiterals checks all values of the plan's definition, also in steps
// that could not be read: objects that SAM takes for intrinsic functions,
// functions whose value cannot be there, and dynamic references.
func (r *reader) checkLiterals(properties *cfn.Node, at cfn.Path) {
	s := scope{reader: r, subject: r.subject(), base: at, subs: true, reported: make(map[string]bool, len(r.problems))}
	for _, found := range r.problems {
		s.reported[found.Path] = true
	}
	s.machine(properties.Get("DeploymentPlan"), at.Key("DeploymentPlan"))
	// The values of substitutions become part of the definition, too.
	for _, field := range properties.Get("DefinitionSubstitutions").Entries() {
		cfn.Walk(field.Value, at.Keys("DefinitionSubstitutions", field.Key), func(n *cfn.Node, at cfn.Path) bool {
			if n.IsString() {
				s.dynamicReferences(n.Text, n, at)
			}
			return true
		})
	}
}

// scope is the step, or the plan, whose values are checked. base leads to it.
type scope struct {
	*reader
	subject string
	base    cfn.Path
	// subs says that the texts of Fn::Sub are still to be checked.
	subs bool
	// reported has the paths of values that something is wrong with.
	reported map[string]bool
}

// problem is one with the value at a path.
func (s scope) problem(severity problem.Severity, rule string, n *cfn.Node, at cfn.Path, message, advice string) problem.Problem {
	subject := s.subject
	if label := at.From(s.base); label != "" {
		subject += ": " + label
	}
	return problem.Problem{
		Severity: severity, Rule: rule, Path: at.String(), Place: n.Place,
		Message: subject + ": " + message, Advice: advice,
	}
}

// report adds an Error, unless something is wrong with this very value already.
func (s scope) report(rule string, n *cfn.Node, at cfn.Path, message string) {
	found := s.problem(problem.Error, rule, n, at, message, "")
	if !s.reported[found.Path] {
		s.reported[found.Path] = true
		s.problems.Add(found)
	}
}

// machine checks a machine in either syntax. A value that is not a machine, and a
// step that is not an object, has been reported.
func (s scope) machine(n *cfn.Node, at cfn.Path) {
	switch {
	case isLoop(n):
		s.value(n, at, false)
	case n.IsIntrinsic():
	case n.IsList():
		for i, node := range n.Items {
			at := at.Index(i)
			if name := node.Get("Name"); name.IsString() {
				s.step(name.Text, node, at)
			} else {
				s.fields(node, at)
			}
		}
	case n.IsMap():
		s.loops(n, at)
		for _, field := range n.Fields {
			at := at.Key(field.Key)
			if field.Key != "States" {
				s.field(field, at)
				continue
			}
			for _, state := range field.Value.Entries() {
				s.step(state.Key, state.Value, at.Key(state.Key))
			}
		}
	}
}

// step checks a step, which is a scope of its own.
func (s scope) step(name string, n *cfn.Node, at cfn.Path) {
	scope{reader: s.reader, subject: stepSubject(name), base: at, subs: true, reported: s.reported}.fields(n, at)
}

// fields checks what a step has.
func (s scope) fields(n *cfn.Node, at cfn.Path) {
	if n.IsIntrinsic() {
		return // and reported
	}
	s.loops(n, at)
	kind := n.Get("Type").AsString()
	for _, field := range n.Entries() {
		at := at.Key(field.Key)
		switch {
		case field.Key == "Branches" && field.Value.IsList():
			for i, branch := range field.Value.Items {
				s.machine(branch, at.Index(i))
			}
		case field.Key == "Catch" && field.Value.IsList():
			for i, catcher := range field.Value.Items {
				s.catcher(catcher, at.Index(i))
			}
		case slices.Contains([]string{"Iterator", "ItemProcessor", "IsTrue", "IsFalse"}, field.Key):
			s.machine(field.Value, at)
		case field.Key == "Properties" && kind == JobType:
			job := s
			job.subs = false // the texts of a job have been checked
			job.field(field, at)
		default:
			s.field(field, at)
		}
	}
}

// catcher checks what a step does after an error, in a list also with steps.
func (s scope) catcher(n *cfn.Node, at cfn.Path) {
	if !n.Has("Steps") {
		s.value(n, at, false)
		return
	}
	for _, field := range n.Entries() {
		if field.Key == "Steps" {
			s.machine(field.Value, at.Key(field.Key))
			continue
		}
		s.field(field, at.Key(field.Key))
	}
}

// field checks the value of a key, unless the key is one of a loop, which is
// reported with the object that has it.
func (s scope) field(field cfn.Field, at cfn.Path) {
	if !isLoopKey(field.Key) {
		s.value(field.Value, at, false)
	}
}

// value checks a value and all in it. argument says that it is what a
// function is given.
func (s scope) value(n *cfn.Node, at cfn.Path, argument bool) {
	if n.IsString() {
		s.dynamicReferences(n.Text, n, at)
		return
	}
	if s.loops(n, at); isLoop(n) {
		return
	}
	field, like := soleFunctionKey(n)
	switch {
	case like && len(n.Fields) > 1:
		s.report(RuleIntrinsic, n, at, fmt.Sprintf("without AWS::NoValue, %s is left alone, which would be taken for an intrinsic function; add another key, or pass it in the payload", field.Key))
	case like && field.Key == "Condition":
		s.report(RuleIntrinsic, n, at, "an object with the one key Condition would be taken for an intrinsic function; add another key, or pass it in the payload")
	case like:
		s.function(field, n, at, argument)
		return
	}
	for i, one := range n.Items {
		s.value(one, at.Index(i), argument)
	}
	for _, field := range n.Fields {
		s.field(field, at.Key(field.Key))
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

// isLoop reports whether a value consists of a loop alone.
func isLoop(n *cfn.Node) bool {
	return n.IsMap() && len(n.Fields) == 1 && isLoopKey(n.Fields[0].Key)
}

// loops reports the loops among an object's keys.
func (s scope) loops(n *cfn.Node, at cfn.Path) {
	for _, field := range n.Entries() {
		if isLoopKey(field.Key) {
			found := s.problem(problem.Error, RuleReserved, n, at, field.Key+": a loop is expanded only after this macro; write out what it stands for", "")
			found.Path, found.Place = at.Key(field.Key).String(), field.Place
			s.problems.Add(found)
		}
	}
}
