package cfn

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/problem"
)

// Values are what the intrinsic functions of a template come to where no
// CloudFormation is there to say.
type Values struct {
	// Parameters are given values by parameter name; lists comma-separated.
	Parameters map[string]string
	// Pseudo has the pseudo parameters by full name, such as AWS::Region.
	Pseudo map[string]string
	// Imports has Fn::ImportValue's values by export name.
	Imports map[string]string
	// References has what only a deployment knows of resources: "Bucket" for
	// Ref, "Bucket.Arn" for Fn::GetAtt.
	References map[string]string
	// Resolved has dynamic references by their whole text, {{resolve:…}}.
	Resolved map[string]string
}

// Evaluator replaces the intrinsic functions of one template by their values.
type Evaluator struct {
	template   *Node
	values     Values
	parameters map[string]*Node
}

// NewEvaluator checks the given parameters against the template's Parameters
// section and reports those that are missing, unknown or not allowed.
func NewEvaluator(template *Node, values Values) (*Evaluator, problem.List) {
	e := &Evaluator{template: template, values: values, parameters: map[string]*Node{}}
	declared := template.Get("Parameters")
	var problems problem.List
	var names []string
	if declared.IsMap() {
		for _, field := range declared.Fields {
			names = append(names, field.Key)
			value, found := parameterValue(field, values)
			problems.Add(found...)
			e.parameters[field.Key] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values.Parameters)) {
		if !slices.Contains(names, name) {
			problems.Add(unknownParameter(name, names))
		}
	}
	return e, problems
}

func unknownParameter(name string, declared []string) problem.Problem {
	message := fmt.Sprintf("Parameter %q: the template declares no such parameter", name)
	if near := problem.Nearest(name, declared); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	} else if len(declared) > 0 {
		message += " (declared: " + strings.Join(declared, ", ") + ")"
	}
	return problem.Problem{Severity: problem.Error, Rule: "unknown-parameter", Path: "Parameters", Message: message}
}

// Evaluate returns a new tree in which every intrinsic function and dynamic
// reference is replaced by its value, and AWS::NoValue is gone. Everything
// whose value is not known is named, with how to give it; it stays as it is.
func (e *Evaluator) Evaluate(n *Node, at Path) (*Node, problem.List) {
	v := &evaluation{Evaluator: e}
	result := v.node(n, at)
	return result, v.problems
}

// Condition evaluates one of the template's Conditions.
func (e *Evaluator) Condition(name string, at Path) (bool, problem.List) {
	v := &evaluation{Evaluator: e}
	result := v.condition(Str(name), at)
	return result, v.problems
}

// evaluation is one call of Evaluate: its problems, and the conditions that
// are being worked out, to find those that need themselves.
type evaluation struct {
	*Evaluator
	problems problem.List
	open     []string
}

func (v *evaluation) report(n *Node, at Path, rule, message, advice string) {
	v.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: rule, Path: string(at), Place: n.Place,
		Message: fmt.Sprintf("%s: %s", at, message), Advice: advice,
	})
}

func (v *evaluation) node(n *Node, at Path) *Node {
	if n == nil {
		return nil
	}
	if name, argument, ok := Intrinsic(n); ok {
		result := v.call(n, name, argument, at.Key(name))
		if result == nil {
			return n // reported; what is unknown stays visible as it was
		}
		placed := *result
		placed.Place = n.Place
		return &placed
	}
	if n.IsString() && IsDynamicReference(n.Text) {
		return v.dynamic(n, at)
	}
	result := *n
	result.Items, result.Fields = nil, nil
	for i, item := range n.Items {
		if value := v.node(item, at.Index(i)); !IsNoValue(value) {
			result.Items = append(result.Items, value)
		}
	}
	for _, field := range n.Fields {
		if value := v.node(field.Value, at.Key(field.Key)); !IsNoValue(value) {
			result.Fields = append(result.Fields, Field{Key: field.Key, Value: value, Place: field.Place})
		}
	}
	return &result
}

// dynamic resolves the references in a text.
func (v *evaluation) dynamic(n *Node, at Path) *Node {
	text := n.Text
	for rest := n.Text; ; {
		start := strings.Index(rest, "{{resolve:")
		if start < 0 {
			break
		}
		end := strings.Index(rest[start:], "}}")
		if end < 0 {
			break
		}
		reference := rest[start : start+end+2]
		rest = rest[start+end+2:]
		value, known := v.values.Resolved[reference]
		if !known {
			v.report(n, at, "unknown-value", fmt.Sprintf("the value of %s is known only to AWS", reference),
				`Give it in the --lookups file: {"Resolved": {"`+reference+`": "value"}}.`)
			continue
		}
		text = strings.ReplaceAll(text, reference, value)
	}
	result := *n
	result.Text = text
	return &result
}
