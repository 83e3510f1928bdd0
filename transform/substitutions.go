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
	// parameters and resources are the template's declarations.
	parameters map[string]*cfn.Node
	resources  map[string]*cfn.Node
	values     []cfn.Field
	// usedNames are the names that cannot be keys: the user's own keys, and what
	// the plan's texts hold as ${name}, which commands do for shell variables.
	usedNames map[string]bool
	// keys finds the key of a value that was seen before, by its text.
	keys  map[string]string
	count int
}

func newSubstitutions(template *cfn.Node, p *plan.Plan) *substitutions {
	s := &substitutions{
		parameters: template.Get("Parameters").ByKey(), resources: template.Get("Resources").ByKey(),
		usedNames: map[string]bool{}, keys: map[string]string{},
	}
	for _, field := range p.DefinitionSubstitutions.Entries() {
		s.usedNames[field.Key] = true
	}
	s.takePlaceholders(p.Machine.Node)
	return s
}

// takePlaceholders takes every ${name} in a tree's texts. A name
// ends before the next ${, since no key has that in it.
func (s *substitutions) takePlaceholders(root *cfn.Node) {
	for n := range root.All() {
		if !n.IsString() {
			continue
		}
		for _, piece := range strings.Split(n.Text, "${")[1:] {
			if name, _, closed := strings.Cut(piece, "}"); closed {
				s.usedNames[strings.TrimPrefix(name, "!")] = true
			}
		}
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
	s.values = append(s.values, cfn.F(key, value))
	return "${" + key + "}"
}

// mergedWith returns the user's own substitutions and ours.
func (s *substitutions) mergedWith(own *cfn.Node) *cfn.Node {
	all := cfn.Obj()
	if own.IsMap() {
		all = own.Clone()
	}
	all.Fields = append(all.Fields, s.values...)
	return all
}

// replaceIn returns the tree with every intrinsic function in it replaced by text
// that holds placeholders.
func (s *substitutions) replaceIn(n *cfn.Node) *cfn.Node {
	if n.IsIntrinsic() {
		text := cfn.Str(s.text(n))
		text.Place = n.Place
		return text
	}
	return n.Rebuild(func(child *cfn.Node) *cfn.Node {
		if cfn.IsNoValue(child) {
			return nil
		}
		return s.replaceIn(child)
	})
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
	sub, err := cfn.ParseSub(argument)
	if err != nil {
		return "", false
	}
	var text strings.Builder
	for _, part := range sub.Parts {
		switch value := sub.Variables[part.Variable]; {
		case part.Variable == "":
			text.WriteString(part.Literal)
		case value != nil:
			text.WriteString(s.text(value))
		default:
			text.WriteString(s.placeholder(reference(part.Variable)))
		}
	}
	return text.String(), true
}

func (s *substitutions) join(argument *cfn.Node) (string, bool) {
	if !argument.IsList() || len(argument.Items) != 2 || !argument.Items[0].IsString() || !argument.Items[1].IsList() {
		return "", false
	}
	texts := make([]string, len(argument.Items[1].Items))
	for i, item := range argument.Items[1].Items {
		texts[i] = s.text(item)
	}
	return strings.Join(texts, argument.Items[0].Text), true
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
	if s.count > maxValues {
		return "" // Expand reports it
	}
	wish, value := "AttiniValue"+strconv.Itoa(s.count), n
	if s.needsEscape(n) {
		value = escaped(n)
	}
	placeholder := s.add(wish, value)
	s.keys[string(encoded)] = s.keys[wish]
	return placeholder
}

// reference is the intrinsic function that ${name} in Fn::Sub means.
func reference(name string) *cfn.Node {
	if resource, attribute, isAttribute := strings.Cut(name, "."); isAttribute {
		return cfn.GetAtt(resource, attribute)
	}
	return cfn.Ref(name)
}

// needsEscape reports whether a value may have characters that have a meaning
// in JSON. Those of pseudo parameters, of ids in parameters that AWS checks, and the
// names, ids and ARNs of AWS's resources have none. Key pairs and security groups can
// have any name.
func (s *substitutions) needsEscape(n *cfn.Node) bool {
	name, argument, _ := cfn.Intrinsic(n)
	switch {
	case name == "Fn::Base64":
		return false
	case name == "Fn::GetAtt":
		resource, attribute, _ := cfn.GetAttArgument(argument)
		kind := s.resources[resource].Get("Type")
		return !kind.IsString() || !strings.HasPrefix(kind.Text, "AWS::") || attribute != "Arn"
	case name != "Ref" || !argument.IsString():
		return true
	}
	if slices.Contains(cfn.PseudoParameters(), argument.Text) {
		return false
	}
	if kind := s.resources[argument.Text].Get("Type"); kind.IsString() {
		return !strings.HasPrefix(kind.Text, "AWS::") || strings.HasPrefix(kind.Text, "AWS::CloudFormation::") || kind.Text == "AWS::EC2::KeyPair"
	}
	kind := s.parameters[argument.Text].Get("Type")
	return !kind.IsString() || kind.Text != "Number" && (!strings.HasPrefix(kind.Text, "AWS::") || !strings.HasSuffix(kind.Text, "::Id"))
}

// escaped makes CloudFormation write a value as it must be inside a JSON
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
