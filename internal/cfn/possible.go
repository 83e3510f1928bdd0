package cfn

import "slices"

// MayBe reports whether a value can be the text. It is false only where that is
// certain: by what the parameter's declaration allows, or the values that are
// all there are.
func (f *StaticValues) MayBe(n *Node, text string) bool {
	name, argument, _ := Intrinsic(n)
	switch {
	case name == "Ref" && argument.IsString() && f.Declares(argument.Text):
		return f.parameterMayBe(argument.Text, text)
	case name == "Fn::FindInMap" && argument.IsList() && len(argument.Items) == 3:
		return slices.ContainsFunc(f.inMap(argument), func(n *Node) bool { return n.IsScalar() && n.Text == text })
	}
	values, all := f.Values(n)
	return !all || slices.ContainsFunc(values, func(n *Node) bool { return n.IsScalar() && n.Text == text })
}

func (f *StaticValues) parameterMayBe(name, text string) bool {
	if value := f.evaluation.parameters[name]; value != nil {
		return value.IsScalar() && value.Text == text
	}
	declaration := f.declaration(name)
	return declaration.Get("Type").AsString() == "String" && f.evaluation.constraint(declaration).broken(text) == ""
}

// Possible returns values that n may have: those that are known, or else all
// that a mapping has where n may look.
func (f *StaticValues) Possible(n *Node) []*Node {
	if name, argument, _ := Intrinsic(n); name == "Fn::FindInMap" {
		return f.inMap(argument)
	}
	values, _ := f.Values(n)
	return values
}

// inMap returns the values of a mapping that Fn::FindInMap may find: of keys
// that are not known, each counts.
func (f *StaticValues) inMap(argument *Node) []*Node {
	if !argument.IsList() || len(argument.Items) < 3 {
		return nil
	}
	found := []*Node{f.evaluation.template.Get("Mappings")}
	for _, item := range argument.Items[:3] {
		key, known := f.evaluation.evaluateText(item, Path{})
		var inside []*Node
		for _, n := range found {
			for _, field := range n.Entries() {
				if !known || field.Key == key {
					inside = append(inside, field.Value)
				}
			}
		}
		found = inside
	}
	return found
}

// InConditions reports whether the template's Conditions can use a value:
// whether CloudFormation knows it before it makes any resource.
func (f *StaticValues) InConditions(n *Node) bool {
	name, argument, intrinsic := Intrinsic(n)
	switch {
	case n == nil || n.IsScalar():
		return n == nil || !IsDynamicReference(n.Text)
	case name == "Ref":
		return argument.IsString() && f.inConditions(argument.Text)
	case name == "Fn::Sub":
		return f.subInConditions(argument)
	case intrinsic && !slices.Contains([]string{"Fn::FindInMap", "Fn::Join", "Fn::Select", "Fn::Split"}, name):
		return false
	}
	for _, item := range n.Items {
		if !f.InConditions(item) {
			return false
		}
	}
	for _, field := range n.Fields {
		if !f.InConditions(field.Value) {
			return false
		}
	}
	return true
}

func (f *StaticValues) inConditions(name string) bool {
	return f.Declares(name) || slices.Contains(PseudoParameters(), name)
}

func (f *StaticValues) subInConditions(argument *Node) bool {
	sub, err := ParseSub(argument)
	if err != nil {
		return false
	}
	for _, part := range sub.Parts {
		own := sub.Variables[part.Variable]
		if part.Variable != "" && (own == nil && !f.inConditions(part.Variable) || own != nil && !f.InConditions(own)) {
			return false
		}
	}
	return true
}
