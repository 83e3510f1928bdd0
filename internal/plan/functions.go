package plan

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// function checks an intrinsic function in the definition, n, and what it is
// given.
func (s scope) function(f cfn.Field, n *cfn.Node, at cfn.Path, argument bool) {
	switch want, known := cfn.WantedArgument(f.Key, f.Value); {
	case want != "" && !cfn.IsConditionFunction(f.Key):
		s.report(RuleIntrinsic, n, at, fmt.Sprintf("%s must be given %s; if no function is meant, add another key", f.Key, want))
	case !known:
		s.problems.Add(s.problem(problem.Warning, RuleIntrinsic, n, at,
			fmt.Sprintf("%s is no intrinsic function that is known here; %s", f.Key, wording.Suggestion(f.Key, cfn.Functions())),
			"If no function is meant, add another key: an object with this one alone is taken for a function."))
	case cfn.IsConditionFunction(f.Key):
		s.report(RuleIntrinsic, n, at, f.Key+" can stand in the section Conditions only; name a condition there and choose with Fn::If")
	default:
		if reason := notTextReason(n); reason != "" && !argument {
			s.report(RuleIntrinsic, n, at, reason)
		}
		s.subText(f, n, at)
	}
	if f.Key == "Fn::Transform" {
		return
	}
	if text, whole := joinedText(f); whole {
		s.dynamicReferences(text, n, at)
		for i, one := range f.Value.Items[1].Items {
			if !one.IsString() {
				s.value(one, at.Key(f.Key).Index(1).Index(i), true)
			}
		}
		return
	}
	s.value(f.Value, at.Key(f.Key), true)
}

// subText checks the text of Fn::Sub.
func (s scope) subText(f cfn.Field, n *cfn.Node, at cfn.Path) {
	if f.Key != "Fn::Sub" || !s.subs {
		return
	}
	if sub, err := cfn.ParseSub(f.Value); sub.Text != nil && err != nil {
		s.report(RuleIntrinsic, n, at, err.Error())
	}
}

// joinedText is the text that Fn::Join makes, as far as it is known.
func joinedText(f cfn.Field) (text string, whole bool) {
	if want, _ := cfn.WantedArgument(f.Key, f.Value); f.Key != "Fn::Join" || want != "" || !f.Value.Items[1].IsList() {
		return "", false
	}
	items := f.Value.Items[1].Items
	parts := make([]string, len(items))
	for i, one := range items {
		parts[i] = "?"
		if one.IsScalar() {
			parts[i] = one.Text
		}
	}
	return strings.Join(parts, f.Value.Items[0].Text), true
}

// notTextReason says why the value of a function cannot be in the definition, where
// CloudFormation puts texts and nothing else.
func notTextReason(n *cfn.Node) string {
	const only = ", and CloudFormation puts only texts into a definition; "
	f, like := soleFunctionKey(n)
	if want, _ := cfn.WantedArgument(f.Key, f.Value); !like || want != "" {
		return ""
	}
	switch f.Key {
	case "Fn::Cidr", "Fn::GetAZs", "Fn::Split":
		return f.Key + " gives a list" + only + "join it with Fn::Join, or take one item with Fn::Select"
	case "Fn::If":
		for _, branch := range f.Value.Items[1:] {
			switch {
			case cfn.IsNoValue(branch):
				return "Fn::If may come to AWS::NoValue" + only + "give an empty text, ''"
			case !branch.IsIntrinsic() && !branch.IsScalar():
				return "Fn::If may come to " + kindOf(branch) + only + "put Fn::If where the text differs"
			}
			if reason := notTextReason(branch); reason != "" {
				return reason
			}
		}
	}
	return ""
}
