package transform

import (
	"encoding/json"
	"strconv"

	"github.com/attini-go/runner/cfn"
)

// substitutions are the values that CloudFormation puts into a state
// machine's definition when the stack is deployed. It replaces ${Key} in the
// definition's JSON text by the value as it is, without escaping; so what is
// known now is written into the definition, and only what is not becomes a
// value. Keys begin with "Attini" to keep away from the shell variables that
// commands name as ${HOME}.
type substitutions struct {
	values *cfn.Node
	// byText finds the key of a value that was seen before.
	byText map[string]string
	count  int
}

func newSubstitutions() *substitutions {
	return &substitutions{values: cfn.Obj(), byText: map[string]string{}}
}

// add gives the value a name and returns its placeholder, ${key}.
func (s *substitutions) add(key string, value *cfn.Node) string {
	s.values.Set(key, value)
	return "${" + key + "}"
}

// with returns the user's own substitutions and ours.
func (s *substitutions) with(own *cfn.Node) *cfn.Node {
	all := cfn.Obj()
	if own.IsMap() {
		all = own.Clone()
	}
	for _, field := range s.values.Fields {
		all.Set(field.Key, field.Value)
	}
	return all
}

// within returns the tree with every intrinsic function in it replaced by text
// that holds placeholders.
func (s *substitutions) within(n *cfn.Node) *cfn.Node {
	if _, _, ok := cfn.Intrinsic(n); ok {
		text := cfn.Str(s.text(n))
		text.Place = n.Place
		return text
	}
	result := *n
	result.Items = nil
	for _, item := range n.Items {
		if !cfn.IsNoValue(item) {
			result.Items = append(result.Items, s.within(item))
		}
	}
	result.Fields = nil
	for _, field := range n.Fields {
		if !cfn.IsNoValue(field.Value) {
			result.Fields = append(result.Fields, cfn.Field{Key: field.Key, Value: s.within(field.Value), Place: field.Place})
		}
	}
	return &result
}

// text takes Fn::Sub and Fn::Join apart, so that their literal text is escaped
// with the definition, and makes a value of anything else.
func (s *substitutions) text(n *cfn.Node) string {
	if n.IsScalar() {
		return n.Text
	}
	name, argument, _ := cfn.Intrinsic(n)
	switch name {
	case "Fn::Sub":
		if text, ok := s.sub(argument); ok {
			return text
		}
	case "Fn::Join":
		if text, ok := s.join(argument); ok {
			return text
		}
	}
	return s.placeholder(n)
}

func (s *substitutions) sub(argument *cfn.Node) (string, bool) {
	template, variables := argument, (*cfn.Node)(nil)
	if argument.IsList() && len(argument.Items) == 2 {
		template, variables = argument.Items[0], argument.Items[1]
	}
	if !template.IsString() {
		return "", false
	}
	parts, err := cfn.SubParts(template.Text)
	if err != nil {
		return "", false
	}
	text := ""
	for _, part := range parts {
		switch value := variables.Get(part.Variable); {
		case part.Variable == "":
			text += part.Literal
		case value != nil:
			text += s.text(value)
		default:
			text += s.placeholder(reference(part.Variable))
		}
	}
	return text, true
}

func (s *substitutions) join(argument *cfn.Node) (string, bool) {
	if !argument.IsList() || len(argument.Items) != 2 || !argument.Items[0].IsString() || !argument.Items[1].IsList() {
		return "", false
	}
	text := ""
	for i, item := range argument.Items[1].Items {
		if i > 0 {
			text += argument.Items[0].Text
		}
		text += s.text(item)
	}
	return text, true
}

// placeholder names a value that only the deployment knows.
func (s *substitutions) placeholder(n *cfn.Node) string {
	escaped := escapeLiterals(n)
	encoded, err := json.Marshal(escaped)
	if err == nil {
		if key, seen := s.byText[string(encoded)]; seen {
			return "${" + key + "}"
		}
	}
	s.count++
	key := "AttiniValue" + strconv.Itoa(s.count)
	s.byText[string(encoded)] = key
	return s.add(key, escaped)
}

// reference is the intrinsic function that ${name} in Fn::Sub stands for.
func reference(name string) *cfn.Node {
	return cfn.Obj(cfn.F("Fn::Sub", cfn.Str("${"+name+"}")))
}

// escapeLiterals writes the texts that a function may come to, such as the
// branches of Fn::If, as they must stand inside a JSON string, since the value
// is put there as it is. What a function only works with, such as the
// delimiter of Fn::Split, stays as it is.
func escapeLiterals(n *cfn.Node) *cfn.Node {
	if n.IsString() {
		return escapeText(n)
	}
	name, argument, ok := cfn.Intrinsic(n)
	if !ok || !argument.IsString() && !argument.IsList() {
		return n
	}
	escaped := argument.Clone()
	switch name {
	case "Fn::Sub", "Fn::Join":
		eachLiteral(escaped, 0)
	case "Fn::If", "Fn::Select":
		eachLiteral(escaped, 1)
	default:
		return n
	}
	if argument.IsString() {
		escaped = escapeText(argument)
	}
	return cfn.Obj(cfn.F(name, escaped))
}

// eachLiteral escapes the arguments of a function from the one at first on,
// those inside a list or an object (Fn::Join's items, Fn::Sub's variables) too.
func eachLiteral(arguments *cfn.Node, first int) {
	for i := first; i < len(arguments.Items); i++ {
		argument := arguments.Items[i]
		if _, _, intrinsic := cfn.Intrinsic(argument); intrinsic || argument.IsString() {
			arguments.Items[i] = escapeLiterals(argument)
			continue
		}
		eachLiteral(argument, 0)
		for f := range argument.Fields {
			argument.Fields[f].Value = escapeLiterals(argument.Fields[f].Value)
		}
	}
}

func escapeText(n *cfn.Node) *cfn.Node {
	quoted, err := json.Marshal(n.Text)
	if err != nil {
		return n
	}
	escaped := *n
	escaped.Text = string(quoted[1 : len(quoted)-1])
	return &escaped
}
