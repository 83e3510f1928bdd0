package cfn

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// call evaluates one intrinsic function; nil when it was reported.
func (v *evaluation) call(n *Node, name string, argument *Node, at Path) *Node {
	switch name {
	case "Ref":
		return v.ref(n, argument, at)
	case "Fn::GetAtt":
		return v.getAtt(n, argument, at)
	case "Fn::Sub":
		return v.sub(n, argument, at)
	case "Fn::Join":
		return v.join(n, argument, at)
	case "Fn::Split":
		return v.split(n, argument, at)
	case "Fn::Select":
		return v.choose(n, argument, at)
	case "Fn::FindInMap":
		return v.findInMap(n, argument, at)
	case "Fn::If":
		return v.branch(n, argument, at)
	case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition":
		return Boolean(v.condition(n, at))
	case "Fn::Base64":
		return v.mapped(argument, at, func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) })
	case "Fn::ImportValue":
		return v.imported(n, argument, at)
	case "Fn::Length":
		return v.length(n, argument, at)
	case "Fn::ToJsonString":
		return v.toJSON(argument, at)
	}
	if strings.HasPrefix(name, "Fn::ForEach::") {
		v.report(n, at, "unsupported-function", "Fn::ForEach is expanded by AWS::LanguageExtensions, after this transform; write the entries out", "")
		return nil
	}
	v.report(n, at, "unsupported-function", fmt.Sprintf("what %s comes to is known only to AWS", name), "Use a parameter in its place and give it with --parameter.")
	return nil
}

func (v *evaluation) ref(n, argument *Node, at Path) *Node {
	if !argument.IsString() {
		return v.shape(n, at, "a name")
	}
	name := argument.Text
	if name == "AWS::NoValue" {
		return n
	}
	if value, declared := v.parameters[name]; declared {
		return value // nil when NewEvaluator has reported it as missing
	}
	if value, known := v.values.Pseudo[name]; known {
		return Str(value)
	}
	return v.reference(n, name, "Ref", at)
}

func (v *evaluation) getAtt(n, argument *Node, at Path) *Node {
	name := argument.textOf()
	if argument.IsList() && len(argument.Items) == 2 {
		attribute := v.text(argument.Items[1], at.Index(1))
		if attribute == nil || !argument.Items[0].IsString() {
			return nil
		}
		name = argument.Items[0].Text + "." + *attribute
	}
	if !strings.Contains(name, ".") {
		return v.shape(n, at, `[resource, attribute] or "resource.attribute"`)
	}
	return v.reference(n, name, "Fn::GetAtt", at)
}

func (v *evaluation) reference(n *Node, name, function string, at Path) *Node {
	if value, known := v.values.References[name]; known {
		return Str(value)
	}
	resource, _, _ := strings.Cut(name, ".")
	what := fmt.Sprintf("the template declares no %q", resource)
	if v.template.At("Resources", resource) != nil {
		what = fmt.Sprintf("the value of %s %s is known only once the stack is deployed", function, name)
	}
	v.report(n, at, "unknown-value", what, `Give it in the --lookups file: {"References": {"`+name+`": "value"}}.`)
	return nil
}

func (v *evaluation) sub(n, argument *Node, at Path) *Node {
	template, variables := argument, (*Node)(nil)
	if argument.IsList() && len(argument.Items) == 2 && argument.Items[1].IsMap() {
		template, variables = argument.Items[0], argument.Items[1]
	}
	if !template.IsString() {
		return v.shape(n, at, "a text, or a list of a text and an object of variables")
	}
	parts, err := SubParts(template.Text)
	if err != nil {
		v.report(template, at, "intrinsic-shape", err.Error(), "")
		return nil
	}
	var text strings.Builder
	complete := true
	for _, part := range parts {
		if part.Variable == "" {
			text.WriteString(part.Literal)
			continue
		}
		value := variables.Get(part.Variable)
		if value == nil {
			value = Ref(part.Variable)
			if resource, attribute, isAttribute := strings.Cut(part.Variable, "."); isAttribute {
				value = GetAtt(resource, attribute)
			}
			value.Place = n.Place
		}
		if piece := v.text(value, at); piece != nil {
			text.WriteString(*piece)
		} else {
			complete = false
		}
	}
	if !complete {
		return nil
	}
	return Str(text.String())
}

func (v *evaluation) join(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) != 2 || !argument.Items[0].IsString() {
		return v.shape(n, at, "[delimiter, [values]]")
	}
	items := v.list(argument.Items[1], at.Index(1))
	if items == nil {
		return nil
	}
	texts := make([]string, len(items.Items))
	for i, item := range items.Items {
		if !item.IsScalar() {
			return nil
		}
		texts[i] = item.Text
	}
	return Str(strings.Join(texts, argument.Items[0].Text))
}

func (v *evaluation) split(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) != 2 || !argument.Items[0].IsString() || argument.Items[0].Text == "" {
		return v.shape(n, at, "[delimiter, text]")
	}
	text := v.text(argument.Items[1], at.Index(1))
	if text == nil {
		return nil
	}
	result := Seq()
	for _, piece := range strings.Split(*text, argument.Items[0].Text) {
		result.Items = append(result.Items, Str(piece))
	}
	return result
}

func (v *evaluation) choose(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) != 2 {
		return v.shape(n, at, "[index, [values]]")
	}
	position, items := v.text(argument.Items[0], at.Index(0)), v.list(argument.Items[1], at.Index(1))
	if position == nil || items == nil {
		return nil
	}
	index, err := strconv.Atoi(*position)
	if err != nil || index < 0 || index >= len(items.Items) {
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("index %s is outside the list of %d", *position, len(items.Items)), "")
		return nil
	}
	return items.Items[index]
}

func (v *evaluation) findInMap(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) < 3 {
		return v.shape(n, at, "[map, first key, second key]")
	}
	found := v.template.Get("Mappings")
	var keys []string
	for i := range 3 {
		key := v.text(argument.Items[i], at.Index(i))
		if key == nil {
			return nil
		}
		keys = append(keys, *key)
		found = found.Get(*key)
	}
	if found != nil {
		return found
	}
	if len(argument.Items) == 4 {
		if fallback := argument.Items[3].Get("DefaultValue"); fallback != nil {
			return v.node(fallback, at.Index(3).Key("DefaultValue"))
		}
	}
	v.report(n, at, "unknown-value", fmt.Sprintf("Mappings has no %s", strings.Join(keys, " / ")), "")
	return nil
}

func (v *evaluation) imported(n, argument *Node, at Path) *Node {
	name := v.text(argument, at)
	if name == nil {
		return nil
	}
	value, known := v.values.Imports[*name]
	if !known {
		v.report(n, at, "unknown-value", fmt.Sprintf("the export %q of another stack is not known here", *name),
			`Give it in the --lookups file: {"Imports": {"`+*name+`": "value"}}.`)
		return nil
	}
	return Str(value)
}

func (v *evaluation) length(n, argument *Node, at Path) *Node {
	items := v.list(argument, at)
	if items == nil {
		return nil
	}
	return Int(len(items.Items))
}

func (v *evaluation) toJSON(argument *Node, at Path) *Node {
	before := len(v.problems)
	value := v.node(argument, at)
	if len(v.problems) > before {
		return nil
	}
	var compact bytes.Buffer
	text, err := value.MarshalJSON()
	if err == nil {
		err = json.Compact(&compact, text)
	}
	if err != nil {
		v.report(argument, at, "intrinsic-shape", err.Error(), "")
		return nil
	}
	return Str(compact.String())
}

func (v *evaluation) mapped(argument *Node, at Path, f func(string) string) *Node {
	text := v.text(argument, at)
	if text == nil {
		return nil
	}
	return Str(f(*text))
}

// text evaluates to one scalar; nil when it was reported.
func (v *evaluation) text(n *Node, at Path) *string {
	before := len(v.problems)
	value := v.node(n, at)
	switch {
	case value.IsScalar():
		if len(v.problems) > before {
			return nil
		}
		return &value.Text
	case len(v.problems) == before:
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("a text is needed, not a %s", value.kind()), "")
	}
	return nil
}

// list evaluates to a list; a comma-separated text does not count as one.
func (v *evaluation) list(n *Node, at Path) *Node {
	before := len(v.problems)
	value := v.node(n, at)
	switch {
	case len(v.problems) > before:
		return nil
	case !value.IsList():
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("a list is needed, not a %s", value.kind()), "")
		return nil
	}
	return value
}

func (v *evaluation) shape(n *Node, at Path, want string) *Node {
	v.report(n, at, "intrinsic-shape", "its argument must be "+want, "")
	return nil
}

func (n *Node) textOf() string {
	if n.IsString() {
		return n.Text
	}
	return ""
}

func (n *Node) kind() Kind {
	if n == nil {
		return Null
	}
	return n.Kind
}
