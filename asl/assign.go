package asl

import (
	"strings"
	"unicode/utf8"
)

// assign reads Assign: an object whose fields name variables.
func (o *object) assign() *template {
	at, ok := o.field("Assign")
	if !ok {
		return nil
	}
	if at.value.Kind() != ObjectKind {
		o.problemAt(at, RuleType, "must be an object of values by variable, not %s", at.value.Kind())
		return nil
	}
	for i := range at.value.Len() {
		key, value := at.value.Field(i)
		name := key
		if !o.jsonata {
			name = strings.TrimSuffix(key, ".$")
		}
		if reason := badVariable(name); reason != "" {
			o.problemKey(at.field(key, i, value), RuleVariable, "the variable's name %s", reason)
		}
	}
	return o.wholeTemplate(at)
}

// badVariable says what is wrong with a variable's name.
func badVariable(name string) string {
	switch {
	case name == "":
		return "is empty"
	case utf8.RuneCountInString(name) > maxVariableName:
		return "is longer than 80 characters"
	case name == "states":
		return "is reserved: $states has the state's own data"
	case leadingName(name) != name:
		return "must begin with a letter and go on with letters, digits and _"
	default:
		return ""
	}
}

// assigned gives the values of an Assign, nil if there is none.
func (t *template) assigned(s *scope) (*Object, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // none is no failure
	}
	value, err := t.fill(s)
	if err != nil {
		return nil, err
	}
	assigned, _ := value.(*Object)
	for name, value := range assigned.All() {
		text, err := encode(value)
		if err != nil {
			return nil, failure(Runtime, "the value of the variable '%s' is not JSON", name)
		}
		if len(text) > maxVariable {
			return nil, failure(Runtime, "the value of the variable '%s' has %d bytes of JSON; the limit is %d", name, len(text), maxVariable)
		}
	}
	return assigned, nil
}
