package cfn

// Assume returns what can be known if conditions of the template have the given
// values, also those whose value is not known otherwise.
func (f *StaticValues) Assume(conditions map[string]bool) *StaticValues {
	v := *f.evaluation
	v.conditions = make(map[string]conditionResult, len(conditions))
	for name, value := range conditions {
		v.conditions[name] = conditionResult{value: value, known: true}
	}
	return &StaticValues{evaluation: &v, given: f.given, references: f.references}
}

// WithoutParameters returns what can be known whatever values the parameters
// have, today's and those of a later update.
func (f *StaticValues) WithoutParameters() *StaticValues {
	v := *f.evaluation
	evaluator := *v.Evaluator
	evaluator.parameters = map[string]*Node{}
	v.Evaluator, v.conditions = &evaluator, map[string]conditionResult{}
	return &StaticValues{evaluation: &v, references: map[string][]string{}}
}

// Undecided adds to names the conditions of the Fn::If in a tree whose values
// are not known. Branches that are not taken do not count.
func (f *StaticValues) Undecided(n *Node, names map[string]bool) {
	Walk(n, Path{}, func(n *Node, at Path) bool {
		if taken := f.ResolveIf(n); taken != n {
			f.Undecided(taken, names)
			return false
		}
		if condition, _, ok := If(n); ok {
			names[condition.Text] = true
		}
		return true
	})
}
