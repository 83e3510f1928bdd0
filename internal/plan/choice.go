package plan

import (
	"slices"

	"github.com/attini-go/runner/internal/cfn"
)

const exampleRule = "a rule such as {Variable: $.output.Build.ok, BooleanEquals: true}"

func choiceKeys() []string {
	return []string{"Name", "Type", "Comment", "Condition", "IsTrue", "IsFalse"}
}

// choice turns {Condition, IsTrue, IsFalse} into a Choice state; both branches
// come together again in the step after it.
func (l *listReader) choice(state *State, it item, next string) {
	l.checkChoice(it)
	after := len(l.machine.States)
	ending := ""
	if next == "" {
		ending = it.name + "-End"
		next, l.endings[ending] = ending, true
	}
	first := func(key string) string {
		to := ""
		if it.node.Has(key) {
			to = l.sequence(it.node.Get(key), stepSubject(it.name)+": "+key, it.path.Key(key), next)
		}
		if to == "" {
			to = next
		}
		l.used[to] = true
		return to
	}
	rule := &cfn.Node{Kind: cfn.Map, Place: it.node.Place}
	if condition := it.node.Get("Condition"); condition.IsMap() {
		rule.Place, rule.Fields = condition.Place, slices.Clone(condition.Fields)
		rule.Delete("Next")
	}
	l.made[rule] = it.path.Key("Condition")
	rule.Fields = append(rule.Fields, cfn.Field{Key: "Next", Value: stringAt(first("IsTrue"), it.node), Place: it.node.Place})
	if !it.node.Get("Condition").IsMap() {
		rule = l.opaque
	}
	choices := &cfn.Node{Kind: cfn.List, Items: []*cfn.Node{rule}, Place: it.node.KeyPlace("Condition")}
	fallback := stringAt(first("IsFalse"), it.node)
	state.Node.Fields = slices.DeleteFunc(state.Node.Fields, func(field cfn.Field) bool {
		return !slices.Contains([]string{"Type", "Comment"}, field.Key)
	})
	state.Node.Fields = append(state.Node.Fields,
		cfn.Field{Key: "Choices", Value: choices, Place: it.node.KeyPlace("Condition")},
		cfn.Field{Key: "Default", Value: fallback, Place: it.node.Place})
	if ending != "" && l.used[ending] { // not when both branches end in a Succeed or Fail
		end := l.addedState("End", "Pass", it)
		l.setNext(end.Node, "")
		l.machine.States = slices.Insert(l.machine.States, after, end)
	}
}

func (l *listReader) checkChoice(it item) {
	subject := stepSubject(it.name)
	if it.node.Has("Choices") {
		l.report(RuleUnknownProperty, subject, it.path.Key("Choices"), it.node.KeyPlace("Choices"),
			"Choices: a Choice in a list has Condition, IsTrue and IsFalse; "+writeStates)
		return
	}
	for _, field := range it.node.Fields {
		if !slices.Contains(append(choiceKeys(), "Next", "End"), field.Key) {
			l.reportUnknown(subject, it.path, field, "a Choice in a list has no such key", choiceKeys())
		}
	}
	condition, at := it.node.Get("Condition"), it.path.Key("Condition")
	switch {
	case condition == nil:
		l.report(RuleRequired, subject, at, it.node.Place, "Condition is required: "+exampleRule)
	case isLoop(condition): // checkLiterals reports it
	case condition.IsIntrinsic() || !condition.IsMap():
		l.report(RuleType, subject, at, condition.Place, "Condition must be "+exampleRule+", not "+kindOf(condition))
	case condition.Has("Next"):
		l.report(RuleTransition, subject, at.Key("Next"), condition.KeyPlace("Next"), "Condition has no Next: IsTrue has the steps to go on with")
	}
	if !it.node.Has("IsTrue") && !it.node.Has("IsFalse") {
		l.report(RuleRequired, subject, it.path.Key("IsTrue"), it.node.Place, "IsTrue or IsFalse is required: the steps to run")
	}
}
