package cfn

import (
	"slices"
	"strings"
)

// branch evaluates Fn::If: only the branch that is taken.
func (v *evaluation) branch(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) != 3 || !argument.Items[0].IsString() {
		return v.shape(n, at, "[condition, value if true, value if false]")
	}
	before := len(v.problems)
	taken := 2
	if v.condition(argument.Items[0], at.Index(0)) {
		taken = 1
	}
	if len(v.problems) > before {
		return nil
	}
	result := v.node(argument.Items[taken], at.Index(taken))
	if len(v.problems) > before {
		return nil
	}
	return result
}

// condition evaluates a condition function, or a condition's name.
func (v *evaluation) condition(n *Node, at Path) bool {
	if n.IsString() {
		return v.named(n, at)
	}
	name, argument, ok := Intrinsic(n)
	switch {
	case ok && name == "Condition":
		return v.named(argument, at)
	case ok && name == "Fn::Equals" && argument.IsList() && len(argument.Items) == 2:
		left, right := v.text(argument.Items[0], at.Index(0)), v.text(argument.Items[1], at.Index(1))
		return left != nil && right != nil && *left == *right
	case ok && name == "Fn::Not" && argument.IsList() && len(argument.Items) == 1:
		return !v.condition(argument.Items[0], at.Index(0))
	case ok && name == "Fn::And" && argument.IsList():
		return !slices.Contains(v.each(argument, at), false)
	case ok && name == "Fn::Or" && argument.IsList():
		return slices.Contains(v.each(argument, at), true)
	}
	v.shape(n, at, "a condition")
	return false
}

// each evaluates all operands, so that all their problems are found.
func (v *evaluation) each(list *Node, at Path) []bool {
	results := make([]bool, len(list.Items))
	for i, item := range list.Items {
		results[i] = v.condition(item, at.Index(i))
	}
	return results
}

func (v *evaluation) named(n *Node, at Path) bool {
	definition := v.template.At("Conditions", n.Text)
	switch {
	case definition == nil:
		v.report(n, at, "unknown-value", "the template has no condition "+n.Text, "")
		return false
	case slices.Contains(v.open, n.Text):
		v.report(n, at, "condition-cycle", "the condition needs itself: "+strings.Join(append(v.open, n.Text), " > "), "")
		return false
	}
	v.open = append(v.open, n.Text)
	defer func() { v.open = v.open[:len(v.open)-1] }()
	return v.condition(definition, Path("").Keys("Conditions", n.Text))
}
