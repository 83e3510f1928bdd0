package cfn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// conditionResult is the value of a condition. known is false when a problem was
// reported; open is true while the condition is being evaluated.
type conditionResult struct{ value, known, open bool }

// CloudFormation takes 2 to 10 operands of Fn::And and Fn::Or.
const (
	minOperands = 2
	maxOperands = 10
)

// evaluateIf evaluates Fn::If: only the branch that is taken.
func (v *evaluation) evaluateIf(n *Node, at Path) *Node {
	condition, branches, ok := If(n)
	if !ok {
		return v.reportShape(n, at, "[condition's name, value if true, value if false]")
	}
	value, known := v.namedCondition(condition, at.Index(0))
	if !known {
		return nil
	}
	taken := 1
	if value {
		taken = 0
	}
	result, known := v.node(branches[taken], at.Index(1+taken))
	if !known {
		return nil
	}
	return result
}

// condition evaluates an operand that must be a condition function.
func (v *evaluation) condition(n *Node, at Path) (value, known bool) {
	name, argument, ok := Intrinsic(n)
	if !ok {
		v.notCondition(n, at)
		return false, false
	}
	return v.conditionFunction(n, name, argument, at.Key(name))
}

func (v *evaluation) notCondition(n *Node, at Path) {
	v.report(n, at, "intrinsic-shape", `a condition must be Fn::Equals, Fn::And, Fn::Or, Fn::Not or {"Condition": name}`, "")
}

func (v *evaluation) conditionFunction(n *Node, name string, argument *Node, at Path) (value, known bool) {
	switch name {
	case "Condition":
		return v.namedCondition(argument, at)
	case "Fn::Equals":
		return v.equals(n, argument, at)
	case "Fn::And":
		return v.operands(n, argument, at, false)
	case "Fn::Or":
		return v.operands(n, argument, at, true)
	case "Fn::Not":
		if !argument.IsList() || len(argument.Items) != 1 {
			v.reportShape(n, at, "[condition]")
			return false, false
		}
		value, known = v.condition(argument.Items[0], at.Index(0))
		return known && !value, known
	}
	v.notCondition(n, at)
	return false, false
}

func (v *evaluation) equals(n, argument *Node, at Path) (value, known bool) {
	if !argument.IsList() || len(argument.Items) != 2 {
		v.reportShape(n, at, "[value, value]")
		return false, false
	}
	left, first := v.evaluateText(argument.Items[0], at.Index(0))
	right, second := v.evaluateText(argument.Items[1], at.Index(1))
	return first && second && left == right, first && second
}

// operands evaluates all operands of Fn::And or Fn::Or, so that a report names
// everything unknown in them. The result is decisive if one operand is.
func (v *evaluation) operands(n, list *Node, at Path, decisive bool) (value, known bool) {
	if !list.IsList() || len(list.Items) < minOperands || len(list.Items) > maxOperands {
		v.reportShape(n, at, fmt.Sprintf("a list of %d to %d conditions", minOperands, maxOperands))
		return false, false
	}
	found, known := !decisive, true
	for i, item := range list.Items {
		one, ok := v.condition(item, at.Index(i))
		known = known && ok
		if one == decisive {
			found = decisive
		}
	}
	return found && known, known
}

// namedCondition evaluates the condition whose name n is.
func (v *evaluation) namedCondition(n *Node, at Path) (value, known bool) {
	if done, again := v.conditions[n.Text]; again {
		if done.open {
			v.cycle(n, at)
		}
		return done.value, done.known
	}
	definition := v.section("Conditions", n.Text)
	if definition == nil {
		if v.problems != nil {
			message := "the template has no condition " + wording.Quote(n.Text)
			v.report(n, at, "unknown-condition", didYouMean(message, n.Text, Candidates(v.template.Get("Conditions"))), "")
		}
		return false, false
	}
	v.conditions[n.Text] = conditionResult{open: true}
	v.evaluating = append(v.evaluating, n.Text)
	value, known = v.condition(definition, NewPath("Conditions", n.Text))
	v.evaluating = v.evaluating[:len(v.evaluating)-1]
	v.conditions[n.Text] = conditionResult{value: value, known: known}
	return value, known
}

// longestCycle is how many conditions of a cycle a message names.
const longestCycle = 10

// cycle reports a condition that needs itself, through those that are open.
func (v *evaluation) cycle(n *Node, at Path) {
	if v.problems == nil {
		return
	}
	names := append(slices.Clone(v.evaluating[max(0, len(v.evaluating)-longestCycle):]), n.Text)
	for i, name := range names {
		names[i] = wording.Brief(name)
	}
	v.report(n, at, "condition-cycle", "the condition needs itself: "+strings.Join(names, " > "), "")
}

// Candidates returns the keys of an object, as many as a suggestion compares.
func Candidates(n *Node) []string {
	fields := n.Entries()
	return namesOf(fields[:min(len(fields), wording.MaxCandidates)])
}

func namesOf(fields []Field) []string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = field.Key
	}
	return names
}
