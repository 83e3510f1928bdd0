package cfn

import (
	"slices"
)

// These bound the work of finding out which values conditions can have
// together: how many condition functions are looked at, how large an operand of
// them may be in bytes, and how many functions are evaluated.
const (
	maxConditionTerms = 1 << 10
	maxOperandSize    = 1 << 14
	maxTermsEvaluated = 1 << 16
)

// Assignments returns every combination of values that the named conditions can
// have together, in a stable order; those alone in which the conditions of
// holds are true. Conditions on the same operand exclude each other: of
// "Env is prod" and "Env is dev" one is false. ok is false where there are more
// than most, or too many to find out.
func (f *StaticValues) Assignments(names []string, holds []string, most int) (found []map[string]bool, ok bool) {
	s := conditionSpace{known: f, definitions: map[string]term{}, operands: map[string]*operand{}}
	wanted := slices.Concat(names, holds)
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	terms := make([]term, len(wanted))
	for i, name := range wanted {
		terms[i] = s.named(name)
	}
	combinations, ok := s.combinations()
	if !ok {
		return nil, false
	}
	seen := map[string]bool{}
	for range combinations {
		values := make(map[string]bool, len(wanted))
		key := make([]byte, len(wanted))
		for i, name := range wanted {
			values[name] = terms[i]()
			if values[name] {
				key[i] = 1
			}
		}
		excluded := slices.ContainsFunc(holds, func(name string) bool { return !values[name] })
		if !excluded && !seen[string(key)] {
			if len(found) == most {
				return nil, false
			}
			seen[string(key)] = true
			found = append(found, values)
		}
		s.next()
	}
	slices.SortFunc(found, func(a, b map[string]bool) int { return compareAssignments(wanted, a, b) })
	return found, true
}

func compareAssignments(names []string, a, b map[string]bool) int {
	for _, name := range names {
		switch {
		case a[name] && !b[name]:
			return -1
		case b[name] && !a[name]:
			return 1
		}
	}
	return 0
}
