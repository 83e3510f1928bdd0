package cfn

import (
	"fmt"
	"regexp"
	"strings"
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
	literal := func(s string) {
		if last := len(parts) - 1; last >= 0 && parts[last].Variable == "" {
			parts[last].Literal += s
		} else if s != "" {
			parts = append(parts, SubPart{Literal: s})
		}
	}
	for {
		before, after, found := strings.Cut(text, "${")
		literal(before)
		if !found {
			return parts, nil
		}
		name, rest, closed := strings.Cut(after, "}")
		switch {
		case !closed:
			return nil, fmt.Errorf("Fn::Sub: %q has a ${ without }", "${"+after)
		case strings.HasPrefix(name, "!"):
			literal("${" + name[1:] + "}")
		case !subVariable.MatchString(name):
			return nil, fmt.Errorf("Fn::Sub: ${%s} is no name of a parameter or resource; write ${!%s} for a shell variable", name, name)
		default:
			parts = append(parts, SubPart{Variable: name})
		}
		text = rest
	}
}
