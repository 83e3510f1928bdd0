package cfn

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// Intrinsic takes an intrinsic function apart: a Map with one entry whose key
// is Ref, Condition or begins with Fn::. Condition counts with a text only;
// under it stands the name of a condition, elsewhere it is a plain key.
func Intrinsic(n *Node) (name string, argument *Node, ok bool) {
	if !n.IsMap() || len(n.Fields) != 1 {
		return "", nil, false
	}
	field := n.Fields[0]
	switch {
	case field.Key == "Ref" || strings.HasPrefix(field.Key, "Fn::"):
	case field.Key == "Condition" && field.Value.IsString():
	default:
		return "", nil, false
	}
	return field.Key, field.Value, true
}

// IsNoValue reports whether n is {"Ref": "AWS::NoValue"}, which stands for
// nothing at all.
func IsNoValue(n *Node) bool {
	name, argument, ok := Intrinsic(n)
	return ok && name == "Ref" && argument.IsString() && argument.Text == noValue
}

const dynamicStart = "{{resolve:"

// IsDynamicReference reports whether a text holds {{resolve:…}}, which
// CloudFormation looks up when the stack is deployed.
func IsDynamicReference(text string) bool { return strings.Contains(text, dynamicStart) }

var subVariable = regexp.MustCompile(`^[A-Za-z0-9_.:]+$`)

// SubPart is a piece of Fn::Sub's text: literal text, or the name inside ${}.
type SubPart struct {
	Literal  string
	Variable string
}

// SubParts takes Fn::Sub's text apart; ${!Name} is the literal ${Name}.
func SubParts(text string) ([]SubPart, error) {
	var parts []SubPart
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, SubPart{Literal: literal.String()})
			literal.Reset()
		}
	}
	for {
		before, after, found := strings.Cut(text, "${")
		literal.WriteString(before)
		if !found {
			flush()
			return parts, nil
		}
		name, rest, closed := strings.Cut(after, "}")
		switch {
		case !closed:
			return nil, fmt.Errorf("Fn::Sub: %s has a ${ without }", wording.Quote("${"+after))
		case strings.HasPrefix(name, "!"):
			literal.WriteString("${" + name[1:] + "}")
		case !subVariable.MatchString(name):
			name = wording.Brief(name)
			return nil, fmt.Errorf("Fn::Sub: ${%s} is no name of a parameter or resource; write ${!%s} for a shell variable", name, name)
		default:
			flush()
			parts = append(parts, SubPart{Variable: name})
		}
		text = rest
	}
}

// SubArgument takes Fn::Sub's argument apart: its text, and its own variables.
func SubArgument(argument *Node) (text *Node, variables map[string]*Node) {
	if argument.IsList() && len(argument.Items) == 2 {
		return argument.Items[0], argument.Items[1].ByKey()
	}
	return argument, nil
}

// GetAttArgument takes Fn::GetAtt's argument apart, which is [resource, attribute]
// or "resource.attribute". The attribute is "" where it is no text.
func GetAttArgument(argument *Node) (resource, attribute string, ok bool) {
	if argument.IsList() && len(argument.Items) == 2 && argument.Items[0].IsString() {
		return argument.Items[0].Text, argument.Items[1].stringOrEmpty(), argument.Items[0].Text != ""
	}
	resource, attribute, ok = strings.Cut(argument.stringOrEmpty(), ".")
	return resource, attribute, ok && resource != "" && attribute != ""
}
