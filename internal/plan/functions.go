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
	switch want, known := checkArgument(f); {
	case want != "":
		s.report(RuleIntrinsic, n, at, fmt.Sprintf("%s must be given %s; if no function is meant, add another key", f.Key, want))
	case !known:
		s.problems.Add(s.problem(problem.Warning, RuleIntrinsic, n, at,
			fmt.Sprintf("%s is no intrinsic function that is known here; %s", f.Key, wording.Suggestion(f.Key, functions())),
			"If no function is meant, add another key: an object with this one alone is taken for a function."))
	case isConditionFunction(f.Key):
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
	if want, _ := checkArgument(f); f.Key != "Fn::Join" || want != "" || !f.Value.Items[1].IsList() {
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

func functions() []string {
	return []string{
		"Fn::Base64", "Fn::Cidr", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join",
		"Fn::Length", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString", "Fn::Transform",
	}
}

func isConditionFunction(name string) bool {
	return name == "Fn::And" || name == "Fn::Equals" || name == "Fn::Not" || name == "Fn::Or"
}

// checkArgument says what a function must be given when it is given something
// else, and whether the function is known at all. What functions among the
// arguments return is not known here.
func checkArgument(f cfn.Field) (want string, known bool) {
	n := f.Value
	ok := true
	switch f.Key {
	case "Ref":
		want, ok = "the name of a parameter or a resource", n.IsIntrinsic() || n.IsString() && n.Text != ""
	case "Fn::GetAtt":
		want, ok = "a resource and its attribute", n.IsString() && strings.Contains(n.Text, ".") || isPair(n, isText, isText)
	case "Fn::Sub":
		want, ok = "a text, or a text and an object of variables", n.IsString() || isPair(n, (*cfn.Node).IsString, (*cfn.Node).IsMap)
	case "Fn::Join":
		want, ok = "a text to put between, and a list", isPair(n, (*cfn.Node).IsString, isList)
	case "Fn::Split":
		want, ok = "a text to split at, and a text", isPair(n, (*cfn.Node).IsString, isText)
	case "Fn::Select":
		want, ok = "a position, and a list", isPair(n, isText, isList)
	case "Fn::If":
		want, ok = "the name of a condition, and two values", n.IsList() && len(n.Items) == 3 && n.Items[0].IsString()
	case "Fn::FindInMap":
		want, ok = "a mapping and two keys", n.IsList() && (len(n.Items) == 3 || len(n.Items) == 4)
	case "Fn::Cidr":
		want, ok = "a block, a count and bits", n.IsList() && (len(n.Items) == 2 || len(n.Items) == 3)
	case "Fn::Base64", "Fn::GetAZs", "Fn::ImportValue":
		want, ok = "a text", isText(n)
	case "Fn::Length":
		want, ok = "a list", isList(n)
	case "Fn::ToJsonString":
		want, ok = "an object or a list", n.IsMap() || n.IsList()
	case "Fn::Transform":
		want, ok = "an object with the macro's Name", n.Has("Name")
	default:
		return "", isConditionFunction(f.Key)
	}
	if ok {
		want = ""
	}
	return want, true
}

func isPair(n *cfn.Node, first, second func(*cfn.Node) bool) bool {
	return n.IsList() && len(n.Items) == 2 && first(n.Items[0]) && second(n.Items[1])
}

func isText(n *cfn.Node) bool { return n.IsIntrinsic() || n.IsScalar() }

func isList(n *cfn.Node) bool { return n.IsIntrinsic() || n.IsList() }

// notTextReason says why the value of a function cannot be in the definition, where
// CloudFormation puts texts and nothing else.
func notTextReason(n *cfn.Node) string {
	const only = ", and CloudFormation puts only texts into a definition; "
	f, like := soleFunctionKey(n)
	if want, _ := checkArgument(f); !like || want != "" {
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
			case !isText(branch):
				return "Fn::If may come to " + kindOf(branch) + only + "put Fn::If where the text differs"
			}
			if reason := notTextReason(branch); reason != "" {
				return reason
			}
		}
	}
	return ""
}
