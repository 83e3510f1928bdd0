package cfn

import (
	"errors"
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// Intrinsic takes an intrinsic function apart: a Map with one entry whose key
// is Ref, Condition or begins with Fn::. Condition counts with a text only;
// its value is the name of a condition then, elsewhere it is a plain key.
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

// IsIntrinsic reports whether n is an intrinsic function.
func (n *Node) IsIntrinsic() bool {
	_, _, ok := Intrinsic(n)
	return ok
}

// LoopPrefix is what the key of a loop begins with, Fn::ForEach::Name.
const LoopPrefix = "Fn::ForEach::"

// IsNoValue reports whether n is {"Ref": "AWS::NoValue"}, with which
// CloudFormation removes a property or an item.
func IsNoValue(n *Node) bool {
	name, argument, _ := Intrinsic(n)
	return name == "Ref" && argument.AsString() == noValue
}

// SubText is Fn::Sub taken apart.
type SubText struct {
	// Text is the text itself; nil where the function is given none.
	Text *Node
	// Parts are the pieces of the text in their order.
	Parts []SubPart
	// Variables are the function's own, by name.
	Variables map[string]*Node
}

// SubPart is a piece of Fn::Sub's text: literal text, or the name inside ${}.
type SubPart struct {
	Literal  string
	Variable string
}

// ParseSub takes Fn::Sub's argument apart: a text, or a text and an object of
// variables. It returns the text and the variables also with an error, which says
// what is wrong with the text.
func ParseSub(argument *Node) (SubText, error) {
	sub := SubText{Text: argument}
	if argument.IsList() && len(argument.Items) == 2 {
		sub.Text, sub.Variables = argument.Items[0], argument.Items[1].ByKey()
	}
	if !sub.Text.IsString() {
		sub.Text = nil
		return sub, errors.New("Fn::Sub: must be given a string, or a list of a string and an object of variables")
	}
	var err error
	sub.Parts, err = subParts(sub.Text.Text)
	return sub, err
}

// References returns the names that the text takes from the template, in their
// order: parameters, resources and, as Resource.Attribute, attributes.
func (s SubText) References() []string {
	var names []string
	for _, part := range s.Parts {
		if part.Variable != "" && s.Variables[part.Variable] == nil {
			names = append(names, part.Variable)
		}
	}
	return names
}

func isSubVariable(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '.' || r > ':' || r == '/') && r != '_'
	}) < 0
}

// subParts takes Fn::Sub's text apart; ${!Name} is the literal ${Name}.
func subParts(text string) ([]SubPart, error) {
	if text == "" {
		return nil, nil
	}
	parts := make([]SubPart, 0, min(1+2*strings.Count(text, "${"), 16))
	var escapes strings.Builder // and the text before them
	for {
		literal, after, found := strings.Cut(text, "${")
		name, rest, closed := strings.Cut(after, "}")
		text = rest
		if closed && strings.HasPrefix(name, "!") {
			escapes.WriteString(literal + "${" + name[1:] + "}")
			continue
		}
		if escapes.Len() > 0 {
			escapes.WriteString(literal)
			literal = escapes.String()
			escapes.Reset()
		}
		if literal != "" {
			parts = append(parts, SubPart{Literal: literal})
		}
		switch {
		case !found:
			return parts, nil
		case !closed:
			return nil, fmt.Errorf("Fn::Sub: %s has a ${ without }", wording.Quote("${"+after))
		case !isSubVariable(name):
			name = wording.Brief(name)
			return nil, fmt.Errorf("Fn::Sub: ${%s} is no name of a parameter or resource; write ${!%s} for a shell variable", name, name)
		}
		parts = append(parts, SubPart{Variable: name})
	}
}

// If takes Fn::If apart: the name of its condition, and the values if that is true
// and if it is false.
func If(n *Node) (condition *Node, branches []*Node, ok bool) {
	name, argument, _ := Intrinsic(n)
	if name != "Fn::If" || !argument.IsList() || len(argument.Items) != 3 || !argument.Items[0].IsString() {
		return nil, nil, false
	}
	return argument.Items[0], argument.Items[1:], true
}

// GetAttArgument takes Fn::GetAtt's argument apart, which is [resource, attribute]
// or "resource.attribute". The attribute is "" where it is not a text.
func GetAttArgument(argument *Node) (resource, attribute string, ok bool) {
	if argument.IsList() && len(argument.Items) == 2 && argument.Items[0].IsString() {
		return argument.Items[0].Text, argument.Items[1].AsString(), argument.Items[0].Text != ""
	}
	resource, attribute, ok = strings.Cut(argument.AsString(), ".")
	return resource, attribute, ok && resource != "" && attribute != ""
}
