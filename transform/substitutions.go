package transform

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// substitutions are the values that CloudFormation puts into a state
// machine's definition when the stack is deployed. It replaces ${Key} in the
// definition's JSON text by the value as it is, without escaping; so what is
// known now is written into the definition, and what is not becomes a value
// that escapes itself.
type substitutions struct {
	// parameters are the template's declarations.
	parameters *cfn.Node
	resources  *cfn.Node
	values     *cfn.Node
	// usedNames are the names that cannot be keys: the user's own keys, and what
	// the plan's texts hold as ${name}, which commands do for shell variables.
	usedNames map[string]bool
	// keys finds the key of a value that was seen before, by its text.
	keys  map[string]string
	count int
}

func newSubstitutions(template *cfn.Node, p *plan.Plan) *substitutions {
	s := &substitutions{
		parameters: template.Get("Parameters"), resources: template.Get("Resources"),
		values: cfn.Obj(), usedNames: map[string]bool{}, keys: map[string]string{},
	}
	for _, field := range p.DefinitionSubstitutions.Entries() {
		s.usedNames[field.Key] = true
	}
	s.takePlaceholders(p.Machine.Node)
	return s
}

func (s *substitutions) takePlaceholders(n *cfn.Node) {
	if n.IsString() {
		for rest := n.Text; ; {
			_, after, found := strings.Cut(rest, "${")
			if !found {
				break
			}
			name, _, _ := strings.Cut(after, "}")
			s.usedNames[strings.TrimPrefix(name, "!")] = true
			rest = after
		}
	}
	for _, item := range n.Items {
		s.takePlaceholders(item)
	}
	for _, field := range n.Fields {
		s.takePlaceholders(field.Value)
	}
}

// add gives a value the wished key, or one like it when that is taken, and
// returns its placeholder, ${key}. The value must need no escaping.
func (s *substitutions) add(wish string, value *cfn.Node) string {
	if key, seen := s.keys[wish]; seen {
		return "${" + key + "}"
	}
	key := wish
	for n := 2; s.usedNames[key]; n++ {
		key = wish + strconv.Itoa(n)
	}
	s.usedNames[key] = true
	s.keys[wish] = key
	s.values.Set(key, value)
	return "${" + key + "}"
}

// mergedWith returns the user's own substitutions and ours.
func (s *substitutions) mergedWith(own *cfn.Node) *cfn.Node {
	all := cfn.Obj()
	if own.IsMap() {
		all = own.Clone()
	}
	all.Fields = append(all.Fields, s.values.Fields...)
	return all
}

// replaceIn returns the tree with every intrinsic function in it replaced by text
// that holds placeholders.
func (s *substitutions) replaceIn(n *cfn.Node) *cfn.Node {
	if _, _, ok := cfn.Intrinsic(n); ok {
		text := cfn.Str(s.text(n))
		text.Place = n.Place
		return text
	}
	result := *n
	result.Items = nil
	for _, item := range n.Items {
		if !cfn.IsNoValue(item) {
			result.Items = append(result.Items, s.replaceIn(item))
		}
	}
	result.Fields = nil
	for _, field := range n.Fields {
		if !cfn.IsNoValue(field.Value) {
			result.Fields = append(result.Fields, cfn.Field{Key: field.Key, Value: s.replaceIn(field.Value), Place: field.Place})
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
	encoded, err := json.Marshal(n)
	if err == nil {
		if key, seen := s.keys[string(encoded)]; seen {
			return "${" + key + "}"
		}
	}
	s.count++
	wish, value := "AttiniValue"+strconv.Itoa(s.count), n
	if s.needsEscape(n) {
		value = escaped(n)
	}
	placeholder := s.add(wish, value)
	s.keys[string(encoded)] = s.keys[wish]
	return placeholder
}

// reference is the intrinsic function that ${name} in Fn::Sub stands for.
func reference(name string) *cfn.Node {
	if resource, attribute, isAttribute := strings.Cut(name, "."); isAttribute {
		return cfn.GetAtt(resource, attribute)
	}
	return cfn.Ref(name)
}

// needsEscape reports whether a value may have characters that have a meaning
// in JSON. Those of pseudo parameters, of parameters that AWS checks, and the
// names, ids and ARNs of AWS's resources have none.
func (s *substitutions) needsEscape(n *cfn.Node) bool {
	name, argument, _ := cfn.Intrinsic(n)
	switch {
	case name == "Fn::Base64":
		return false
	case name == "Fn::GetAtt" && argument.IsList() && len(argument.Items) == 2:
		kind := s.resources.At(argument.Items[0].Text, "Type")
		return !kind.IsString() || !strings.HasPrefix(kind.Text, "AWS::") || argument.Items[1].Text != "Arn"
	case name != "Ref" || !argument.IsString():
		return true
	}
	if slices.Contains(cfn.PseudoParameters(), argument.Text) {
		return false
	}
	if kind := s.resources.At(argument.Text, "Type"); kind.IsString() {
		return !strings.HasPrefix(kind.Text, "AWS::") || strings.HasPrefix(kind.Text, "AWS::CloudFormation::")
	}
	kind := s.parameters.At(argument.Text, "Type")
	return !kind.IsString() || kind.Text != "Number" && (!strings.HasPrefix(kind.Text, "AWS::") || strings.HasPrefix(kind.Text, "AWS::SSM::"))
}

// escaped makes CloudFormation write a value as it must stand inside a JSON
// string: splitting at a character and joining with its escape replaces it.
// The backslash comes first, since the others bring in new ones. ${ is escaped
// too: CloudFormation replaces keys also in the values that it has put in.
func escaped(value *cfn.Node) *cfn.Node {
	for _, pair := range [][2]string{{`\`, `\\`}, {`"`, `\"`}, {"\n", `\n`}, {"\r", `\r`}, {"\t", `\t`}, {"${", `\u0024{`}} {
		parts := cfn.Obj(cfn.F("Fn::Split", cfn.Seq(cfn.Str(pair[0]), value)))
		value = cfn.Obj(cfn.F("Fn::Join", cfn.Seq(cfn.Str(pair[1]), parts)))
	}
	return value
}
