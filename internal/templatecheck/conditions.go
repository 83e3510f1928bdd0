package templatecheck

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// RuleCycle is the rule of a condition that needs itself.
const RuleCycle = "condition-cycle"

// conditions checks the section Conditions: its functions, and what they refer to.
func (c *checker) conditions() {
	for _, field := range c.template.Get("Conditions").Entries() {
		if strings.HasPrefix(field.Key, "Fn::") {
			continue
		}
		c.condition(field.Value, cfn.NewPath("Conditions", field.Key))
	}
	c.conditionCycles()
}

// condition checks a condition, as in the section Conditions.
func (c *checker) condition(n *cfn.Node, at cfn.Path) {
	name, argument, ok := cfn.Intrinsic(n)
	if inner := n.Get("Condition"); inner.IsMap() && len(n.Fields) == 1 { // SAM writes these
		c.condition(inner, at.Key("Condition"))
		return
	}
	if !ok || !cfn.IsConditionFunction(name) && name != "Condition" {
		if name != cfn.TransformKey {
			c.report(c.names.severity(), RuleShape, at, n.Place, `a condition must be Fn::Equals, Fn::And, Fn::Or, Fn::Not or {"Condition": name}`, "")
		}
		return
	}
	if want, _ := cfn.WantedArgument(name, argument); want != "" {
		c.report(c.names.severity(), RuleShape, at, n.Place, name+" must be given "+want, "")
		return
	}
	switch name {
	case "Condition":
		c.conditionName(argument, at.Key(name))
	case "Fn::Equals":
		for i, item := range argument.Items {
			c.operand(item, at.Key(name).Index(i))
		}
	default:
		for i, item := range argument.Items {
			c.condition(item, at.Key(name).Index(i))
		}
	}
}

// operand checks what a condition compares. CloudFormation decides conditions before it
// makes any resource.
func (c *checker) operand(n *cfn.Node, at cfn.Path) {
	c.walk(n, at)
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		name, argument, _ := cfn.Intrinsic(n)
		switch {
		case name == "Fn::GetAtt" || name == "Fn::ImportValue":
			c.report(problem.Error, RuleCondition, at, n.Place, name+" cannot be used in Conditions: they are decided before anything is deployed", "")
			return false
		case name == "Ref" && argument.IsString() && c.names.parameters[argument.Text] == nil && c.names.resources[argument.Text] != nil:
			c.report(problem.Error, RuleCondition, at, n.Place,
				fmt.Sprintf("Ref: %s is a resource, and conditions are decided before anything is deployed", wording.Quote(argument.Text)), "Compare a parameter.")
			return false
		}
		return true
	})
}

// conditionCycles reports each condition that needs itself, once for a cycle.
func (c *checker) conditionCycles() {
	needs := func(name string) (needed []string) {
		for inside := range c.names.conditions[name].All() {
			if function, argument, _ := cfn.Intrinsic(inside); function == "Condition" {
				needed = append(needed, argument.AsString())
			}
		}
		return needed
	}
	for _, cycle := range cycles(c.template.Get("Conditions"), needs) {
		c.report(problem.Error, RuleCycle, cfn.NewPath("Conditions", cycle[0]), c.template.Get("Conditions").KeyPlace(cycle[0]),
			"the condition needs itself: "+strings.Join(briefly(cycle), " > "), "")
	}
}

// longestCycle is how many conditions of a cycle a message names.
const longestCycle = 10

func briefly(names []string) []string {
	if len(names) > longestCycle {
		names = append(names[:longestCycle:longestCycle], "…")
	}
	brief := make([]string, len(names))
	for i, name := range names {
		brief[i] = wording.Brief(name)
	}
	return brief
}
