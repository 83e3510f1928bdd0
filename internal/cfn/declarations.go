package cfn

import (
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

func declarationKeys() []string {
	return []string{
		"Type", "Default", "AllowedValues", "AllowedPattern", "ConstraintDescription", "Description",
		"MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho",
	}
}

// declarationProblems reports what CloudFormation does not take in the declaration of a
// parameter, its Type aside.
func declarationProblems(declared Field) problem.List {
	if !declared.Value.IsMap() || HasTransform(declared.Value) {
		return nil // reported, or made by a transform
	}
	var problems problem.List
	report := func(field Field, message string) {
		found := parameterProblem("parameter-declaration", declared.Key, field.Place, field.Key+": "+message)
		found.Path = NewPath("Parameters", declared.Key, field.Key).String()
		problems.Add(found)
	}
	known := declarationKeys()
	for _, field := range declared.Value.Fields {
		switch value := field.Value; {
		case !slices.Contains(known, field.Key):
			report(field, "a parameter has no such key; "+wording.Suggestion(field.Key, known))
		case field.Key == "Type": // wrongType reports it
		case field.Key == "AllowedValues":
			if !value.IsList() {
				report(field, fmt.Sprintf("must be a list, not %s", value.kind().article()))
			}
		case !value.IsScalar():
			report(field, fmt.Sprintf("must be a text, not %s%s", value.kind().article(), listAdvice(field)))
		case field.Key == "NoEcho" && value.Text != "true" && value.Text != "false":
			report(field, fmt.Sprintf("must be true or false, not %s", wording.Quote(value.Text)))
		}
	}
	return problems
}

// listAdvice says how a list is the Default of a parameter.
func listAdvice(field Field) string {
	if field.Key == "Default" && field.Value.IsList() {
		return "; write the items of a list in one text, separated by commas"
	}
	return ""
}
