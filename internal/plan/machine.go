package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// machine reads {StartAt, States}; nil when it is too broken to go on.
func (r *reader) machine(n *cfn.Node, subject string, at cfn.Path) *Machine {
	if isLoop(n) {
		return nil // checkLiterals reports it
	}
	if isIntrinsic(n) || !n.IsMap() {
		r.report(RuleType, subject, at, n.Place, "must be an object with StartAt and States, or a list of steps, not "+kindOf(n))
		return nil
	}
	m := &Machine{Node: n, Path: at, Place: n.Place}
	switch start := n.Get("StartAt"); {
	case start == nil:
		r.report(RuleRequired, subject, at.Key("StartAt"), n.Place, "StartAt is required: the name of the first step")
	case !start.IsString():
		r.report(RuleType, subject, at.Key("StartAt"), start.Place, "StartAt must be the name of a step, not "+kindOf(start))
	default:
		m.StartAt = start.Text
	}
	switch states := n.Get("States"); {
	case states == nil:
		r.report(RuleRequired, subject, at.Key("States"), n.Place, "States is required: an object of steps by name")
	case !states.IsMap():
		r.report(RuleType, subject, at.Key("States"), states.Place, "States must be an object of steps by name, not "+kindOf(states))
	case len(states.Fields) == 0:
		r.report(RuleRequired, subject, at.Key("States"), states.Place, "States is empty: give at least one step")
	default:
		for _, field := range states.Fields {
			if state := r.state(field, at.Keys("States", field.Key)); state != nil {
				m.States = append(m.States, state)
			} else {
				m.invalidStates = append(m.invalidStates, field.Key)
			}
		}
	}
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
	case isIntrinsic(field.Value) || !field.Value.IsMap():
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
		r.checkTaskKeys(s, nil, []string{"Resource", "Parameters", "Arguments"})
	case InvokeType:
		r.invoke(s)
	case "Parallel":
		r.branches(s)
	case "Map":
		r.iterator(s)
	case "Choice":
		r.choices(s)
	default:
		if !slices.Contains(stepTypes(), s.Type) {
			r.unknownType(s)
		}
	}
}

func stepTypes() []string {
	return []string{JobType, InvokeType, MergeType, "Task", "Pass", "Wait", "Choice", "Parallel", "Map", "Succeed", "Fail"}
}

// isAttini reports whether a step of the type becomes a Task of our making, which
// is in JSONPath.
func isAttini(kind string) bool {
	return kind == JobType || kind == InvokeType || kind == MergeType
}

// otherAttiniTypes are step types of the Attini framework that need more than
// a runner.
func otherAttiniTypes() []string {
	return []string{"AttiniCdk", "AttiniCfn", "AttiniImport", "AttiniManualApproval", "AttiniMap", "AttiniSam"}
}

func (r *reader) unknownType(s *State) {
	message := fmt.Sprintf("Type: %q is no type of a step; %s", s.Type, suggestion(s.Type, stepTypes()))
	if slices.Contains(otherAttiniTypes(), s.Type) {
		message = fmt.Sprintf("Type: %s is not supported (supported: %s)", s.Type, strings.Join(stepTypes(), ", "))
	}
	r.report(RuleUnknownStepType, stepSubject(s.Name), s.Path.Key("Type"), s.Node.Get("Type").Place, message)
}

func (r *reader) branches(s *State) {
	subject, at := stepSubject(s.Name), s.Path.Key("Branches")
	switch branches := s.Node.Get("Branches"); {
	case branches == nil:
		r.report(RuleRequired, subject, at, s.Node.Place, "Branches is required: a list with at least one branch")
	case isLoop(branches):
	case !branches.IsList():
		r.report(RuleType, subject, at, branches.Place, "Branches must be a list of branches, not "+kindOf(branches))
	case len(branches.Items) == 0:
		r.report(RuleRequired, subject, at, branches.Place, "Branches is empty: give at least one branch")
	default:
		for i, branch := range branches.Items {
			r.nest(s, branch, fmt.Sprintf("%s: Branches[%d]", subject, i), at.Index(i))
		}
	}
}

func (r *reader) iterator(s *State) {
	subject, key := stepSubject(s.Name), iteratorKey(s.Node)
	iterator := s.Node.Get(key)
	if iterator == nil {
		r.report(RuleRequired, subject, s.Path.Key(key), s.Node.Place, "ItemProcessor is required: the steps that run for each item")
		return
	}
	if key == "Iterator" && s.Node.Has("ItemProcessor") {
		r.report(RuleExclusive, subject, s.Path.Key("ItemProcessor"), s.Node.KeyPlace("ItemProcessor"), "has both ItemProcessor and Iterator, its older form; remove one of them")
	}
	r.nest(s, iterator, subject+": "+key, s.Path.Key(key))
}

// nest reads a machine inside a step, in either syntax.
func (r *reader) nest(s *State, n *cfn.Node, subject string, at cfn.Path) {
	read := r.machine
	if n.IsList() {
		read = r.list
	}
	if machine := read(n, subject, at); machine != nil {
		s.Machines = append(s.Machines, machine)
	}
}
