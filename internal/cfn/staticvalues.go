package cfn

// StaticValues is what can be known of a template's values before it is deployed:
// from its parameters' values, their defaults and AllowedValues, from the
// conditions and mappings that only need these, and from the pseudo parameters
// that are given. The values of NoEcho parameters are left out, so that none
// can get into a message.
//
// It is not safe for concurrent use. It keeps its results, and evaluates no more
// than a bounded amount for one template: after that, values are not known.
type StaticValues struct {
	evaluation *evaluation
	given      map[string]string
	// references are the results of References.
	references map[string][]string
}

// Analyze takes the values that are known. Missing parameters are no problem.
func Analyze(template *Node, values Values) *StaticValues {
	evaluator, _ := NewEvaluator(template, values)
	for _, declared := range template.Get("Parameters").Entries() {
		if IsNoEcho(declared.Value) {
			delete(evaluator.parameters, declared.Key)
		}
	}
	return &StaticValues{evaluation: evaluator.evaluation(), given: values.Parameters, references: map[string][]string{}}
}

// Values returns the values that n may have, and whether these are all: one
// where it is known; several for the AllowedValues of a parameter that has no
// value yet, and for Fn::If whose condition is not known; none where nothing is
// known. They have n's place. AWS::NoValue counts as a value.
func (f *StaticValues) Values(n *Node) (values []*Node, all bool) {
	taken := f.ResolveIf(n)
	if name, argument, _ := Intrinsic(taken); name == "Ref" && argument.IsString() && f.hasAllowedValues(argument.Text) {
		return f.allowedValues(n, f.declaration(argument.Text))
	}
	if _, branches, ok := If(taken); ok {
		return f.bothBranches(n, branches)
	}
	value, known := f.evaluation.node(taken, Path{})
	if !known {
		return nil, false
	}
	return []*Node{withPlace(value, n)}, true
}

// ResolveIf follows Fn::If as far as its conditions are known, and returns the
// value that is taken as it is written.
func (f *StaticValues) ResolveIf(n *Node) *Node {
	for {
		condition, branches, ok := If(n)
		if !ok {
			return n
		}
		taken, known := f.evaluation.namedCondition(condition, Path{})
		switch {
		case !known:
			return n
		case taken:
			n = branches[0]
		default:
			n = branches[1]
		}
	}
}

// hasAllowedValues reports whether a parameter lacks a value and lists those allowed.
func (f *StaticValues) hasAllowedValues(name string) bool {
	declaration := f.declaration(name)
	_, isStored := storedType(declaration)
	_, isGiven := f.given[name]
	return declaration.Get("AllowedValues").IsList() && !isGiven && !isStored && !IsNoEcho(declaration)
}

// allowedValues are the values that a declaration allows; its Default is one of them.
// AllowedValues of a list are those of its items, so that there are more lists than
// the ones of one item each.
func (f *StaticValues) allowedValues(n, declaration *Node) (values []*Node, all bool) {
	list := isListType(declaration.Get("Type").AsString())
	all = !list
	for _, item := range declaration.Get("AllowedValues").Items {
		if !item.IsScalar() {
			all = false
			continue
		}
		if !f.evaluation.fits(n, Path{}, nodeSize) {
			return values, false
		}
		value := Str(item.Text)
		if list {
			value = commaSeparated(item.Text)
		}
		values = append(values, withPlace(value, n))
	}
	return values, all
}

func (f *StaticValues) bothBranches(n *Node, branches []*Node) (values []*Node, all bool) {
	all = true
	for _, branch := range branches {
		some, complete := f.Values(branch)
		all = all && complete
		for _, value := range some {
			if !f.evaluation.fits(n, Path{}, nodeSize) {
				return values, false
			}
			values = append(values, withPlace(value, n))
		}
	}
	return values, all
}

func withPlace(value, at *Node) *Node {
	result := *value
	result.Place = at.Place
	return &result
}

// Declares reports whether the template declares a parameter.
func (f *StaticValues) Declares(parameter string) bool { return f.evaluation.declares(parameter) }

func (f *StaticValues) declaration(parameter string) *Node {
	return f.evaluation.section("Parameters", parameter)
}

// IsList reports whether a parameter's value is a list.
func (f *StaticValues) IsList(parameter string) bool {
	return IsListType(f.declaration(parameter).Get("Type").AsString())
}

// IsNoEcho reports whether a parameter's value is hidden.
func (f *StaticValues) IsNoEcho(parameter string) bool {
	return IsNoEcho(f.declaration(parameter))
}

// References are the dynamic references in the values that a parameter may have, which
// is the one given, or its Default and the AllowedValues; also where they are hidden.
func (f *StaticValues) References(parameter string) []string {
	all, known := f.references[parameter]
	if !known {
		all = f.findReferences(parameter)
		f.references[parameter] = all
	}
	return all
}

func (f *StaticValues) findReferences(parameter string) []string {
	declaration := f.declaration(parameter)
	if _, isStored := storedType(declaration); isStored || declaration == nil {
		return nil
	}
	text, _ := f.evaluation.given(Field{Key: parameter, Value: declaration})
	all := DynamicReferences(text)
	if _, isGiven := f.given[parameter]; !isGiven {
		for _, allowed := range declaration.Get("AllowedValues").Elements() {
			all = append(all, DynamicReferences(allowed.AsString())...)
		}
	}
	return all
}
