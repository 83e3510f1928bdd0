package cfn

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// NewEvaluator checks the given parameters against the template's Parameters
// section and reports those that are missing, unknown or not allowed. Values
// of types that AWS looks up (AWS::SSM::Parameter::Value<…>) are reported
// only where they are used.
func NewEvaluator(template *Node, values Values) (*Evaluator, problem.List) {
	e := &Evaluator{template: template, values: values, parameters: map[string]*Node{}, indexes: map[*Node]map[string]*Node{}}
	var problems problem.List
	declared := template.Get("Parameters")
	if declared != nil && !declared.IsMap() {
		problems.Add(parameterProblem("parameter-declaration", "", declared.Place, fmt.Sprintf("Parameters must be an object, not %s", declared.Kind.article())))
	}
	for _, field := range declared.Entries() {
		problems.Add(declarationProblems(field)...)
		value, found := e.declaredValue(field)
		problems.Add(found...)
		if value != nil {
			e.parameters[field.Key] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values.Parameters)) {
		if !e.declares(name) {
			problems.Add(unknownParameter(name, namesOf(declared.Entries())))
		}
	}
	return e, problems.Sorted()
}

func parameterProblem(rule, name string, at problem.Place, message string) problem.Problem {
	path := NewPath("Parameters")
	if name != "" {
		path = path.Key(name)
		message = "Parameter " + wording.Quote(name) + ": " + message
	}
	return problem.Problem{Severity: problem.Error, Rule: rule, Path: path.String(), Place: at, Message: message}
}

func unknownParameter(name string, declared []string) problem.Problem {
	message := "the template declares no such parameter"
	if near := wording.Nearest(name, declared); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	} else if len(declared) > 0 {
		message += " (declared: " + wording.Listed(declared) + ")"
	}
	found := parameterProblem("unknown-parameter", name, problem.Place{}, message)
	found.Path = "Parameters"
	return found
}

func giveParameter(name string) string {
	return "Give it with --parameter " + wording.Brief(name) + "=VALUE."
}

func (e *Evaluator) declares(name string) bool {
	return e.section("Parameters", name) != nil
}

// declaredValue is the value of one declared parameter, checked against its
// declaration; nil when it is missing or known only to AWS. List types become
// Lists.
func (e *Evaluator) declaredValue(declared Field) (*Node, problem.List) {
	declaration := declared.Value
	kind := declaration.Get("Type").AsString()
	if wrong := wrongType(declaration); wrong != "" {
		return nil, problem.List{parameterProblem("parameter-declaration", declared.Key, declared.Place, wrong)}
	}
	text, given := e.given(declared)
	switch {
	case given:
	case declaration.Has("Default"):
		return nil, nil // declarationProblems reports it
	default:
		message := "has no value and no Default"
		if description := declaration.Get("Description").AsString(); description != "" {
			message += " (" + wording.Brief(description) + ")"
		}
		found := parameterProblem("parameter-missing", declared.Key, declared.Place, message)
		found.Advice = giveParameter(declared.Key)
		return nil, problem.List{found}
	}
	items := []string{text}
	if isListType(kind) {
		items = strings.Split(text, ",")
	}
	var problems problem.List
	place := declared.Place
	if _, given := e.values.Parameters[declared.Key]; !given {
		place = declaration.KeyPlace("Default")
	}
	list := Seq()
	allowed := e.constraint(declaration)
	whole := allowed.allowed[text] // an allowed value may have commas in it
	for _, item := range items {
		if isListType(kind) {
			item = strings.TrimSpace(item)
		}
		list.Items = append(list.Items, Str(item))
		if whole || problems.Full() {
			continue // each of them would be reported in the same words
		}
		if reason := allowed.broken(item); reason != "" {
			problems.Add(parameterProblem("parameter-value", declared.Key, place, shown(item, declaration)+" "+reason))
		}
	}
	if _, isStored := storedType(declaration); isStored {
		return e.stored(declared), problems
	}
	if isListType(kind) {
		return list, problems
	}
	return list.Items[0], problems
}

// given is the text that was given for a parameter, or its Default.
func (e *Evaluator) given(declared Field) (string, bool) {
	if text, given := e.values.Parameters[declared.Key]; given {
		return text, true
	}
	fallback := declared.Value.Get("Default")
	if !fallback.IsScalar() {
		return "", false
	}
	return fallback.Text, true
}

// IsNoEcho reports whether the declaration of a parameter hides its value.
func IsNoEcho(declaration *Node) bool {
	hidden := declaration.Get("NoEcho")
	return hidden.IsScalar() && strings.EqualFold(hidden.Text, "true")
}

// shown is a value as a message may show it.
func shown(text string, declaration *Node) string {
	if IsNoEcho(declaration) {
		return "its value (NoEcho)"
	}
	return wording.Quote(text)
}

// IsListType reports whether a parameter of the type has a list for a value, also
// one that CloudFormation looks up.
func IsListType(kind string) bool {
	if stored, ok := strings.CutPrefix(kind, storedPrefix); ok {
		kind = strings.TrimSuffix(stored, ">")
	}
	return isListType(kind)
}

func isListType(kind string) bool {
	return kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<")
}

const storedPrefix = "AWS::SSM::Parameter::Value<"

// storedType is the type of a parameter whose value is the name of a parameter
// of the Systems Manager, which CloudFormation looks up.
func storedType(declaration *Node) (kind string, isStored bool) {
	kind = declaration.Get("Type").AsString()
	return kind, strings.HasPrefix(kind, storedPrefix)
}

// storedName is a stored parameter as Resolved has it.
func (e *Evaluator) storedName(name string) string {
	declaration := e.section("Parameters", name)
	text, _ := e.given(Field{Key: name, Value: declaration})
	return dynamicStart + "ssm:" + text + "}}"
}

// stored is the value of a stored parameter: as a reference by the parameter's
// name, or as the dynamic reference with the same meaning; nil when neither is
// given.
func (e *Evaluator) stored(declared Field) *Node {
	text, known := e.values.References[declared.Key]
	if !known {
		text, known = e.values.Resolved[e.storedName(declared.Key)]
	}
	kind, _ := storedType(declared.Value)
	switch {
	case !known:
		return nil
	case IsListType(kind):
		return commaSeparated(text)
	}
	return Str(text)
}
