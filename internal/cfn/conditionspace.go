package cfn

import "slices"

// term is a condition's value while the operands have theirs.
type term func() bool

// operand is something whose value is not known: a side of Fn::Equals, or a
// whole condition function. Its value is one of the texts that it is compared
// with, or another one.
type operand struct {
	texts  []string
	closed bool // it has no other value than one of texts
	now    int  // the index of its value; len(texts) for another one
}

func (o *operand) size() int {
	if o.closed {
		return len(o.texts)
	}
	return len(o.texts) + 1
}

// conditionSpace is what conditions depend on.
type conditionSpace struct {
	known       *StaticValues
	definitions map[string]term
	operands    map[string]*operand
	order       []*operand
	// terms counts the condition functions; tooLarge says that there are too
	// many, or that one has too large an operand.
	terms    int
	tooLarge bool
	// round counts the combinations of values that were looked at.
	round int
}

// combinations is how many combinations of values the operands have; false
// when that are more than can be looked at.
func (s *conditionSpace) combinations() (count int, ok bool) {
	count = 1
	for _, o := range s.order {
		if count *= o.size(); count*(1+s.terms) > maxTermsEvaluated {
			return 0, false
		}
	}
	return count, !s.tooLarge
}

// next sets the next combination of the operands' values.
func (s *conditionSpace) next() {
	s.round++
	for _, o := range s.order {
		if o.now++; o.now < o.size() {
			return
		}
		o.now = 0
	}
}

func constantTerm(value bool) term { return func() bool { return value } }

// free is a value that depends on nothing else that is known.
func (s *conditionSpace) free(key string) term { return s.equal(key, "", nil) }

// equal is whether the operand has the text; with a value that n has if that
// is the reference to a parameter that lists the values allowed.
func (s *conditionSpace) equal(key, text string, n *Node) term {
	o := s.operands[key]
	if o == nil {
		o = s.operand(n)
		s.operands[key] = o
		s.order = append(s.order, o)
	}
	at := slices.Index(o.texts, text)
	if at < 0 {
		if o.closed {
			return constantTerm(false)
		}
		at = len(o.texts)
		o.texts = append(o.texts, text)
	}
	return func() bool { return o.now == at }
}

// operand returns the values that n may have; nil may have any.
func (s *conditionSpace) operand(n *Node) *operand {
	o := &operand{}
	if n == nil {
		return o
	}
	values, all := s.known.Values(n)
	for _, value := range values {
		o.texts = append(o.texts, value.Text)
	}
	slices.Sort(o.texts)
	o.texts = slices.Compact(o.texts)
	o.closed = all && len(o.texts) > 0
	return o
}

// named is the condition of that name. One that is not there is free.
func (s *conditionSpace) named(name string) term {
	if done := s.definitions[name]; done != nil {
		return done
	}
	if value, known := s.known.evaluation.namedCondition(Str(name), Path{}); known {
		return constantTerm(value)
	}
	definition := s.known.evaluation.section("Conditions", name)
	if definition == nil {
		s.definitions[name] = s.free("Condition " + name)
		return s.definitions[name]
	}
	s.definitions[name] = constantTerm(false) // while it is read, for those that need themselves
	s.definitions[name] = s.once(s.condition(definition))
	return s.definitions[name]
}

// once evaluates a term once in each round: a chain of conditions, each of which
// names the one before twice, would take for ever.
func (s *conditionSpace) once(inside term) term {
	round, value := -1, false
	return func() bool {
		if round != s.round {
			round, value = s.round, inside()
		}
		return value
	}
}

func (s *conditionSpace) condition(n *Node) term {
	if s.terms++; s.terms > maxConditionTerms {
		s.tooLarge = true
		return constantTerm(false)
	}
	name, argument, _ := Intrinsic(n)
	switch {
	case name == "Condition":
		return s.named(argument.Text)
	case name == "Fn::Not" && argument.IsList() && len(argument.Items) == 1:
		inside := s.condition(argument.Items[0])
		return func() bool { return !inside() }
	case (name == "Fn::And" || name == "Fn::Or") && argument.IsList():
		return s.operandsOf(argument.Items, name == "Fn::Or")
	case name == "Fn::Equals" && argument.IsList() && len(argument.Items) == 2:
		return s.equals(argument.Items[0], argument.Items[1])
	}
	return s.free(s.textOf(n))
}

func (s *conditionSpace) operandsOf(items []*Node, decisive bool) term {
	terms := make([]term, len(items))
	for i, item := range items {
		terms[i] = s.condition(item)
	}
	return func() bool {
		for _, one := range terms {
			if one() == decisive {
				return decisive
			}
		}
		return !decisive
	}
}

func (s *conditionSpace) equals(left, right *Node) term {
	first, firstKnown := s.known.evaluation.evaluateText(left, Path{})
	second, secondKnown := s.known.evaluation.evaluateText(right, Path{})
	switch {
	case firstKnown && secondKnown:
		return constantTerm(first == second)
	case firstKnown:
		return s.equal(s.textOf(right), first, right)
	case secondKnown:
		return s.equal(s.textOf(left), second, left)
	}
	sides := []string{s.textOf(left), s.textOf(right)}
	slices.Sort(sides)
	if sides[0] == sides[1] {
		return constantTerm(true)
	}
	return s.free(sides[0] + "=" + sides[1])
}

// textOf tells operands apart.
func (s *conditionSpace) textOf(n *Node) string {
	if n.Size() > maxOperandSize {
		s.tooLarge = true
		return ""
	}
	text, err := n.MarshalJSON()
	if err != nil { // it is a Node that was read
		s.tooLarge = true
	}
	return string(text)
}
