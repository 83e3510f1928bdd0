package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// machine reads {StartAt, States}; nil when it is too broken to go on.
func (r *reader) machine(n *cfn.Node, subject string, at cfn.Path) *Machine {
	if isLoop(n) {
		return nil // checkLiterals reports it
	}
	if n.IsIntrinsic() || !n.IsMap() {
		r.report(RuleType, subject, at, n.Place, "must be an object with StartAt and States, or a list of steps, not "+kindOf(n))
		return nil
	}
	m := &Machine{Node: n, Path: at, Place: n.Place, source: n}
	if start := n.Get("StartAt"); start.IsString() {
		m.StartAt = start.Text
	}
	states := n.Get("States")
	if isLoop(states) {
		return m // checkLiterals reports it
	}
	for _, field := range states.Entries() {
		if cfn.IsNoValue(field.Value) {
			continue
		}
		if state := r.state(field, at.Keys("States", field.Key)); state != nil {
			m.States = append(m.States, state)
		} else {
			m.invalidStates = append(m.invalidStates, field.Key)
		}
	}
	r.addSteps(m)
	return m
}

// state reads a step; nil when it is too broken to go on.
func (r *reader) state(field cfn.Field, at cfn.Path) *State {
	subject := stepSubject(field.Key)
	kind := field.Value.Get("Type")
	switch {
	case strings.HasPrefix(field.Key, "Fn::"):
		r.report(RuleReserved, subject, at, field.Place, loopAdvice)
		return nil
	case field.Value.IsIntrinsic() || !field.Value.IsMap():
		r.report(RuleType, subject, at, field.Place, "must be an object, not "+kindOf(field.Value))
		return nil
	case kind == nil:
		r.report(RuleRequired, subject, at, field.Place, "has no Type ("+strings.Join(stepTypes(), ", ")+")")
		return nil
	case !kind.IsString():
		r.report(RuleType, subject, at.Key("Type"), kind.Place, "Type must be a string, not "+kindOf(kind))
		return nil
	}
	s := &State{Name: field.Key, Type: kind.Text, Node: field.Value, Path: at, Place: field.Place}
	r.content(s)
	return s
}

const loopAdvice = "an intrinsic function cannot stand for steps: AWS::LanguageExtensions expands it only after this transform; write the steps out"

// content reads what is particular to the state's type.
func (r *reader) content(s *State) {
	switch s.Type {
	case JobType:
		s.Job = r.job(s)
	case MergeType:
		r.checkTaskKeys(s, nil)
	case InvokeType:
		r.invoke(s)
	case CfnType, SamType:
		r.stack(s)
	case CdkType:
		r.cdk(s)
	case ImportType:
		r.importStep(s)
	case ApprovalType:
		r.approval(s)
	case MapType:
		r.attiniMap(s)
	case "Parallel":
		r.branches(s)
	case "Map":
		r.iterator(s)
	default:
		if !isSupported(s.Type) {
			r.unknownType(s)
		}
	}
}

// OwnTypes returns the types of steps that the States Language does not have.
func OwnTypes() []string {
	return []string{JobType, InvokeType, MergeType, CfnType, SamType, CdkType, ApprovalType, ImportType, MapType}
}

func stepTypes() []string { return append(OwnTypes(), asl.StateTypes()...) }

func isSupported(kind string) bool { return slices.Contains(stepTypes(), kind) }

// IsTask reports whether a step of the type becomes a Task of our making. The types of
// added steps are among them.
func IsTask(kind string) bool {
	return kind != MapType && slices.Contains(OwnTypes(), kind) || kind == PackageType || kind == DiffType
}

func (r *reader) unknownType(s *State) {
	found := problem.Problem{
		Severity: problem.Error, Rule: RuleUnknownStepType, Path: s.Path.Key("Type").String(), Place: s.Node.Get("Type").Place,
		Message: fmt.Sprintf("%s: Type: %s is no type of a step; %s", stepSubject(s.Name), wording.Quote(s.Type), wording.Suggestion(s.Type, stepTypes())),
	}
	if near := wording.Nearest(s.Type, stepTypes()); near != "" {
		found.Fix = problem.Fix{Old: s.Type, New: near}
	}
	r.problems.Add(found)
}

// branches reads the machines of a Parallel. What they must be, the States
// Language says.
func (r *reader) branches(s *State) {
	subject, at := stepSubject(s.Name), s.Path.Key("Branches")
	if branches := s.Node.Get("Branches"); branches.IsList() && !r.checkBranches(s, branches, at) {
		for i, branch := range branches.Items {
			r.nest(s, branch, fmt.Sprintf("%s: Branches[%d]", subject, i), at.Index(i))
		}
	}
}

func (r *reader) iterator(s *State) {
	if s.Node.Has("Steps") && misplacedSteps(s, "Steps") {
		r.report(RuleUnknownProperty, stepSubject(s.Name), s.Path.Key("Steps"), s.Node.KeyPlace("Steps"),
			"Steps: the steps of a Map are its ItemProcessor")
	}
	key := iteratorKey(s.Node)
	if iterator := s.Node.Get(key); iterator != nil && !cfn.IsNoValue(iterator) {
		r.nest(s, iterator, stepSubject(s.Name)+": "+key, s.Path.Key(key))
	}
}

// nest reads a machine inside a step, in either syntax.
func (r *reader) nest(s *State, n *cfn.Node, subject string, at cfn.Path) {
	read := r.machine
	if n.IsList() {
		read = r.list
	}
	if machine := read(n, subject, at); machine != nil {
		machine.source = n
		s.Machines = append(s.Machines, machine)
	}
}
