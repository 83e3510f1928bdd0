package asl

import "strings"

// parser collects the problems of one definition.
type parser struct {
	problems     []Problem
	named        map[string]*location     // state name -> where it is: names are unique in the whole machine
	fields       map[fieldsKey][]Field    // those that were asked for
	integrations map[string][]integration // made once a Task names one
	options      ParseOptions
	language     QueryLanguage // the machine's
	express      bool          // what is read runs as an EXPRESS execution
	dangling     []dangling
}

// fieldsKey is a type of states, or a part.
type fieldsKey struct {
	isPart bool
	name   string
}

// fieldsOf is FieldsOf, once for each type.
func (p *parser) fieldsOf(stateType string) []Field {
	return p.once(fieldsKey{false, stateType}, FieldsOf)
}

// fieldsOfPart is FieldsOfPart, once for each part.
func (p *parser) fieldsOfPart(part string) []Field {
	return p.once(fieldsKey{true, part}, FieldsOfPart)
}

func (p *parser) once(key fieldsKey, list func(name string) []Field) []Field {
	fields, known := p.fields[key]
	if !known {
		fields = list(key.name)
		p.fields[key] = fields
	}
	return fields
}

// object reads the fields of one object of the definition. A field that is wrong counts as absent once its problem is noted.
type object struct {
	*parser
	at      *location
	fields  []Field
	byName  map[string]int
	jsonata bool
	state   *state // that the transitions belong to
}

// indexObjectsFrom is the number of fields from which looking for one through all of them costs more than an index.
const indexObjectsFrom = 24

// open reads the object at t, whose fields are those of what ("a Task state"). It reports fields that do not belong there and gives an object
// without fields if t is no object.
func (p *parser) open(at *location, what string, fields []Field, jsonata bool) *object {
	o := &object{parser: p, at: at, fields: fields, jsonata: jsonata}
	if !p.isObject(at) {
		o.at = &location{before: at.before, key: at.key, index: at.index, position: at.position, state: at.state, value: emptyObject{at.value}}
		return o
	}
	o.index()
	for i := range at.value.Len() {
		name, value := at.value.Field(i)
		if o.find(name) != i {
			p.problemKey(at.field(name, i, value), RuleExclusive, "is given twice in one object")
		}
		o.belongs(i, name, what)
	}
	return o
}

// emptyObject stands for what should be an object.
type emptyObject struct{ Value }

func (emptyObject) Len() int { return 0 }

func (p *parser) isObject(at *location) bool {
	switch kind := at.value.Kind(); kind {
	case ObjectKind:
		return true
	case Opaque:
		return false
	default:
		p.problemAt(at, RuleType, "must be an object, not %s", kind)
		return false
	}
}

// index prepares for find: in a large object, looking through all fields each time would cost more than a map.
func (o *object) index() {
	if o.at.value.Len() < indexObjectsFrom {
		return
	}
	o.byName = make(map[string]int, o.at.value.Len())
	for i := range o.at.value.Len() {
		name, _ := o.at.value.Field(i)
		if _, twice := o.byName[name]; !twice {
			o.byName[name] = i
		}
	}
}

// find is the position of a field, the first of several with its name; -1 if there is none.
func (o *object) find(name string) int {
	if o.byName != nil {
		if i, ok := o.byName[name]; ok {
			return i
		}
		return -1
	}
	for i := range o.at.value.Len() {
		if n, _ := o.at.value.Field(i); n == name {
			return i
		}
	}
	return -1
}

// belongs reports the field i if the object cannot have it.
func (o *object) belongs(i int, name, what string) {
	spec := o.spec(name)
	if spec != nil && o.speaks(spec) {
		return // of most fields there is no need for a location
	}
	_, value := o.at.value.Field(i)
	at := o.at.field(name, i, value)
	switch {
	case spec == nil && (name == "Next" || name == "End"):
		o.problemKey(at, RuleTransition, "%s has no %s", what, name)
	case spec == nil:
		o.problemKey(at, RuleUnknownField, "%s has no such field; %s", what, o.suggestion(name))
		o.meant(name, o.names())
	case o.jsonata:
		o.problemKey(at, RuleQueryLanguage, "is a field of JSONPath, and the state is in JSONata")
	default:
		o.problemKey(at, RuleQueryLanguage, "is a field of JSONata, and the state is in JSONPath; give it QueryLanguage: JSONata")
	}
}

func (o *object) speaks(spec *Field) bool {
	return spec.Language == "" || (spec.Language == JSONata) == o.jsonata
}

func (o *object) spec(name string) *Field {
	for i := range o.fields {
		if o.fields[i].Name == name {
			return &o.fields[i]
		}
	}
	return nil
}

// suggestion names the field that was meant, or those there are.
func (o *object) suggestion(name string) string { return suggestion(name, o.names()) }

// meant notes with the last problem which of the names was meant.
func (p *parser) meant(name string, names []string) {
	if near := nearest(name, names); near != "" {
		last := &p.problems[len(p.problems)-1]
		last.Wrong, last.Meant = name, near
	}
}

// names are those of the fields that the object can have.
func (o *object) names() []string {
	var names []string
	for i := range o.fields {
		if o.speaks(&o.fields[i]) {
			names = append(names, o.fields[i].Name)
		}
	}
	return names
}

func (p *parser) problemAt(at *location, rule Rule, format string, args ...any) {
	p.problems = append(p.problems, at.problem(rule, "", format, args...))
}

// problemKey is a problem whose place is the field's name.
func (p *parser) problemKey(at *location, rule Rule, format string, args ...any) {
	problem := at.problem(rule, "", format, args...)
	problem.Place = at.keyPlace()
	p.problems = append(p.problems, problem)
}

// missing is a problem of a field that the object lacks.
func (o *object) missing(key string, rule Rule, format string, args ...any) {
	if _, none := o.at.value.(emptyObject); none {
		return // that it is no object has been reported
	}
	o.problems = append(o.problems, o.at.problem(rule, key, format, args...))
}

// problem is one of the object itself.
func (o *object) problem(rule Rule, format string, args ...any) {
	o.problemAt(o.at, rule, format, args...)
}

// has reports whether the field is there, in a language that has it.
func (o *object) has(key string) bool { return o.get(key) != nil }

// get is a field's value; nil if it is absent or of the other query language.
func (o *object) get(key string) Value {
	i := o.find(key)
	if i < 0 {
		return nil
	}
	if spec := o.spec(key); spec != nil && !o.speaks(spec) {
		return nil
	}
	_, value := o.at.value.Field(i)
	return value
}

// under is the location to a field.
func (o *object) under(key string, value Value) *location {
	return o.at.field(key, o.find(key), value)
}

// known is a field that is there and can be checked.
func (o *object) known(key string) (Value, bool) {
	value := o.get(key)
	return value, value != nil && value.Kind() != Opaque
}

// field is the location to a known field.
func (o *object) field(key string) (*location, bool) {
	value, ok := o.known(key)
	if !ok {
		return nil, false
	}
	return o.under(key, value), true
}

// later reports whether a value is known only when a template is deployed.
func (p *parser) later(v Value) bool {
	return v.Kind() == Deferred || v.Kind() == Text && p.options.Substituted && strings.Contains(v.Text(), "${")
}
