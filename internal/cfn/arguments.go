package cfn

import (
	"fmt"
	"strings"
)

// WantedArgument says what a function must be given when it is given something
// else, and whether the function is known at all. What functions among the
// arguments return is not known here.
func WantedArgument(function string, n *Node) (want string, known bool) {
	ok := true
	switch function {
	case "Ref":
		want, ok = "the name of a parameter or a resource", n.IsIntrinsic() || n.IsString() && n.Text != ""
	case "Fn::GetAtt":
		want, ok = "a resource and its attribute", n.IsString() && strings.Contains(n.Text, ".") || isPair(n, isTextOrFunction, isTextOrFunction)
	case "Fn::Sub":
		want, ok = "a text, or a text and an object of variables", n.IsString() || isPair(n, (*Node).IsString, (*Node).IsMap)
	case "Fn::Join":
		want, ok = "a text to put between, and a list", isPair(n, (*Node).IsString, isListOrFunction)
	case "Fn::Split":
		want, ok = "a text to split at, and a text", isPair(n, (*Node).IsString, isTextOrFunction)
	case "Fn::Select":
		want, ok = "a position, and a list", isPair(n, isTextOrFunction, isListOrFunction)
	case "Fn::If":
		want, ok = "the name of a condition, and two values", n.IsList() && len(n.Items) == 3 && n.Items[0].IsString()
	case "Fn::FindInMap":
		want, ok = "a mapping and two keys", n.IsList() && (len(n.Items) == 3 || len(n.Items) == 4)
	case "Fn::Cidr":
		want, ok = "a block, a count and bits", n.IsList() && (len(n.Items) == 2 || len(n.Items) == 3)
	case "Fn::Base64", "Fn::GetAZs", "Fn::ImportValue":
		want, ok = "a text", isTextOrFunction(n)
	case "Fn::Length":
		want, ok = "a list", isListOrFunction(n)
	case "Fn::ToJsonString":
		want, ok = "an object or a list", n.IsMap() || n.IsList()
	case "Fn::Transform":
		want, ok = "an object with the macro's Name", n.Has("Name")
	case "Fn::Equals":
		want, ok = "two values", n.IsList() && len(n.Items) == 2
	case "Fn::Not":
		want, ok = "a list of one condition", n.IsList() && len(n.Items) == 1
	case "Fn::And", "Fn::Or":
		want = fmt.Sprintf("a list of %d to %d conditions", minOperands, maxOperands)
		ok = n.IsList() && len(n.Items) >= minOperands && len(n.Items) <= maxOperands
	default:
		return "", false
	}
	if ok {
		want = ""
	}
	return want, true
}

func isPair(n *Node, first, second func(*Node) bool) bool {
	return n.IsList() && len(n.Items) == 2 && first(n.Items[0]) && second(n.Items[1])
}

func isTextOrFunction(n *Node) bool { return n.IsIntrinsic() || n.IsScalar() }

func isListOrFunction(n *Node) bool { return n.IsIntrinsic() || n.IsList() }

// IsConditionFunction reports whether a function can stand in the section Conditions
// only.
func IsConditionFunction(name string) bool {
	return name == "Fn::And" || name == "Fn::Equals" || name == "Fn::Not" || name == "Fn::Or"
}

// Functions are the names of the intrinsic functions that give values, but Ref.
func Functions() []string {
	return []string{
		"Fn::Base64", "Fn::Cidr", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join",
		"Fn::Length", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString", TransformKey,
	}
}

// NeedsLanguageExtensions reports whether CloudFormation knows a function, or this form
// of it, only with the transform AWS::LanguageExtensions.
func NeedsLanguageExtensions(function string, argument *Node) bool {
	return function == "Fn::Length" || function == "Fn::ToJsonString" || strings.HasPrefix(function, LoopPrefix) ||
		function == "Fn::FindInMap" && argument.IsList() && len(argument.Items) > 3
}
