package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// RuleChoice is the rule of the rules in a Choice step.
const RuleChoice = "choice-rule"

const exampleRule = "a rule such as {Variable: $.output.Build.ok, BooleanEquals: true}"

// choices checks the rules of a Choice step with Choices. That they go on with
// a step is checked with the other transitions.
func (r *reader) choices(s *State) {
	jsonata := r.jsonata
	if language := s.Node.Get("QueryLanguage"); language != nil {
		jsonata = language.IsString() && language.Text == "JSONata"
	}
	rules := s.Node.Get("Choices")
	if !rules.IsList() {
		return
	}
	for i, rule := range rules.Items {
		c := choiceRule{reader: r, subject: stepSubject(s.Name), from: s.Path, top: true}
		label := cfn.Path("Choices").Index(i)
		if jsonata {
			c.expression(rule, label)
		} else {
			c.check(rule, label)
		}
	}
}

// choiceRule checks one rule of a Choice step ("Choice State" in the States
// Language's specification). Labels lead from the step to a value.
type choiceRule struct {
	*reader
	subject string
	from    cfn.Path
	// top says that it is no rule inside another.
	top bool
}

func (c choiceRule) reportAt(rule string, label cfn.Path, place problem.Place, message string) {
	c.report(rule, c.subject+": "+string(label), c.from+"."+label, place, message)
}

// check checks a rule: And, Or or Not of other rules, or Variable with one
// comparison.
func (c choiceRule) check(n *cfn.Node, label cfn.Path) {
	if !c.isRule(n, label) {
		return
	}
	var kinds, comparisons []string
	unknown := false
	for _, field := range n.Fields {
		_, isComparison := comparisonNamed(field.Key)
		switch {
		case cfn.IsNoValue(field.Value) || isLoopKey(field.Key) || field.Key == "Comment":
		case slices.Contains(kindsOfRules(), field.Key):
			kinds = append(kinds, field.Key)
		case isComparison:
			comparisons = append(comparisons, field.Key)
		case (field.Key == "Next" || field.Key == "Assign") && c.top:
		case field.Key == "Next" || field.Key == "Assign":
			c.reportAt(RuleChoice, label.Key(field.Key), field.Place, "belongs to the outermost rule")
		default:
			unknown = true
			c.unknownKey(field, label)
		}
	}
	if !unknown || len(kinds)+len(comparisons) > 1 { // what is missing may be what is misspelt
		c.checkComplete(n, label, kinds, comparisons)
	}
	for _, field := range n.Fields {
		switch {
		case cfn.IsNoValue(field.Value):
		case field.Key == "And" || field.Key == "Or":
			c.operands(field, label.Key(field.Key))
		case field.Key == "Not":
			c.nested().check(field.Value, label.Key("Not"))
		case field.Key == "Variable":
			c.path(field.Value, label.Key("Variable"))
		default:
			if comparison, ok := comparisonNamed(field.Key); ok {
				c.operand(comparison, field.Value, label.Key(field.Key))
			}
		}
	}
}

func kindsOfRules() []string { return []string{"And", "Or", "Not", "Variable"} }

// isRule reports whether n is an object that can be a rule.
func (c choiceRule) isRule(n *cfn.Node, label cfn.Path) bool {
	if isLoop(n) {
		return false // checkLiterals reports it
	}
	if !looksLikeRule(n) {
		c.reportAt(RuleType, label, n.Place, "must be "+exampleRule+", not "+kindOf(n))
		return false
	}
	return true
}

// looksLikeRule: the one key Condition makes a rule in JSONata that lacks Next.
func looksLikeRule(n *cfn.Node) bool { return n.IsMap() && (n.Has("Condition") || !isIntrinsic(n)) }

func (c choiceRule) nested() choiceRule {
	c.top = false
	return c
}

func (c choiceRule) unknownKey(field cfn.Field, label cfn.Path) {
	message := "a rule has no such key; " + suggestion(field.Key, append(kindsOfRules(), comparisons()...))
	if field.Key == "Condition" || field.Key == "Output" {
		message = "belongs to rules in JSONata, and this one is in JSONPath; give Variable and a comparison, or QueryLanguage: JSONata on the step"
	}
	c.reportAt(RuleChoice, label.Key(field.Key), field.Place, message)
}

// checkComplete checks that a rule has all it needs and no more.
func (c choiceRule) checkComplete(n *cfn.Node, label cfn.Path, kinds, comparisons []string) {
	message := ""
	switch {
	case len(kinds) > 1:
		message = fmt.Sprintf("has %s; a rule has one of And, Or, Not and Variable", strings.Join(kinds, " and "))
	case len(kinds) == 0 && len(comparisons) == 0:
		message = "says nothing; give Variable and a comparison, or And, Or or Not"
	case len(kinds) == 0:
		message = "has no Variable: the path to what " + comparisons[0] + " compares"
	case kinds[0] != "Variable" && len(comparisons) > 0:
		message = fmt.Sprintf("has %s beside %s; put it into a rule of its own", comparisons[0], kinds[0])
	case kinds[0] == "Variable" && len(comparisons) == 0:
		message = "has no comparison, such as StringEquals"
	case len(comparisons) > 1:
		message = fmt.Sprintf("has %d comparisons, %s, and may have one; join two rules with And", len(comparisons), strings.Join(comparisons, " and "))
	}
	if message != "" {
		c.reportAt(RuleChoice, label, n.Place, message)
	}
}

func (c choiceRule) operands(field cfn.Field, label cfn.Path) {
	switch n := field.Value; {
	case isLoop(n):
	case !n.IsList():
		c.reportAt(RuleType, label, n.Place, "must be a list of rules, not "+kindOf(n))
	case len(n.Items) == 0:
		c.reportAt(RuleRequired, label, n.Place, "is empty: give at least one rule")
	default:
		for i, rule := range n.Items {
			if !cfn.IsNoValue(rule) {
				c.nested().check(rule, label.Index(i))
			}
		}
	}
}

// expression checks a rule in JSONata, whose Condition is an expression.
func (c choiceRule) expression(n *cfn.Node, label cfn.Path) {
	if !c.isRule(n, label) {
		return
	}
	keys := []string{"Condition", "Next", "Assign", "Output", "Comment"}
	unknown := false
	for _, field := range n.Fields {
		if !slices.Contains(keys, field.Key) && !isLoopKey(field.Key) {
			unknown = true
			c.reportAt(RuleChoice, label.Key(field.Key), field.Place, "a rule in JSONata has no such key; "+suggestion(field.Key, keys))
		}
	}
	const example = "{% $states.input.output.Build.ok %}"
	switch condition := n.Get("Condition"); {
	case condition == nil && !unknown:
		c.reportAt(RuleChoice, label, n.Place, "has no Condition, such as "+example)
	case condition != nil && condition.Kind != cfn.Bool && !isExpression(condition):
		c.reportAt(RuleType, label.Key("Condition"), condition.Place, "must be an expression such as "+example)
	}
}
